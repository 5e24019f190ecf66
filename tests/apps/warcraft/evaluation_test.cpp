#include <cotape/apps/warcraft/evaluation.h>
#include <cotape/apps/warcraft/maps.h>

#include <doctest/doctest.h>

#include <cmath>

using namespace cotape;
using namespace cotape::app;

namespace {

// One map of 4 × 4 cells whose cheapest path is the diagonal, but for a cell that costs more than going around it.
//   1 9 9 9
//   9 1 9 9
//   9 2 5 9        label: (0,0) (1,1) (2,1) (3,2) (3,3), cost 1 + 1 + 2 + 2 + 1 = 7
//   9 9 2 1
WarcraftMaps one_map() {
  WarcraftMaps maps{.count = 1, .size = 4};
  maps.maps.assign(32 * 32 * 3, 100);
  maps.costs = {1, 9, 9, 9, 9, 1, 9, 9, 9, 2, 5, 9, 9, 9, 2, 1};
  maps.paths = {1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1};
  return maps;
}

const CostNetSettings costs_4{.net = "pure-conv", .head = "softplus", .size = 4};
const CostNetSettings logits_4{.net = "pure-conv", .head = "logits", .size = 4};

PathScore score_of(const CostNetSettings& settings, const Tensor& predicted) {
  PathFinder finder(settings);
  PathScore score;
  const std::int64_t first = 0;
  score.add(finder, predicted.reshaped(Shape{1, 4, 4}), one_map(), {&first, 1});
  return score;
}

}  // namespace

TEST_CASE("warcraft evaluation: the true costs give the label") {
  const WarcraftMaps maps = one_map();
  const PathScore score = score_of(costs_4, Tensor(Shape{16}, std::vector<real>(maps.costs.begin(), maps.costs.end())));
  CHECK(score.optimal_share() == 1);
  CHECK(score.exact_share() == 1);
  CHECK(score.cost_ratio() == 1);
  CHECK(score.cell_accuracy() == 1);
  CHECK(score.cost_correlation() == doctest::Approx(1));
}

TEST_CASE("warcraft evaluation: a dearer path counts by its true cost over the whole map") {
  // Equal costs: straight along the diagonal, truly 1 + 1 + 5 + 1 = 8.
  const PathScore score = score_of(costs_4, Tensor(Shape{16}, 3));
  CHECK(score.optimal_share() == 0);
  CHECK(score.exact_share() == 0);
  CHECK(score.cost_ratio() == doctest::Approx(8.0 / 7));
  CHECK(score.cell_accuracy() == doctest::Approx(13.0 / 16));  // (2,1), (2,2) and (3,2) differ
  CHECK(score.cost_correlation() == 0);
}

TEST_CASE("warcraft evaluation: another path as cheap as the label is optimal and no exact match") {
  WarcraftMaps maps = one_map();
  maps.costs[10] = 4.00005F;  // now the diagonal costs 7.00005
  PathFinder finder(costs_4);
  PathScore score;
  const std::int64_t first = 0;
  score.add(finder, Tensor(Shape{1, 4, 4}, 3), maps, {&first, 1});
  CHECK(score.optimal_share() == 1);
  CHECK(score.exact_share() == 0);
}

TEST_CASE("warcraft evaluation: cells without a solver are optimal only as a path") {
  const WarcraftMaps maps = one_map();
  Tensor logits(Shape{16});
  for (std::int64_t i = 0; i < 16; ++i) logits[i] = maps.paths[static_cast<std::size_t>(i)] ? real(0.1) : real(-2);
  CHECK(score_of(logits_4, logits).optimal_share() == 1);
  CHECK(score_of(logits_4, logits).cost_ratio() == 1);

  logits[9] = -1;  // a gap
  const PathScore gap = score_of(logits_4, logits);
  CHECK(gap.optimal_share() == 0);
  CHECK(std::isnan(gap.cost_ratio()));
  CHECK(gap.cell_accuracy() == doctest::Approx(15.0 / 16));

  logits[9] = logits[10] = 1;  // joined, with a cell too many
  const PathScore extra = score_of(logits_4, logits);
  CHECK(extra.optimal_share() == 0);
  CHECK(extra.cost_ratio() == doctest::Approx(12.0 / 7));
}

TEST_CASE("warcraft evaluation: batches of a set, one map like the other") {
  const WarcraftMaps maps = generate_maps(250, 4, 1, WarcraftSplit::val);
  Rng rng(1);
  CostNet net(costs_4, rng);
  net.set_moments(channel_moments(maps));
  PathFinder finder(costs_4);
  Tape tape(Gradients::off);
  const PathScore all = evaluate(net, finder, maps, tape);
  CHECK(all.maps == 250);
  CHECK(net.training());
  double cost = 0, optimal = 0;
  for (std::int64_t i = 0; i < maps.count; ++i) {
    PathScore one;
    one.add(finder, predict(net, maps, {&i, 1}, tape), maps, {&i, 1});
    cost += one.cost;
    optimal += one.optimal;
  }
  CHECK(all.cost == doctest::Approx(cost).epsilon(1e-9));
  CHECK(all.optimal == optimal);
}
