#include <cotape/data/formats/orlib.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/assignment/assignment.h>

#include <doctest/doctest.h>

#include <string>

#include "../../temporary_folder.h"
#include "gzip.h"
#include "refusal.h"

using namespace cotape;

namespace {

// What reading this text says is wrong, without the name of the file.
std::string refusal(const std::string& text) {
  return refusal_of([](const auto& path) { read_orlib_assignment(path); }, "a.txt", text);
}

}  // namespace

TEST_CASE("orlib: an assignment problem, broken into lines in any way, is read and solved") {
  const TemporaryFolder folder;
  const OrlibAssignment problem = read_orlib_assignment(
      folder.put("a.txt", "5\n 4 60 26 56\n 77\n\n 1 19 16 79 90 94 82 65 42 3\r\n 21\t95 87 61 66\n76 79 63 76 87"));
  CHECK(problem.n == 5);
  REQUIRE(problem.costs.size() == 25);
  CHECK(problem.costs[4] == 77);
  CHECK(problem.costs[24] == 87);
  const AssignmentResult best = solve_assignment(problem.costs, problem.n, problem.n);
  CHECK(best.cost == 145);
  CHECK(best.column_of_row == std::vector<std::int64_t>{2, 1, 4, 0, 3});
  CHECK(read_orlib_assignment(folder.put("b.txt",
                                         "\xef\xbb\xbf"
                                         "1 -2.5\n"))
            .costs == std::vector<double>{-2.5});
  CHECK(read_orlib_assignment(folder.put("c.txt.gz", gzip("1\n7\n"))).costs == std::vector<double>{7});
}

TEST_CASE("orlib: what is wrong is named with its line") {
  CHECK(refusal("") == "the file ends where the number of rows should be (line 1)");
  CHECK(refusal("\n\nx") == "\"x\" is not the number of rows (line 3)");
  CHECK(refusal("2.5") == "the number of rows 2.5 is not a whole number from 1 to 20000 (line 1)");
  CHECK(refusal("0") == "the number of rows 0 is not a whole number from 1 to 20000 (line 1)");
  CHECK(refusal("1e9 1") == "the number of rows 1000000000 is not a whole number from 1 to 20000 (line 1)");
  CHECK(refusal("20000 1 2") == "20000 rows need 400000000 costs, but only 4 bytes follow (line 1)");
  CHECK(refusal("2\n1 2\n3 \n") == "the file ends where a cost should be (line 4)");
  CHECK(refusal("2\n1 2\n3 inf\n") == "\"inf\" is not a cost (line 3)");
  CHECK(refusal("2\n1 2\n3 4,\n") == "\"4,\" is not a cost (line 3)");
  CHECK(refusal("1\n1\n\nend") == "\"end\" behind the last of the costs (line 4)");
}
