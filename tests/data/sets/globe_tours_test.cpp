#include <cotape/data/sets/globe_tours.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

constexpr std::array<const char*, 8> names = {"AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH"};

// Eight members of the UN along the equator with flags of one colour each, EE's hardly another than AA's, and II, which
// is no member.
struct Tables {
  TemporaryFolder folder;
  std::vector<Capital> capitals;

  Tables() {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string code = names[i];
      capitals.push_back({code, "country", "city", 0, 10.0 * static_cast<double>(i), true});
      const auto shade = static_cast<std::uint8_t>(i == 4 ? 10 : 30 * i);
      write_png(folder / (std::string(2, static_cast<char>('a' + i)) + ".png"), Image(6, 8, 3, grey(shade)));
    }
    capitals.push_back({"II", "country", "city", 0, 100, false});
  }
  World world(std::int64_t count) const { return choose_world(folder.path(), capitals, count); }
};

std::string codes_of(const World& world) {
  std::string codes;
  for (const Capital& capital : world.capitals) codes += capital.code;
  return codes;
}

// The tour that visits the cities in the order in which they are given.
constexpr auto in_order = [](std::span<const real> cost, std::span<real> tour) {
  const auto k = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(cost.size()))));
  std::fill(tour.begin(), tour.end(), real(0));
  for (std::size_t i = 0; i < k; ++i) tour[i * k + (i + 1) % k] = tour[(i + 1) % k * k + i] = 1;
};

}  // namespace

TEST_CASE("globe tours: the world is chosen by a rule") {
  const Tables tables;
  CHECK(codes_of(tables.world(7)) == "AABBCCDDFFGGHH");  // EE's flag is AA's
  CHECK(codes_of(tables.world(3)) == "AACCFF");          // numbers 0, 2 and 4 of 7
  CHECK_THROWS_WITH_AS(tables.world(8), "a world of 8 countries: there are 7 with flags of their own", ValueError);
  CHECK_THROWS_AS(tables.world(0), ValueError);

  const std::vector<std::string> codes = {"HH", "EE", "AA"};
  const World own = choose_world(tables.folder.path(), tables.capitals, codes);
  CHECK(codes_of(own) == "HHEEAA");
  CHECK(own.positions[0] == position_of(tables.capitals[7]));
  CHECK(own.flags[0].height() == 20);
  CHECK(own.flags[0].width() == 40);
  const auto refused = [&](const std::vector<std::string>& wanted, const char* message) {
    CHECK_THROWS_WITH_AS(choose_world(tables.folder.path(), tables.capitals, wanted), message, ValueError);
  };
  refused({"AA", "XX"}, "no country with the code \"XX\"");
  refused({"AA", "BB", "AA"}, "the country \"AA\" is given twice");
  const std::vector<std::string> without_flag = {"II"};
  CHECK_THROWS_WITH_AS(choose_world(tables.folder.path(), tables.capitals, without_flag), doctest::Contains("ii.png"),
                       FileError);
}

TEST_CASE("globe tours: pixels are normalised over all flags") {
  const Tables tables;
  const World world = tables.world(7);
  const Tensor pixels = flag_tensor(world);
  CHECK(pixels.shape() == Shape{7, 20, 40, 3});
  double sum = 0, squares = 0;
  for (const real x : pixels.values()) {
    sum += static_cast<double>(x);
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  const auto n = static_cast<double>(pixels.size());
  CHECK(sum / n == doctest::Approx(0).epsilon(1e-5));
  CHECK(squares / n == doctest::Approx(1).epsilon(1e-5));
  CHECK(pixels[0] < pixels[pixels.size() - 1]);  // AA is black, HH the brightest
}

TEST_CASE("globe tours: examples depend on seed, split and place alone") {
  const Tables tables;
  const World world = tables.world(7);
  const auto make = [&](std::int64_t count, std::int64_t cities, std::uint64_t seed = 1,
                        GlobeSplit split = GlobeSplit::train) {
    return generate_globe_tours(world, {.count = count, .cities = cities, .seed = seed, .split = split}, in_order);
  };
  const GlobeTours set = make(200, 4);
  CHECK(set.countries.size() == 800);
  CHECK(set.tours.size() == 3200);
  std::vector<int> drawn(7), first(7);
  for (std::int64_t i = 0; i < set.count; ++i) {
    const auto countries = set.countries_of(i);
    CHECK(std::set<std::int64_t>(countries.begin(), countries.end()).size() == 4);
    for (const std::int64_t c : countries) ++drawn.at(static_cast<std::size_t>(c));
    ++first[static_cast<std::size_t>(countries[0])];
    CHECK(std::ranges::equal(set.tour(i), std::array{0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0}));
  }
  for (std::size_t c = 0; c < 7; ++c) {
    // Binomial with mean 114 and deviation 7; mean 29 and deviation 5.
    CHECK(std::abs(drawn[c] - 114) < 28);
    CHECK(std::abs(first[c] - 29) < 20);
  }

  {
    const ThreadLimit one(1);
    CHECK(make(200, 4) == set);
  }
  const GlobeTours fewer = make(50, 4);
  CHECK(std::ranges::equal(fewer.countries, std::span(set.countries).first(200)));
  CHECK(make(200, 4, 2).countries != set.countries);
  CHECK(make(200, 4, 1, GlobeSplit::validation).countries != set.countries);
  CHECK(make(200, 4, 1, GlobeSplit::test).countries != make(200, 4, 1, GlobeSplit::validation).countries);
  CHECK(make(0, 3).countries.empty());
  CHECK(make(5, 7).countries.size() == 35);
  CHECK_THROWS_WITH_AS(make(1, 8), doctest::Contains("tours through 8 cities of a world of 7"), ValueError);
  CHECK_THROWS_AS(make(1, 2), ValueError);
  CHECK_THROWS_AS(make(-1, 4), ValueError);
}

TEST_CASE("globe tours: labels are made from chords, and a solver's error comes through") {
  const Tables tables;
  const World world = tables.world(7);
  std::array<real, 9> distances{};
  const std::array<std::int64_t, 3> countries = {0, 1, 6};  // 0°, 10° and 70° along the equator
  chord_distances(world, countries, distances);
  const auto chord = [](double degrees) {
    return doctest::Approx(2 * std::sin(degrees / 2 * std::acos(-1.0) / 180)).epsilon(1e-6);
  };
  CHECK(distances[0] == 0);
  CHECK(distances[1] == chord(10));
  CHECK(distances[3] == chord(10));
  CHECK(distances[2] == chord(70));
  CHECK(distances[5] == chord(60));

  const auto failing = [](std::span<const real>, std::span<real>) { fail<SolverError>("a limit was reached"); };
  CHECK_THROWS_WITH_AS(generate_globe_tours(world, {.count = 3, .cities = 3}, failing), "a limit was reached",
                       SolverError);
}

TEST_CASE("globe tours: corrupted labels") {
  const Tables tables;
  const World world = tables.world(7);
  const GlobeTours clean = generate_globe_tours(world, {.count = 2000, .cities = 5}, in_order);
  const auto corrupted = [&](double rho, std::uint64_t seed) {
    GlobeTours tours = clean;
    corrupt_tours(tours, rho, seed);
    return tours;
  };
  CHECK(corrupted(0, 1) == clean);
  const GlobeTours some = corrupted(0.5, 1);
  CHECK(some.countries == clean.countries);
  CHECK(corrupted(0.5, 1) == some);
  CHECK(corrupted(0.5, 2) != some);
  double flips = 0;
  for (std::int64_t e = 0; e < some.count; ++e)
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(some.tour(e)[6 * i] == 0);
      for (std::size_t j = 0; j < i; ++j) {
        CHECK(some.tour(e)[5 * i + j] == some.tour(e)[5 * j + i]);
        flips += some.tour(e)[5 * i + j] != clean.tour(e)[5 * i + j] ? 1 : 0;
      }
    }
  // 20000 pairs, each with probability 0.1: mean 2000, deviation 42.
  CHECK(std::abs(flips - 2000) < 210);
  // An example's flips are its own: those of the first ones do not depend on how many follow.
  GlobeTours fewer = generate_globe_tours(world, {.count = 20, .cities = 5}, in_order);
  corrupt_tours(fewer, 0.5, 1);
  CHECK(std::ranges::equal(fewer.tours, std::span(some.tours).first(500)));
  // With ρ = k everything but the diagonal is turned over.
  CHECK(std::ranges::equal(corrupted(5, 1).tour(0).first(5), std::array{0, 0, 1, 1, 0}));
  CHECK_THROWS_WITH_AS(corrupted(5.1, 1), "label corruption 5.1 is not from 0 to 5, the number of cities", ValueError);
  CHECK_THROWS_AS(corrupted(-0.1, 1), ValueError);
  CHECK_THROWS_AS(corrupted(std::nan(""), 1), ValueError);
}

TEST_CASE("globe tours: batches") {
  const Tables tables;
  const GlobeTours set = generate_globe_tours(tables.world(7), {.count = 3, .cities = 3}, in_order);
  Tensor batch(Shape{2, 3, 3}, 7);
  const std::array<std::int64_t, 2> indices = {2, 0};
  fill_tours(set, indices, batch);
  CHECK(batch == Tensor(Shape{2, 3, 3}, {0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0}));
  Tensor other(Shape{3, 3, 3});
  CHECK_THROWS_AS(fill_tours(set, indices, other), ShapeError);
  const std::array<std::int64_t, 2> outside = {0, 3};
  CHECK_THROWS_WITH_AS(fill_tours(set, outside, batch), "no example 3 of 3", ValueError);
}
