#include <cotape/apps/latent_trees/layouts.h>
#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/kit/disjoint_sets.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../temporary_folder.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr LayoutSizes sizes{.train = 200, .validation = 30, .test = 20, .nodes = 7, .frames = 6};

bool same(const LayoutSet& a, const LayoutSet& b) { return a.positions == b.positions && a.trees == b.trees; }

// Files of the sets with positions in another range, as NumPy writes them.
void write_files(const LayoutSets& sets, const std::filesystem::path& folder) {
  for (const auto& [name, set] : {std::pair("train", &sets.train), {"valid", &sets.validation}, {"test", &sets.test}}) {
    const std::int64_t n = set->nodes;
    NpyArray data{Shape{set->count, set->frames, 2, n}, {}}, edges{Shape{set->count, n, n}, {}};
    std::vector<double> numbers(static_cast<std::size_t>(data.shape.size()));
    std::vector<float> matrices(static_cast<std::size_t>(edges.shape.size()));
    for (std::int64_t f = 0; f < set->count * set->frames; ++f)
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t axis = 0; axis < 2; ++axis)
          numbers[static_cast<std::size_t>((f * 2 + axis) * n + i)] =
              3 + 0.25 * static_cast<double>(set->positions[(f * n + i) * 2 + axis]);
    for (std::int64_t example = 0; example < set->count; ++example) {
      std::size_t edge = 0;
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = i + 1; j < n; ++j, ++edge)
          for (const std::int64_t place : {i * n + j, j * n + i})
            matrices[static_cast<std::size_t>(example * n * n + place)] = set->tree(example)[edge];
    }
    data.values = numbers;
    edges.values = matrices;
    write_npy(folder / ("data_" + std::string(name) + "_novar.npy"), data);
    write_npy(folder / ("edges_" + std::string(name) + "_novar.npy"), edges);
  }
}

}  // namespace

TEST_CASE("layouts: spanning trees, and frames that are centred and reach to 1") {
  const LayoutSets sets = generate_layouts(sizes, 1);
  CHECK(sets.train.count == 200);
  CHECK(sets.validation.count == 30);
  CHECK(sets.test.count == 20);
  std::vector<double> used(21);
  for (std::int64_t i = 0; i < sets.train.count; ++i) {
    const auto tree = sets.train.tree(i);
    DisjointSets parts;
    parts.assign(7);
    std::size_t edge = 0;
    int joined = 0;
    for (int a = 0; a < 7; ++a)
      for (int b = a + 1; b < 7; ++b, ++edge)
        if (tree[edge] == 1) joined += parts.join(a, b);
    REQUIRE(joined == 6);
    REQUIRE(std::accumulate(tree.begin(), tree.end(), 0) == 6);
    for (std::size_t e = 0; e < 21; ++e) used[e] += tree[e];
  }
  // Each of 21 edges is in 6/21 of the trees: 57 of 200, within 5 standard deviations.
  for (const double count : used) CHECK(std::abs(count - 57.1) < 5 * 6.4);

  const auto positions = sets.train.positions.values();
  CHECK(*std::min_element(positions.begin(), positions.end()) == -1);
  CHECK(*std::max_element(positions.begin(), positions.end()) == 1);
  for (std::size_t frame = 0; frame < positions.size(); frame += 14) {
    double largest = 0;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      double sum = 0;
      for (std::size_t i = axis; i < 14; i += 2) {
        sum += static_cast<double>(positions[frame + i]);
        largest = std::max(largest, std::abs(static_cast<double>(positions[frame + i])));
      }
      REQUIRE(std::abs(sum) < 1e-5);
    }
    REQUIRE(largest == doctest::Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("layouts: an example depends on its seed, set and number alone, and not on threads") {
  const LayoutSets sets = generate_layouts(sizes, 1);
  {
    const ThreadLimit one(1);
    const LayoutSets again = generate_layouts(sizes, 1);
    CHECK(same(sets.train, again.train));
    CHECK(same(sets.test, again.test));
  }
  const LayoutSets fewer = generate_layouts({.train = 50, .validation = 5, .test = 1, .nodes = 7, .frames = 6}, 1);
  CHECK(std::equal(fewer.train.trees.begin(), fewer.train.trees.end(), sets.train.trees.begin()));
  for (std::int64_t k = 0; k < fewer.train.positions.size(); ++k)
    REQUIRE(fewer.train.positions[k] == doctest::Approx(sets.train.positions[k]).epsilon(1e-5));
  const LayoutSets other = generate_layouts(sizes, 2);
  CHECK(!same(sets.train, other.train));
  CHECK(!std::equal(sets.test.trees.begin(), sets.test.trees.end(), sets.train.trees.begin()));

  Tensor some(Shape{2, 6, 7, 2});
  sets.train.fill(std::vector<std::int64_t>{3, 1}, some);
  CHECK(std::equal(some.data(), some.data() + 84, sets.train.positions.data() + 3 * 84));
  CHECK(std::equal(some.data() + 84, some.data() + 168, sets.train.positions.data() + 84));
}

TEST_CASE("layouts: files of the published program") {
  const LayoutSets sets = generate_layouts(sizes, 1);
  const TemporaryFolder folder;
  write_files(sets, folder.path());
  const LayoutSets read = read_layouts(folder.path());
  CHECK(read.train.trees == sets.train.trees);
  CHECK(read.validation.trees == sets.validation.trees);
  CHECK(read.test.trees == sets.test.trees);
  CHECK(read.test.frames == 6);
  for (std::int64_t k = 0; k < sets.test.positions.size(); ++k)  // the scale is found again
    REQUIRE(read.test.positions[k] == doctest::Approx(sets.test.positions[k]).epsilon(1e-5));

  const auto refuse = [&](const char* text) {
    CHECK_THROWS_WITH_AS(read_layouts(folder.path()), doctest::Contains(text), FileError);
    write_files(sets, folder.path());
  };
  NpyArray edges = read_npy(folder / "edges_test_novar.npy");
  std::get<std::vector<float>>(edges.values)[49 * 4] = 1;
  write_npy(folder / "edges_test_novar.npy", edges);
  refuse("edges_test_novar.npy: example 4 is not the symmetric matrix, of 0 and 1, of a spanning tree of 7 nodes");
  edges.shape = Shape{20, 7, 7};
  std::get<std::vector<float>>(edges.values).assign(20 * 49, 0);
  write_npy(folder / "edges_test_novar.npy", edges);
  refuse("example 0 is not the symmetric matrix");
  std::filesystem::copy_file(folder / "data_test_novar.npy", folder / "data_valid_novar.npy",
                             std::filesystem::copy_options::overwrite_existing);
  refuse("[30,7,7] beside positions [20,6,2,7]: it must be [20,7,7]");
  NpyArray data = read_npy(folder / "data_train_novar.npy");
  std::get<std::vector<double>>(data.values)[5] = std::nan("");
  write_npy(folder / "data_train_novar.npy", data);
  refuse("data_train_novar.npy: a number is not finite");
  std::filesystem::remove(folder / "edges_train_novar.npy");
  refuse("0 files edges_train*.npy; there must be one");
  folder.put("data_valid_too.npy", "");
  CHECK_THROWS_WITH_AS(read_layouts(folder.path()), doctest::Contains("2 files data_valid*.npy"), FileError);
  CHECK_THROWS_WITH_AS(read_layouts(folder / "none"), doctest::Contains("is not a folder that can be read"), FileError);
}
