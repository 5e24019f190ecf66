#include <cotape/data/formats/npz.h>
#include <cotape/data/sets/energy_prices.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

// Two days and one, of two items each, with two features behind the number of the day.
NpzArrays small() {
  return {{"weights", {{2}, std::vector<std::int64_t>{3, 5}}},
          {"X_1gtrain", {{4, 3}, std::vector<double>{0, 1, 7, 0, 3, 7, 1, 5, 7, 1, 7, 7}}},
          {"X_1gtest", {{2, 3}, std::vector<float>{2, 4, 8, 2, 9, 7}}},
          {"y_train", {{4}, std::vector<double>{10, 20, 30, 40}}},
          {"y_test", {{2}, std::vector<double>{50, 60}}}};
}

std::string message_of(const NpzArrays& arrays) {
  const TemporaryFolder folder;
  write_npz(folder / "Data.npz", arrays);
  try {
    read_energy_prices(folder / "Data.npz");
  } catch (const FileError& error) {
    return std::string(error.what()).substr((folder / "Data.npz").string().size());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("energy prices: days in their order, features standardised over the first part") {
  const TemporaryFolder folder;
  write_npz(folder / "Data.npz", small());
  const EnergyPrices read = read_energy_prices(folder / "Data.npz");
  CHECK(read.weights == std::vector<double>{3, 5});
  CHECK(read.prices == Tensor({3, 2}, {10, 20, 30, 40, 50, 60}));
  REQUIRE(read.features.shape() == Shape{3, 2, 2});
  const double deviation = std::sqrt(5.0);  // of 1, 3, 5, 7; the other feature has none
  const double expected[] = {-3 / deviation, 0, -1 / deviation, 0, 1 / deviation, 0, 3 / deviation, 0, 0, 1,
                             5 / deviation,  0};
  for (std::int64_t i = 0; i < 12; ++i) CHECK(read.features[i] == doctest::Approx(expected[i]));
}

TEST_CASE("energy prices: what does not fit is refused by name") {
  const auto changed = [](const std::string& name, NpyArray array) {
    NpzArrays arrays = small();
    arrays[name] = std::move(array);
    return message_of(arrays);
  };
  CHECK(changed("y_test", {{3}, std::vector<double>{1, 2, 3}}) ==
        ": X_1gtest [2,3] and y_test [3] do not fit: 2 rows for each day, and as many features in both parts, are "
        "wanted");
  CHECK(changed("X_1gtest", {{2, 2}, std::vector<double>{1, 2, 3, 4}}).find("do not fit") != std::string::npos);
  CHECK(changed("y_train", {{2, 2}, std::vector<double>{1, 2, 3, 4}}) ==
        ": y_train has the shape [2,2], not one of 1 axis");
  CHECK(changed("weights", {{2}, std::vector<double>{1, 0}}) == ": weights holds 0, which is not positive");
  CHECK(changed("weights", {{3}, std::vector<double>{1, 1, 1}}).find("3 rows for each day") != std::string::npos);
  CHECK(changed("y_test", {{2}, std::vector<double>{1, NAN}}) == ": y_test holds a number that is not finite");
  NpzArrays arrays = small();
  arrays.erase("weights");
  CHECK(message_of(arrays) ==
        ": there is no array weights among those of the file: X_1gtest, X_1gtrain, y_test, y_train");
}
