#include <doctest/doctest.h>

#include <cotape/apps/graph_matching/batch.h>
#include <cotape/apps/graph_matching/evaluation.h>
#include <cotape/engine/base/error.h>

#include <cmath>
#include <numeric>
#include <set>

#include "../../temporary_folder.h"

using namespace cotape;
using namespace cotape::app;

namespace {

// A sequence of small pictures: point i of picture k lies at (3 i + k, 5 i % 17), where the picture is white.
void write_sequence(const TemporaryFolder& folder, int pictures, int points, int first_label = 1) {
  std::filesystem::create_directories(folder.path() / "images");
  std::filesystem::create_directories(folder.path() / "label");
  for (int k = 0; k < pictures; ++k) {
    Image image(20, 60, 1);
    std::string text;
    for (int i = 0; i < points; ++i) {
      const int x = 3 * i + k, y = 5 * i % 17;
      *image.pixel(y, x) = 255;
      text += std::to_string(x) + " " + std::to_string(y) + "\n";
    }
    write_png(folder.path() / "images" / ("thing.seq" + std::to_string(k) + ".png"), image);
    folder.put("label/thing" + std::to_string(first_label + k), text);
  }
}

}  // namespace

TEST_CASE("sequence: every other picture is for testing, and no point's number tells which it is") {
  const TemporaryFolder folder;
  write_sequence(folder, 9, 7);
  folder.put("label/correct", "no number, left out");
  const MatchingData data = read_sequence(folder.path(), {2, 6}, 0, 1);
  CHECK(data.views.size() == 9);
  CHECK(data.points() == 7);
  CHECK_FALSE(data.partial);
  CHECK(data.train.size() == 6);  // pairs of 1, 3, 5, 7
  REQUIRE(data.test.size() == 2);
  CHECK(data.test[0].name == "gap_2");
  CHECK(data.test[0].pairs.size() == 4);
  CHECK(data.test[1].pairs.size() == 2);
  std::set<std::int64_t> trained;
  for (const ViewPair& pair : data.train) trained.insert({pair.left, pair.right});
  bool shuffled = false;
  for (const PairGroup& group : data.test)
    for (const ViewPair& pair : group.pairs) {
      CHECK(trained.count(pair.left) + trained.count(pair.right) == 0);
      for (std::size_t i = 0; i < pair.right_of_left.size(); ++i) {
        const auto j = static_cast<std::size_t>(pair.right_of_left[i]);
        const Point a = data.views[static_cast<std::size_t>(pair.left)].points[i];
        const Point b = data.views[static_cast<std::size_t>(pair.right)].points[j];
        CHECK(b.x - a.x == static_cast<double>(pair.right - pair.left));
        CHECK(b.y == a.y);
        shuffled = shuffled || i != j;
      }
    }
  CHECK(shuffled);
  CHECK(read_sequence(folder.path(), {2}, 2, 1).train.size() == 3);
}

TEST_CASE("sequence: what does not fit") {
  const TemporaryFolder folder;
  const auto refuse = [&](const std::string& message, const std::vector<std::int64_t>& gaps = {2}) {
    CAPTURE(message);
    CHECK_THROWS_WITH(read_sequence(folder.path(), gaps, 0, 1), doctest::Contains(message.c_str()));
  };
  refuse("images: no such folder");
  write_sequence(folder, 6, 5);
  refuse("gap 3: it must be even", {3});
  refuse("gap 6: it must be even, and from 2 to 5", {6});
  refuse("gap 2 is named twice", {2, 2});
  CHECK_THROWS_WITH_AS(read_sequence(folder.path(), {2}, 1, 1), doctest::Contains("training gap of 1"), ValueError);
  folder.put("label/thing3", "1 2\n3 4\n");
  refuse("label/thing3: 2 points, but 5 in thing1");
  folder.put("label/thing3", "1 2\n3 x\n");
  refuse("label/thing3: line 2: ");
  std::filesystem::rename(folder.path() / "label/thing3", folder.path() / "label/thing9");
  refuse("are not numbered as the first two are");
  folder.put("label/other9", "");
  refuse("other9 and thing9 have the same number");
  std::filesystem::remove(folder.path() / "label/thing9");
  std::filesystem::remove(folder.path() / "label/other9");
  refuse("6 pictures in images, but 5 files in label");
}

TEST_CASE("generated views: reproducible, and as many points each") {
  const GeneratedSizes sizes{.train = 3, .test = 2, .points = 6, .outliers = 2, .occlusion = 0.3};
  const MatchingData data = generate_views(sizes, 4);
  CHECK(data.partial);
  CHECK(data.views.size() == 10);
  CHECK(data.points() == 8);
  const MatchingData again = generate_views({.train = 1, .test = 2, .points = 6, .outliers = 2, .occlusion = 0.3}, 4);
  CHECK(again.views[0].picture == data.views[0].picture);
  CHECK(again.test[0].pairs[1].right_of_left == data.test[0].pairs[1].right_of_left);
  CHECK_FALSE(generate_views(sizes, 5).views[0].picture == data.views[0].picture);
  std::int64_t partners = 0;
  for (const ViewPair& pair : data.train) {
    std::set<std::int64_t> taken;
    for (const std::int64_t j : pair.right_of_left) {
      CHECK((j >= -1 && j < 8));
      if (j >= 0) CHECK(taken.insert(j).second);
    }
    partners += std::ssize(taken);
  }
  CHECK(partners > 0);
  CHECK(partners < 3 * 6);  // some are occluded
  const MatchingData whole = generate_views({.train = 1, .test = 1, .points = 5, .outliers = 0, .occlusion = 0}, 4);
  CHECK_FALSE(whole.partial);
}

TEST_CASE("patches: brightness and contrast do not count, the middle is the point") {
  View view{.picture = Image(60, 80, 1, grey(90)), .points = {{40, 30}, {0, 0}, {10.5, 50}}, .graph = {}};
  *view.picture.pixel(30, 40) = 190;
  std::vector<real> patches(3 * patch_size * patch_size);
  cut_patches(view, {}, Rng(1), patches.data());
  constexpr std::size_t pixels = patch_size * patch_size, middle = pixels / 2;
  const std::span<const real> first(patches.data(), pixels);
  CHECK(std::max_element(first.begin(), first.end()) - first.begin() == static_cast<std::ptrdiff_t>(middle));
  CHECK(std::abs(std::accumulate(first.begin(), first.end(), 0.0)) < 1e-2);
  CHECK(std::inner_product(first.begin(), first.end(), first.begin(), 0.0) ==
        doctest::Approx(static_cast<double>(pixels)).epsilon(1e-4));
  for (std::size_t k = pixels; k < 2 * pixels; ++k) CHECK(patches[k] == 0);  // one grey

  View brighter = view;
  for (std::uint8_t& level : brighter.picture.bytes()) level = static_cast<std::uint8_t>(level + 20);
  std::vector<real> same(patches.size());
  cut_patches(brighter, {}, Rng(1), same.data());
  CHECK(same == patches);

  std::vector<real> moved(patches.size()), moved_again(patches.size());
  cut_patches(view, {.turn = 20, .zoom = 0.2, .shift = 3}, Rng(1), moved.data());
  cut_patches(view, {.turn = 20, .zoom = 0.2, .shift = 3}, Rng(1), moved_again.data());
  CHECK(moved == moved_again);
  CHECK(moved != patches);
}

TEST_CASE("batch: the true matching costs what its entries say, as the solver sees them") {
  const MatchingData data = generate_views({.train = 4, .test = 1, .points = 7, .outliers = 1, .occlusion = 0.2}, 3);
  const GraphMatchingLayout layout = data.layout(true);
  std::vector<const ViewPair*> pairs;
  for (const ViewPair& pair : data.train) pairs.push_back(&pair);
  const PairBatch batch = make_batch(data, pairs, layout);
  CHECK(batch.rows() == 2 * 4 * 8);
  // Costs that are −1 for all that is wanted and 1 elsewhere have the true matching as their only cheapest one.
  Tensor scores(batch.wanted.shape()), solution(batch.wanted.shape());
  for (std::int64_t k = 0; k < scores.size(); ++k) scores[k] = 2 * batch.wanted[k] - 1;
  Oracle oracle(GraphMatching{.layout = layout, .unassigned_cost = real(0)});
  oracle.argmax(scores, solution, Phase::forward, Instances(batch.graphs));
  CHECK(solution == batch.wanted);
  // The solver's own mask.
  const Solver solver = GraphMatching{.layout = layout};
  for (std::int64_t b = 0; b < 4; ++b)
    for (std::int64_t e = 0; e < layout.left_edges; ++e)
      for (std::int64_t f = 0; f < layout.right_edges; ++f) {
        const bool real_pair = e < batch.graphs[static_cast<std::size_t>(b)].left.edge_count() &&
                               f < batch.graphs[static_cast<std::size_t>(b)].right.edge_count();
        CHECK(batch.real_entries[b * layout.size() + layout.place(e, f, false)] == (real_pair ? 1 : 0));
      }
  // A directed edge leads from a point to its neighbour; unused places are heard by nobody.
  for (std::size_t v = 0; v < batch.views.size(); ++v)
    for (std::int64_t e = 0; e < batch.edges; ++e) {
      const std::size_t place = v * 2 * static_cast<std::size_t>(batch.edges) + static_cast<std::size_t>(e);
      const std::size_t back = place + static_cast<std::size_t>(batch.edges);
      if (e >= batch.views[v]->graph.edge_count()) {
        CHECK(batch.hears[place] == batch.rows());
        continue;
      }
      const Edge edge = batch.views[v]->graph.edge(e);
      CHECK(batch.from[place] == static_cast<std::int64_t>(v) * 8 + edge.from);
      CHECK(batch.to[place] == static_cast<std::int64_t>(v) * 8 + edge.to);
      CHECK(batch.from[back] == batch.to[place]);
      CHECK(batch.offsets[3 * static_cast<std::int64_t>(place)] == -batch.offsets[3 * static_cast<std::int64_t>(back)]);
    }
}

TEST_CASE("score: right, wrong and missing partners") {
  const ViewPair pair{0, 1, {1, -1, 0}};
  MatchScore score;
  score.add(pair, std::vector<real>{0, 1, 0, /**/ 0, 0, 0, /**/ 1, 0, 0});
  CHECK(score.accuracy() == 1);
  CHECK(score.perfect == 1);
  score.add(pair, std::vector<real>{0, 1, 0, /**/ 1, 0, 0, /**/ 0, 0, 0});
  CHECK(score.accuracy() == 0.75);
  CHECK(score.precision() == 0.75);
  CHECK(score.perfect == 1);
  CHECK(score.pairs == 2);
}

TEST_CASE("patches without learning match a sequence that only moves") {
  const TemporaryFolder folder;
  write_sequence(folder, 6, 7);
  const MatchingData data = read_sequence(folder.path(), {2}, 0, 1);
  CHECK(match_patches(data, data.test[0]).accuracy() > 0.9);
}
