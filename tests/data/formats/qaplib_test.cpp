#include <cotape/data/formats/qaplib.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/quadratic/quadratic_assignment.h>

#include <doctest/doctest.h>

#include <string>

#include "../../temporary_folder.h"
#include "gzip.h"
#include "refusal.h"

using namespace cotape;

namespace {

// What reading this text says is wrong, without the name of the file.
std::string refusal(const std::string& text) {
  return refusal_of([](const auto& path) { read_qaplib(path); }, "a.dat", text);
}

}  // namespace

TEST_CASE("qaplib: a problem, broken into lines in any way, is read and solved") {
  const TemporaryFolder folder;
  const std::string text = "3\n\n 0 5 2\n5 0 3 2\n3 0\r\n\n0\t1 9 1 0 -1.5 9\n-1.5 0";
  for (const auto& path : {folder.put("a.dat", text), folder.put("b.dat.gz", gzip(text))}) {
    const QaplibProblem problem = read_qaplib(path);
    CHECK(problem.n == 3);
    CHECK(problem.flow == std::vector<double>{0, 5, 2, 5, 0, 3, 2, 3, 0});
    CHECK(problem.distance == std::vector<double>{0, 1, 9, 1, 0, -1.5, 9, -1.5, 0});
    const auto best = solve_quadratic_assignment(problem.flow, problem.distance, problem.n);
    CHECK(best.cost == 2 * (5 * -1.5 + 3 * 1 + 2 * 9));
    CHECK(best.optimal);
  }
  CHECK(read_qaplib(folder.put("c.dat",
                               "\xef\xbb\xbf"
                               "1 2 3"))
            .distance == std::vector<double>{3});
}

TEST_CASE("qaplib: what is wrong is named with its line") {
  CHECK(refusal("") == "the file ends where the number of facilities should be (line 1)");
  CHECK(refusal("\n\nx") == "\"x\" is not the number of facilities (line 3)");
  CHECK(refusal("0") == "the number of facilities 0 is not a whole number from 1 to 10000 (line 1)");
  CHECK(refusal("1.5 2") == "the number of facilities 1.5 is not a whole number from 1 to 10000 (line 1)");
  CHECK(refusal("10000 1 2") ==
        "10000 facilities need two matrices of 100000000 numbers, but only 4 bytes follow (line 1)");
  CHECK(refusal("2\n0 1\n1 0\n0 3\n3 \n") == "the file ends where a number of the second matrix should be (line 6)");
  CHECK(refusal("2\n0 1\n1 nan\n0 3 3 0") == "\"nan\" is not a number of the first matrix (line 3)");
  CHECK(refusal("1\n1\n\n2 end") == "\"end\" behind the last of the matrices (line 4)");
}
