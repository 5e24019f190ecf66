#include <cotape/apps/decide/options.h>
#include <cotape/apps/decide/published.h>

#include <algorithm>

namespace cotape::app {
namespace {

template <class Kinds>
std::vector<std::string> names_of(const Kinds& kinds) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.emplace_back(kind.name);
  return names;
}

}  // namespace

void DecideOptions::add_to(CommandLine& line) {
  Options options(line);
  declare(options);
  line.set_footer(
      "A linear model predicts costs from features, a solver decides by the predicted costs, and the regret is what "
      "the "
      "decision costs more by the true costs than the best one. Regret is given as a share of what the best decisions "
      "cost, over all test instances. Generated data are PyEPO's, bit for bit: repetition r has the seed SEED + r, or "
      "--data-seed. The "
      "days of prices60, prices120 and prices180 are divided into 550, 100 and 139 by that seed; the epoch that is "
      "best "
      "on the 100 counts. --data: for these a folder with the benchmark's Data.npz; for the problem own a folder with "
      "tables features and costs, one row an instance, as .npy, .csv or .csv.gz, and what the --solver wants besides: "
      "weights and capacities of a knapsack, edges (from, to) of a graph.");
  line.after_parsing([this] {
    choose_losses();
    if (as_published) take_published();
    study.warm_starts = !cold_starts;
    study.ties = ties == "worst" ? TiedDecisions::worst : TiedDecisions::solvers_own;
    if (show >= problem.test) refuse_option("--show", "not one of the --test instances");
    if (seed > 0xFFFFFFFF - static_cast<std::uint64_t>(seeds))
      refuse_option("--seed", "the generator takes seeds below 2^32");
    if (study.losses.temperature == 0) refuse_option("--temperature", "it must not be 0");
    if (data_seed > 0xFFFFFFFF) refuse_option("--data-seed", "the generator takes seeds below 2^32");
  });
}

void DecideOptions::declare(Options& options) {
  options.add("problems", problems, "What is decided", one_of(names_of(problem_kinds())));
  options.add("losses", losses, "What the model is trained by [all that the problems allow]",
              one_of(names_of(decision_losses())));
  options.add("seeds", seeds, "Repetitions, whose mean and deviation are reported", between(1, 10000));
  options.add("train", problem.train, "Instances to learn from", between(1, 10000000));
  options.add("test", problem.test, "Instances to be judged on", between(1, 10000000));
  options.add("data", problem.own.folder,
              "Folder of the files of prices60, prices120, prices180 and own; for maps, in place of generated ones");
  options.add("solver", problem.own.solver, "Who decides in the problem own", one_of(names_of(own_solver_kinds())));
  options.add("k", problem.own.k, "How many of them top-k chooses", between(1, 1000000000));
  options.add("degree", problem.degree, "Degree of the polynomial that makes costs of features", between(1, 20));
  options.add("noise", problem.noise, "Half width of the factors that costs are multiplied with",
              between_numbers(0, 1));
  options.entry_name("training_epochs");
  options.add("epochs", study.epochs, "Passes over the instances", between(1, 1000000));
  options.add("batch", study.batch, "Instances a step", between(1, 1000000));
  options.add("lr", study.rate, "Learning rate of Adam", positive());
  options.add("sigma", study.losses.sigma, "Scale of the noise: of pfyl, dpo, imle, imle-regret, aimle", positive());
  options.add("samples", study.losses.samples, "Perturbed solutions an instance, of the same", between(1, 100000));
  options.add("lambda", study.losses.lambda, "Lambda of dbb", positive());
  options.add("imle-lambda", study.losses.imle_lambda, "Lambda of imle, imle-regret", positive());
  options.add("aimle-nonzeros", study.losses.aimle_nonzeros, "Non-zeros that aimle wants in a sample's difference",
              positive());
  options.add("pg-step", study.losses.pg_step, "How far along the true costs pg compares", positive());
  options.add("solve-ratio", study.losses.solve_ratio,
              "Share of the batches that are solved for the pool of nce, cmap and ltr to grow", between_numbers(0, 1));
  options.add("margin", study.losses.margin, "Margin of ltr-pairwise", non_negative());
  options.add("strength", study.losses.strength, "Strength of the quadratic penalty of rfwo, rfy and dys", positive());
  options.add("mcmc-temperature", study.losses.mcmc_temperature, "Temperature of mcmc's chains", positive());
  options.add("mcmc-moves", study.losses.mcmc_moves, "Moves of each of mcmc's chains", between(1, 1000000000));
  options.add("inner-ratio", study.losses.inner_ratio,
              "How far cave-plus and cave-hybrid move their targets inside the cone", between_numbers(0, 1));
  options.add("project-ratio", study.losses.project_ratio, "Share of the batches whose targets cave-hybrid projects",
              between_numbers(0, 1));
  options.add("cave-subtours", problem.subtours,
              "For cave and its kin, tours of tsp20 and tsp50 have the constraints of all subtours that bind, too");
  options.add("cold-starts", cold_starts,
              "Solve each tour anew; else the search begins with the last tour of the same instance");
  options.add("temperature", study.losses.temperature,
              "Temperature of ltr-listwise, not 0; below 0 it ranks from the worst solution on",
              between_numbers(-1e9, 1e9));
  options.add("ties", ties,
              "Which of several best decisions by the predicted costs is judged: own, the solver's; worst",
              one_of({"own", "worst"}));
  options.add(
      "as-published", as_published,
      "Settings of each loss, epochs and batches as they were published for the problem, in place of the above");
  options.add("show", show, "The test instance, from 0 on, whose decisions the page shows", between(0, 10000000));
  options.add("seed", seed, "Seed of every random number", a_seed());
  options.add("data-seed", data_seed,
              "Seed of data and their division in all repetitions; 0: each has data of its own, by its seed", a_seed());
  options.add("threads", threads, "Threads that work; 0: all. Results do not depend on it", between(0, 1024));
  options.add("out", out, "Folder for everything that is written");
  options.add("resume", resume, "Go on with what is missing in --out");
  options.recorded(false);
  options.add("list", list, "Show every problem and loss, and leave");
}

Record DecideOptions::settings() const {
  Record record = settings_of(*this);
  record.insert(record.begin(), {"app", "decide"});
  return record;
}

void DecideOptions::choose_losses() {
  const auto chosen = [](const std::vector<std::string>& names, const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // A chosen problem that does not have it.
  const auto without = [&](bool ProblemKind::*has) -> const char* {
    for (const ProblemKind& kind : problem_kinds())
      if (!(kind.*has) && chosen(problems, kind.name)) return kind.name;
    return nullptr;
  };
  const char *continuous = without(&ProblemKind::combinatorial), *open = without(&ProblemKind::polytope);
  std::vector<std::string> allowed;
  for (const DecisionLossKind& kind : decision_losses()) {
    std::string refusal;
    if (kind.needs && continuous)
      refusal = " needs a solver with the ability '" + std::string(to_string(*kind.needs)) + "', which that of " +
                continuous + " does not have";
    if (kind.needs_polytope && open)
      refusal = std::string(" needs decisions that are corners of equations and bounds, which those of ") + open +
                " are not known to be";
    if (refusal.empty())
      allowed.emplace_back(kind.name);
    else if (chosen(losses, kind.name))
      refuse_option("--losses", kind.name + refusal);
  }
  if (losses.empty()) losses = allowed;
}

void DecideOptions::take_published() {
  std::optional<StudySettings> first;
  for (const std::string& name : problems)
    for (const std::string& loss : chosen_losses()) {
      const auto found = published_settings(name, loss);
      if (!found)
        refuse_option("--as-published",
                      "no settings of " + loss + " are published for " + name + "; choose others by --losses");
      if (first && (found->epochs != first->epochs || found->batch != first->batch))
        refuse_option("--as-published", problems.front() + " and " + name + " have other epochs or batches");
      first = found;
    }
  study.epochs = first->epochs;
  study.batch = first->batch;
}

StudySettings DecideOptions::settings_of_loss(const std::string& name, const std::string& loss) const {
  if (!as_published) return study;
  StudySettings settings = published_settings(name, loss).value();
  settings.ties = study.ties;
  settings.warm_starts = study.warm_starts;
  return settings;
}

std::vector<std::string> DecideOptions::chosen_losses() const {
  std::vector<std::string> chosen;
  for (const DecisionLossKind& kind : decision_losses())
    if (std::find(losses.begin(), losses.end(), kind.name) != losses.end()) chosen.emplace_back(kind.name);
  return chosen;
}

}  // namespace cotape::app
