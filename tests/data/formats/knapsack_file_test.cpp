#include <cotape/data/formats/knapsack_file.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

KnapsackFile read(const std::string& text) {
  const TemporaryFolder folder;
  return read_knapsack(folder.put("a", text));
}

}  // namespace

TEST_CASE("knapsack file: items in any lines, with a solution or without") {
  for (const char* text : {"2 10\n60 5\n100.5 7\n", "2 10 60 5\r\n\r\n100.5 7", "2 10\n60 5\n100.5 7\n0 1\n\n"}) {
    const KnapsackFile problem = read(text);
    CHECK(problem.capacity == 10);
    CHECK(problem.values == std::vector<double>{60, 100.5});
    CHECK(problem.weights == std::vector<double>{5, 7});
  }
  CHECK(read("0 5").values.empty());
}

TEST_CASE("knapsack file: what is wrong is told with its line") {
  const auto refuses = [](const std::string& text, const char* message) {
    CHECK_THROWS_WITH_AS(read(text), doctest::Contains(message), FileError);
  };
  refuses("", "the file ends where the number of items should be (line 1)");
  refuses("2.5 10\n", "2.5 is not the number of items (line 1)");
  refuses("9 10\n60 5\n", "9 items do not fit into the 6 bytes that follow (line 1)");
  refuses("1e300 10\n60 5\n", "1e+300 items do not fit");
  refuses("2 10\n60 5\n100 x\n", "\"x\" is not a weight (line 3)");
  refuses("2 10\n60 5\n-100 7\n", "a value -100 is negative (line 3)");
  refuses("2 -10\n60 5\n100 7\n", "the capacity -10 is negative (line 1)");
  refuses("2 10\n60 5\n100000000", "the file ends where a weight should be (line 3)");
  refuses("2 10\n60 5\n100 7\n0 2", "2 stands where 0 or 1 of the solution should be (line 4)");
  refuses("2 10\n60 5\n100 7\n0 1\n1", "more follows than 2 items and a solution (line 5)");
}
