#include <cotape/apps/warcraft/objective.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/perturb/margins.h>

namespace cotape::app {

Objective::Objective(const WarcraftOptions& options) : options_(options) {
  const GridPath solver{.height = options.size, .width = options.size};
  if (options.trains_paths() && options.common.rule != "fenchel-young") {
    layer_.emplace(solver, options.rule.make(options.common.rule));
    layer_->count_ties(true);
  } else {
    oracle_ = std::make_shared<Oracle>(solver);
  }
}

Var Objective::operator()(Var cells, Var paths, Var costs, Rng& rng) const {
  const std::string& rule = options_.common.rule;
  if (rule == "none") return bce_with_logits(cells, paths);
  if (rule == "true-costs") return compare(cells, costs);
  const Var prepared = prepare(cells, paths, rng);
  if (rule == "fenchel-young") {
    return fenchel_young(oracle_, prepared, paths, options_.rule.fenchel_young(), rng);
  }
  const Samples drawn = (*layer_)(prepared, rng);
  const auto rows = [&](Var x) { return reshape(x, {-1, options_.size, options_.size}); };
  return compare(rows(drawn.all().named("paths")), rows(drawn.beside(paths)));
}

Var Objective::compare(Var a, Var b) const {
  if (options_.loss == "l1") return l1_loss(a, b);
  if (options_.loss == "l2") return l2_loss(a, b);
  return hamming_loss(a, b);
}

Var Objective::prepare(Var costs, Var paths, Rng& rng) const {
  Var x = costs;
  if (options_.projection == "norm") x = unit_norm(x, 2);
  if (options_.noise_margin > 0) x = noise_margin(x, static_cast<real>(options_.noise_margin), rng);
  if (options_.informed_margin > 0)
    x = informed_margin(x, paths, static_cast<real>(options_.informed_margin), Sense::minimise);
  return x;
}

void Objective::save(Checkpoint& checkpoint) const {
  if (layer_) layer_->save(checkpoint);
}

void Objective::load(const Checkpoint& checkpoint) {
  if (layer_) layer_->load(checkpoint);
}

}  // namespace cotape::app
