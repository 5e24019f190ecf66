#include <cotape/apps/explain/options.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr const char* relaxations[] = {"softsub", "softsub-hard", "l2x", "gumbel-softmax-hard"};

std::vector<std::string> all_rules() {
  std::vector<std::string> names = rule_names(TopK{.n = 3, .k = 2});
  std::erase(names, "perturbed-multiplicative");  // keeps the sign of a score, and these have no natural one
  names.insert(names.end(), std::begin(relaxations), std::end(relaxations));
  return names;
}

}  // namespace

void ExplainOptions::add_to(CommandLine& line) {
  common.data = "planted";
  common.epochs = 20;
  common.rule = "identity";
  common.out = "out/explain";
  for (const char* own : {"samples", "noise", "tau", "sigma"}) rule_options.leave_out(own);
  rule_options.preset("lambda", 1000.0);
  rule_options.add_help("lambda", ", along the gradient of the mean loss of a batch");
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void ExplainOptions::declare(Options& options) {
  common.declare(options, all_rules(),
                 "planted (texts made by this program), or a folder with train.tsv and test.tsv, plain or .gz, a "
                 "review a line: rating of ten, id and text with tabs between");
  options.add("rationales", rationales,
              "Folder in ERASER's format (test.jsonl or .gz, docs/) of documents that are POS or NEG: the chosen "
              "words are judged by those that people marked");
  options.add("train", train, "Texts to train on; 0: all that are left of a folder's, 10000 planted",
              between(0, 10000000));
  options.add("val", val, "Texts to validate on, of a folder's train.tsv; 0: a tenth of it, 1000 planted",
              between(0, 10000000));
  options.add("test", test, "Texts to test on; 0: all of a folder's, 1000 planted", between(0, 10000000));
  options.add("data-seed", data_seed,
              "Seed of planted texts, and of which reviews validate; --seed leaves them as they are", a_seed());
  options.add("planted", planted, "Key words in each planted text", between(1, 100));
  options.add("fillers", fillers, "Different other words of planted texts", between(1, 100000));
  options.add("k", k, "Words that are chosen of a text; 0: as many as are planted, or 10 (published: 5, 10, 15)",
              between(0, 10000));
  options.add("length", length, "Words that the net reads, the last ones of a text; 0: 350 (published), 60 planted",
              between(0, 100000));
  options.add("min-count", min_count, "Words that the training texts have less often count as unknown",
              between(1, 1000000000));
  options.add("width", width, "Numbers of a learned word vector", between(1, 10000));
  options.add("embeddings", embeddings,
              "File of word vectors in the text format of word2vec, plain or gzipped, in place of learned ones; words "
              "without a vector count as unknown");
  options.add("tune", tune, "Learn the vectors of --embeddings further");
  options.add("dropout", dropout, "Share of the selector's features that dropout sets to 0", between_numbers(0, 0.99));
  options.add("batch", batch, "Texts in a training step", between(1, 100000));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("noise", noise,
              "Noise on the scores in training: sog (Sum-of-Gamma, kappa = k, s = 10), sog-as-published (as the "
              "papers' code draws it), gumbel, normal, none [sog for imle, aimle and straight-through; gumbel for "
              "perturbed and relaxations; none for the others]",
              one_of({"", "sog", "sog-as-published", "gumbel", "normal", "none"}));
  options.add("tau", tau, "Scale of the noise", positive());
  options.add("projection", projection,
              "What is done to scores before the solver: standardize, center, norm or none [standardize for identity, "
              "none for the others]",
              one_of(projection_names()));
  options.add("samples", samples, "Choices drawn for each text; not for rules without noise of their own",
              between(1, 1000));
  options.add("temperature", temperature, "Temperature of softsub, l2x and their hard forms", positive());
  rule_options.declare(options);
}

bool ExplainOptions::relaxes() const {
  return std::find(std::begin(relaxations), std::end(relaxations), common.rule) != std::end(relaxations);
}

bool ExplainOptions::rule_draws() const { return relaxes() || rule_named(common.rule).has("samples"); }

void ExplainOptions::resolve() {
  const std::string of_rule = "--rule " + common.rule;
  const bool density = needs_density(common.rule);
  const bool own_noise = relaxes() || (rule_draws() && !rule_named(common.rule).has("noise") && !density);
  if (relaxes() && !noise.empty() && noise != "gumbel") refuse_option("--noise " + noise, of_rule + " draws gumbel");
  if (relaxes() && tau != 1) refuse_option("--tau", of_rule + " draws noise of scale 1; set --temperature");
  if (own_noise && !relaxes() && !noise.empty() && noise != "none")
    refuse_option("--noise " + noise, of_rule + " draws subsets by their weights");
  if (density && !noise.empty() && noise != "gumbel" && noise != "normal")
    refuse_option("--noise " + noise, of_rule + " needs noise whose density has a derivative: gumbel or normal");
  if (!rule_draws() && samples != 1) refuse_option("--samples " + std::to_string(samples), of_rule + " draws none");
  if (relaxes() && !projection.empty() && projection != "none")
    refuse_option("--projection " + projection, of_rule + " is a relaxation of the scores as they are");
  if (tune && embeddings.empty()) refuse_option("--tune", "learned vectors always are; it is for --embeddings");
  if (generated() && length != 0 && length < planted)
    refuse_option("--length " + std::to_string(length),
                  "it must hold the --planted " + std::to_string(planted) + " words");

  if (noise.empty()) {
    noise = "none";
    if (relaxes() || density)
      noise = "gumbel";
    else if (rule_draws() && !own_noise)
      noise = "sog";
  }
  if (projection.empty()) projection = common.rule == "identity" ? "standardize" : "none";
  if (k == 0) k = generated() ? planted : 10;
  if (length == 0) length = generated() ? std::max<std::int64_t>(60, planted) : 350;
  if (k > length)
    refuse_option("--k " + std::to_string(k), "a text has --length " + std::to_string(length) + " words at most");
}

Noise ExplainOptions::make_noise() const { return score_noise(noise, k); }

NamedRule ExplainOptions::make_rule() const {
  NamedRule made = rule_options.make(common.rule);
  made.set_all({{"noise", make_noise()}, {"tau", tau}, {"sigma", tau}, {"samples", samples}});
  return made;
}

}  // namespace cotape::app
