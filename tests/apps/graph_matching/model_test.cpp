#include <doctest/doctest.h>

#include <cotape/apps/graph_matching/delaunay.h>
#include <cotape/apps/graph_matching/model.h>
#include <cotape/apps/graph_matching/step.h>

#include <cmath>

using namespace cotape;
using namespace cotape::app;

namespace {

MatchingOptions small_net() {
  MatchingOptions options;
  options.hidden = 12;
  options.passes = 2;
  return options;
}

// Costs of the first training pair.
Tensor costs_of(const MatchingData& data, const MatchingOptions& options) {
  Rng rng(7);
  Matcher model(options, rng);
  const ViewPair* const one[] = {&data.train.front()};
  const PairBatch batch = make_batch(data, one, data.layout(!options.nodes_only));
  Tape tape(Gradients::off);
  return model(patches_of(batch, {}, Rng(0), tape), batch).value();
}

// The data with the points of the right view of the first pair in another order.
MatchingData reordered(MatchingData data, const std::vector<std::int64_t>& place) {
  View& right = data.views[static_cast<std::size_t>(data.train.front().right)];
  std::vector<Point> points(right.points.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[static_cast<std::size_t>(place[i])] = right.points[i];
  right.points = points;
  right.graph = delaunay_graph(points);
  for (std::int64_t& partner : data.train.front().right_of_left)
    if (partner >= 0) partner = place[static_cast<std::size_t>(partner)];
  return data;
}

bool near(real a, real b) { return std::abs(a - b) < real(1e-4); }

}  // namespace

TEST_CASE("matcher: costs belong to points, not to their numbers") {
  const MatchingData data = generate_views({.train = 1, .test = 1, .points = 6, .outliers = 1, .occlusion = 0}, 2);
  const std::vector<std::int64_t> place = {3, 0, 6, 1, 5, 2, 4};
  const MatchingData other = reordered(data, place);
  const MatchingOptions options = small_net();
  const GraphMatchingLayout layout = data.layout(true);
  const Tensor a = costs_of(data, options), b = costs_of(other, options);
  REQUIRE(a.shape() == Shape{1, layout.size()});
  for (std::int64_t i = 0; i < 7; ++i)
    for (std::int64_t j = 0; j < 7; ++j)
      CHECK(near(a[layout.place(i, j)], b[layout.place(i, place[static_cast<std::size_t>(j)])]));
  // Edges are numbered anew, and may have been turned round.
  const SparseGraph& left = data.views[0].graph;
  const SparseGraph &before = data.views[1].graph, &after = other.views[1].graph;
  REQUIRE(before.edge_count() == after.edge_count());
  for (std::int64_t e = 0; e < left.edge_count(); ++e)
    for (std::int64_t f = 0; f < before.edge_count(); ++f) {
      const Edge old = before.edge(f);
      const std::int64_t from = place[static_cast<std::size_t>(old.from)], to = place[static_cast<std::size_t>(old.to)];
      for (std::int64_t g = 0; g < after.edge_count(); ++g) {
        if (after.edge(g) == Edge{from, to}) CHECK(near(a[layout.place(e, f, false)], b[layout.place(e, g, false)]));
        if (after.edge(g) == Edge{to, from}) CHECK(near(a[layout.place(e, f, false)], b[layout.place(e, g, true)]));
      }
    }
}

TEST_CASE("matcher: what may not be seen does not count") {
  MatchingData data = generate_views({.train = 1, .test = 1, .points = 6, .outliers = 0, .occlusion = 0}, 2);
  MatchingOptions options = small_net();
  const auto layout_size = data.layout(true).size();
  Rng rng(7);
  Matcher seeing(options, rng);
  options.appearance_only = true;
  Rng rng_again(7);
  Matcher blind(options, rng_again);
  const ViewPair* const one[] = {&data.train.front()};
  PairBatch batch = make_batch(data, one, data.layout(true));
  const auto run = [&](Matcher& model) {
    Tape tape(Gradients::off);
    return model(patches_of(batch, {}, Rng(0), tape), batch).value();
  };
  const Tensor seen = run(seeing), unseen = run(blind);
  for (real& offset : batch.offsets.values()) offset *= real(1.5);
  CHECK(run(blind) == unseen);
  CHECK_FALSE(run(seeing) == seen);
  CHECK(unseen.size() == layout_size);
}

TEST_CASE("step: training lowers the loss, and saves what it needs to go on") {
  const MatchingData data =
      generate_views({.train = 6, .test = 1, .points = 8, .outliers = 0, .occlusion = 0, .noise = 0.8}, 2);
  MatchingOptions options = small_net();
  options.common.rule = "fenchel-young";
  options.rule.resolve(options.common.rule);
  options.search_steps = 20;
  const std::vector<std::int64_t> pairs = {0, 1, 2, 3, 4, 5};
  MatchingStep step(options, data, Rng(1), Rng(2));
  const auto loss = [&](MatchingStep& of) {
    real value = 0;
    Meter meter;
    of.frame().run(pairs, 0, meter, [&](const Shard& shard, Meter&) { value = of.compute(shard).loss.value().item(); });
    return value;
  };
  const real first = loss(step);
  for (int i = 0; i < 30; ++i) loss(step);
  CHECK(loss(step) < real(0.5) * first);
  Checkpoint checkpoint;
  step.save(checkpoint);
  MatchingStep other(options, data, Rng(3), Rng(4));
  other.load(checkpoint);
  for (int i = 0; i < 3; ++i) CHECK(loss(other) == loss(step));
}
