#include <cotape/data/formats/npy.h>
#include <cotape/data/sets/terrain.h>
#include <cotape/data/sets/warcraft.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/paths/grid_path.h>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Maps of 2 × 2 cells whose bytes and costs tell where they are.
WarcraftMaps example(std::int64_t count) {
  WarcraftMaps maps{.count = count, .size = 2};
  for (std::int64_t i = 0; i < count * 16 * 16 * 3; ++i) maps.maps.push_back(static_cast<std::uint8_t>(i * 7 % 251));
  for (std::int64_t i = 0; i < count; ++i) {
    maps.paths.insert(maps.paths.end(), {1, 0, std::uint8_t(i % 2), 1});
    maps.costs.insert(maps.costs.end(), {0.5f, static_cast<float>(i), 0x1p-24f, 2});
  }
  return maps;
}

void put(const TemporaryFolder& folder, const std::string& name, const NpyArray& array) {
  write_npy(folder / name, array);
}

// One array of a set, examples begin … end−1.
template <class T>
NpyArray slice(const std::vector<T>& values, const Shape& one, std::int64_t begin, std::int64_t end) {
  return {one.inserted(0, end - begin),
          std::vector<T>(values.begin() + begin * one.size(), values.begin() + end * one.size())};
}

void check_refused(const TemporaryFolder& folder, const std::string& file, const std::string& reason) {
  CAPTURE(reason);
  CHECK_THROWS_WITH_AS(load_warcraft(folder.path(), WarcraftSplit::train),
                       ((folder / file).string() + ": " + reason).c_str(), FileError);
}

}  // namespace

TEST_CASE("warcraft: a split is written in the published layout and read back") {
  const TemporaryFolder folder;
  const WarcraftMaps maps = example(3);
  for (const auto split : {WarcraftSplit::train, WarcraftSplit::val, WarcraftSplit::test})
    save_warcraft(folder.path(), split, maps);
  CHECK(folder.files() == 9);
  CHECK(read_npy(folder / "val_maps.npy").shape == Shape{3, 16, 16, 3});
  CHECK(read_npy(folder / "val_shortest_paths.npy") == NpyArray{{3, 2, 2}, maps.paths});
  CHECK(std::get<std::vector<Half>>(read_npy(folder / "test_vertex_weights.npy").values)[1].bits == 0);
  CHECK(load_warcraft(folder.path(), WarcraftSplit::test) == maps);
  CHECK(load_warcraft(folder.path(), WarcraftSplit::test, 2) == maps);
  CHECK(maps.cost(2)[1] == 2);
  CHECK(maps.path(1)[2] == 1);
  CHECK(maps.map(1)[0] == 768 * 7 % 251);
  WarcraftMaps bad = maps;
  bad.costs.pop_back();
  CHECK_THROWS_WITH_AS(save_warcraft(folder.path(), WarcraftSplit::test, bad), "warcraft: 11 costs for shape [3,2,2]",
                       ShapeError);
}

TEST_CASE("warcraft: arrays in parts are joined, costs may be float32") {
  const TemporaryFolder folder;
  const WarcraftMaps maps = example(5);
  put(folder, "train_maps_part0.npy", slice(maps.maps, {16, 16, 3}, 0, 2));
  put(folder, "train_maps_part1.npy", slice(maps.maps, {16, 16, 3}, 2, 3));
  put(folder, "train_maps_part2.npy", slice(maps.maps, {16, 16, 3}, 3, 5));
  put(folder, "train_shortest_paths.npy", slice(maps.paths, {2, 2}, 0, 5));
  put(folder, "train_vertex_weights_part0.npy", slice(maps.costs, {2, 2}, 0, 1));
  put(folder, "train_vertex_weights_part1.npy", slice(maps.costs, {2, 2}, 1, 5));
  CHECK(load_warcraft(folder.path(), WarcraftSplit::train) == maps);
  put(folder, "train_maps_part1.npy", slice(maps.maps, {16, 48}, 2, 3));
  check_refused(folder, "train_maps_part1.npy", "an array of shape [1,16,48], expected 4 axes (at byte 0)");
  put(folder, "train_maps_part1.npy", slice(maps.maps, {16, 8, 6}, 2, 3));
  check_refused(folder, "train_maps_part1.npy",
                "an array of shape [1,16,8,6] beside [2,16,16,3] in " + (folder / "train_maps_part0.npy").string() +
                    " (at byte 0)");
  std::filesystem::remove(folder / "train_maps_part1.npy");
  check_refused(folder, "train_shortest_paths.npy",
                "shape [5,2,2], expected [2,2,2] for the maps of shape [2,16,16,3] in " +
                    (folder / "train_maps_part0.npy").string());
}

TEST_CASE("warcraft: folders named after sizes") {
  const TemporaryFolder folder;
  const auto load = [&](std::int64_t size) { return load_warcraft(folder.path(), WarcraftSplit::train, size); };
  const std::string name = folder.path().string();
  CHECK_THROWS_WITH_AS(load(0), (name + ": 0 folders with train_maps.npy or …_part0.npy").c_str(), FileError);
  CHECK_THROWS_WITH_AS(load_warcraft(folder / "none", WarcraftSplit::train), doctest::Contains("none: no such folder"),
                       FileError);
  std::filesystem::create_directory(folder / "2x2");
  save_warcraft(folder / "2x2", WarcraftSplit::train, example(2));
  CHECK(load(0) == example(2));
  CHECK(load(2) == example(2));
  CHECK_THROWS_WITH_AS(load(3), (name + ": no train_maps.npy or …_part0.npy, neither here nor in 3x3").c_str(),
                       FileError);
  std::filesystem::create_directory(folder / "3x3");
  save_warcraft(folder / "3x3", WarcraftSplit::train, example(2));
  CHECK_THROWS_WITH_AS(load(0), (name + ": 2 folders with train_maps.npy: give a size").c_str(), FileError);
  CHECK_THROWS_WITH_AS(load(3), doctest::Contains("3x3/train_maps.npy: maps of 2x2 cells, not 3x3"), FileError);
}

TEST_CASE("warcraft: what does not fit together is refused with the file's name") {
  const TemporaryFolder folder;
  const WarcraftMaps maps = example(3);
  const auto restore = [&] { save_warcraft(folder.path(), WarcraftSplit::train, maps); };
  restore();
  put(folder, "train_maps.npy", {{3, 16, 16, 3}, std::vector<float>(3 * 16 * 16 * 3)});
  check_refused(folder, "train_maps.npy", "elements of type <f4, expected |u1 (at byte 0)");
  put(folder, "train_maps.npy", {{3, 16, 8, 6}, maps.maps});
  check_refused(folder, "train_maps.npy", "shape [3,16,8,6], expected [N,8k,8k,3]");
  put(folder, "train_maps.npy", {{3, 12, 12, 3}, Bytes(3 * 12 * 12 * 3)});
  check_refused(folder, "train_maps.npy", "shape [3,12,12,3], expected [N,8k,8k,3]");
  put(folder, "train_maps.npy", {{0, 16, 16, 3}, Bytes()});
  check_refused(folder, "train_maps.npy", "shape [0,16,16,3], expected [N,8k,8k,3]");
  restore();
  put(folder, "train_shortest_paths.npy", {{3, 4, 1}, maps.paths});
  check_refused(
      folder, "train_shortest_paths.npy",
      "shape [3,4,1], expected [3,2,2] for the maps of shape [3,16,16,3] in " + (folder / "train_maps.npy").string());
  put(folder, "train_shortest_paths.npy", {{3, 2, 2}, Bytes{1, 0, 0, 1, 1, 0, 2, 1, 1, 1, 1, 1}});
  check_refused(folder, "train_shortest_paths.npy", "path 1 has 2 at (1, 0), neither 0 nor 1");
  put(folder, "train_shortest_paths.npy", {{3, 2, 2}, Bytes{1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1}});
  check_refused(folder, "train_shortest_paths.npy", "path 2 does not hold the top left and the bottom right cell");
  restore();
  for (const auto& [cost, text] : {std::pair{-1.0f, "-1"}, {INFINITY, "inf"}, {NAN, "nan"}}) {
    std::vector<Half> costs(12, Half(1));
    costs[6] = Half(cost);
    put(folder, "train_vertex_weights.npy", {{3, 2, 2}, costs});
    check_refused(folder, "train_vertex_weights.npy",
                  std::string("map 1 has the cost ") + text + " at (1, 0), not a finite number >= 0");
  }
  put(folder, "train_vertex_weights.npy", {{3, 2, 2}, std::vector<std::int64_t>(12, 1)});
  check_refused(folder, "train_vertex_weights.npy", "elements of type <i8, expected <f4 (at byte 0)");
  std::filesystem::remove(folder / "train_vertex_weights.npy");
  check_refused(folder, "train_vertex_weights.npy", "no such file, nor with _part0");
}

TEST_CASE("warcraft: moments of the channels") {
  WarcraftMaps maps{.count = 1, .size = 1, .maps = Bytes(192, 10)};
  for (std::size_t i = 0; i < 64; ++i) {
    maps.maps[3 * i] = i % 2 == 0 ? 100 : 104;
    maps.maps[3 * i + 1] = i < 16 ? 255 : 0;
  }
  const ChannelMoments moments = channel_moments(maps);
  CHECK(moments.mean == std::array{102.0f, 63.75f, 10.0f});
  CHECK(moments.deviation[0] == 2);
  CHECK(moments.deviation[1] == doctest::Approx(255 * std::sqrt(3.0) / 4));
  CHECK(moments.deviation[2] == 0);
  CHECK_THROWS_WITH_AS(channel_moments(WarcraftMaps{}), "channel_moments: no maps", ValueError);
  const WarcraftMaps many = example(200);
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return channel_moments(many);
  };
  CHECK(with(1) == with(2));
  double sum = 0;
  for (std::size_t i = 2; i < many.maps.size(); i += 3) sum += many.maps[i];
  CHECK(with(2).mean[2] == doctest::Approx(sum * 3 / static_cast<double>(many.maps.size())));
}

TEST_CASE("warcraft: mirrored maps") {
  WarcraftMaps maps = example(2);
  maps.costs = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::int64_t> indices = {1, 1, 0, 1};
  WarcraftMaps out;
  copy_mirrored(maps, indices, std::vector<std::uint8_t>{0, 1, 2, 3}, out);
  CHECK(out.count == 4);
  CHECK(out.size == 2);
  CHECK(out.costs == std::vector<float>{5, 6, 7, 8, 5, 7, 6, 8, 4, 2, 3, 1, 8, 7, 6, 5});
  CHECK(std::ranges::equal(out.map(0), maps.map(1)));
  CHECK(std::ranges::equal(out.path(0), maps.path(1)));
  const std::int64_t n = maps.pixels();
  for (const std::int64_t row : {0, 3, 15})
    for (const std::int64_t column : {0, 10, 15})
      for (std::int64_t c = 0; c < 3; ++c) {
        const auto at = [&](const WarcraftMaps& set, std::int64_t index, std::int64_t i, std::int64_t j) {
          return set.map(index)[static_cast<std::size_t>((i * n + j) * 3 + c)];
        };
        CHECK(at(out, 1, row, column) == at(maps, 1, column, row));
        CHECK(at(out, 2, row, column) == at(maps, 0, n - 1 - column, n - 1 - row));
        CHECK(at(out, 3, row, column) == at(maps, 1, n - 1 - row, n - 1 - column));
      }
  CHECK_THROWS_WITH_AS(copy_mirrored(maps, indices, std::vector<std::uint8_t>(3), out),
                       "warcraft: 3 mirrors for 4 maps", ShapeError);
  CHECK_THROWS_AS(copy_mirrored(maps, std::vector<std::int64_t>{2}, std::vector<std::uint8_t>(1), out), ValueError);
}

TEST_CASE("warcraft: the mirrored path is the mirrored map's cheapest") {
  const GridPath solver{.height = 7, .width = 7};
  const WarcraftMaps maps = generate_terrain(
      {.count = 20, .size = 7}, [&](std::span<const real> cost, std::span<real> path) { solver.solve(cost, path); });
  std::vector<std::int64_t> indices;
  std::vector<std::uint8_t> mirrors;
  for (std::int64_t k = 0; k < 80; ++k) {
    indices.push_back(k / 4);
    mirrors.push_back(static_cast<std::uint8_t>(k % 4));
  }
  WarcraftMaps out;
  copy_mirrored(maps, indices, mirrors, out);
  std::vector<real> cost(49), path(49);
  for (std::int64_t k = 0; k < 80; ++k) {
    std::ranges::copy(out.cost(k), cost.begin());
    solver.solve(cost, path);
    real cheapest = 0, mirrored = 0;
    for (std::size_t i = 0; i < 49; ++i) {
      cheapest += path[i] * cost[i];
      mirrored += static_cast<real>(out.path(k)[i]) * cost[i];
    }
    CHECK(mirrored == doctest::Approx(cheapest));
  }
}

TEST_CASE("warcraft: batches as real numbers") {
  const WarcraftMaps maps = example(4);
  const std::vector<std::int64_t> indices = {3, 0, 3};
  Tensor pictures({3, 16, 16, 3}), paths({3, 2, 2}), costs({3, 2, 2});
  const ChannelMoments moments{.mean = {10, 20, 30}, .deviation = {2, 4, 0}};
  fill_maps(maps, indices, moments, pictures);
  fill_paths(maps, indices, paths);
  fill_costs(maps, indices, costs);
  for (const std::int64_t i : {0, 5, 767}) {
    CHECK(pictures[3 * (i / 3)] == (static_cast<real>(maps.map(3)[3 * (i / 3)]) - 10) / 2);
    CHECK(pictures[768 + 3 * (i / 3) + 1] == (static_cast<real>(maps.map(0)[3 * (i / 3) + 1]) - 20) / 4);
    CHECK(pictures[1536 + 3 * (i / 3) + 2] == static_cast<real>(maps.map(3)[3 * (i / 3) + 2]) - 30);
  }
  CHECK(paths == Tensor({3, 2, 2}, {1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1}));
  CHECK(costs == Tensor({3, 2, 2}, {0.5f, 3, 0x1p-24f, 2, 0.5f, 0, 0x1p-24f, 2, 0.5f, 3, 0x1p-24f, 2}));
  const std::vector<std::int64_t> outside = {0, 4, 1};
  CHECK_THROWS_WITH_AS(fill_paths(maps, outside, paths), "warcraft: example 4 is outside 0 … 3", ValueError);
  CHECK_THROWS_WITH_AS(fill_maps(maps, indices, moments, paths),
                       "warcraft: a batch of shape [3,2,2], expected [3,16,16,3]", ShapeError);
}
