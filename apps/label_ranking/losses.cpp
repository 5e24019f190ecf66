#include <cotape/apps/label_ranking/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/losses/fenchel_young.h>

#include <algorithm>
#include <array>

namespace cotape::app {
namespace {

struct Names {
  Loss loss;
  const char* name;
  const char* title;
};
constexpr std::array<Names, 6> names = {{{Loss::fenchel_young, "fenchel-young", "Fenchel-Young"},
                                         {Loss::perturbed, "perturbed", "Perturbed + squared"},
                                         {Loss::squared, "squared", "Squared"},
                                         {Loss::blackbox, "blackbox", "Blackbox"},
                                         {Loss::identity, "identity", "Identity"},
                                         {Loss::aimle, "aimle", "AIMLE"}}};

const Names& names_of(Loss loss) {
  return *std::find_if(names.begin(), names.end(), [loss](const Names& entry) { return entry.loss == loss; });
}

Var squared_error(Var a, Var b) { return l2_loss(a, b, Reduction::sum); }

}  // namespace

const std::vector<Loss>& all_losses() {
  static const std::vector<Loss> losses = [] {
    std::vector<Loss> list;
    for (const Names& entry : names) list.push_back(entry.loss);
    return list;
  }();
  return losses;
}

std::string name_of(Loss loss) { return names_of(loss).name; }
std::string title_of(Loss loss) { return names_of(loss).title; }

Loss loss_named(const std::string& name) {
  for (const Names& entry : names)
    if (name == entry.name) return entry.loss;
  fail<ValueError>("no loss is named ", name);
}

bool has_epsilon(Loss loss) { return loss == Loss::fenchel_young || loss == Loss::perturbed || loss == Loss::aimle; }

Ranking centred_ranking(std::int64_t n) {
  Ranking ranking{.n = n};
  for (std::int64_t rank = 1; rank <= n; ++rank)
    ranking.values.push_back(static_cast<float>(rank) - static_cast<float>(n + 1) / 2);
  return ranking;
}

LossFunction make_loss(Loss loss, std::int64_t n, const LossSettings& settings) {
  const Solver solver = centred_ranking(n);
  const auto epsilon = static_cast<float>(settings.epsilon);
  const std::int64_t samples = settings.samples;
  if (loss == Loss::squared) return [](Var theta, Var y, Rng&) { return squared_error(theta, y); };
  if (loss == Loss::fenchel_young)
    return [oracle = std::make_shared<Oracle>(solver), epsilon, samples](Var theta, Var y, Rng& rng) {
      return fenchel_young(oracle, theta, y, {.epsilon = epsilon, .samples = samples}, rng);
    };
  NamedRule rule = rule_named(name_of(loss));
  rule.set_all({{"lambda", settings.lambda},
                {"noise", Normal{}},
                {"tau", settings.epsilon},
                {"sigma", settings.epsilon},
                {"samples", samples},
                {"baseline", "leave-one-out"}});
  const Projection projection = loss == Loss::identity ? Projection::standardize : Projection::none;
  return [ranks = differentiable(solver, rule, projection), samples](Var theta, Var y, Rng& rng) {
    const Samples z = ranks(theta, rng);
    if (!ranks.rule().has_sample_axis()) return squared_error(z.all(), z.beside(y));
    return sum(square(z.all() - z.beside(y))) / (2 * static_cast<float>(samples));
  };
}

}  // namespace cotape::app
