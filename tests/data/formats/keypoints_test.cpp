#include <doctest/doctest.h>

#include <cotape/data/formats/keypoints.h>
#include <cotape/engine/base/error.h>

#include "../../temporary_folder.h"

using namespace cotape;

TEST_CASE("keypoints: a line for each point") {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view text) { return read_keypoints(folder.put("points.txt", text), 30, 40); };
  CHECK(read("1 2\n3.5\t4e-1\r\n\n  40   30  ") == std::vector<Keypoint>{{1, 2}, {3.5, 0.4}, {40, 30}});
  CHECK(read("\xEF\xBB\xBF"
             "0 0\n0 0\n") == std::vector<Keypoint>{{0, 0}, {0, 0}});
  CHECK_THROWS_WITH_AS(read("1 2\n3\n"), doctest::Contains("points.txt: line 2: \"3\" is not \"x y\""), FileError);
  CHECK_THROWS_WITH_AS(read("1 2 3\n"), doctest::Contains("line 1: \"1 2 3\" is not \"x y\""), FileError);
  CHECK_THROWS_WITH_AS(read("1 two\n"), doctest::Contains("line 1: \"1 two\" is not two numbers"), FileError);
  CHECK_THROWS_WITH_AS(read("1 2\n41 2\n"), doctest::Contains("line 2: the point 41 2 is outside"), FileError);
  CHECK_THROWS_WITH_AS(read("1 31\n"), doctest::Contains("outside its picture of 40 × 30 pixels"), FileError);
  for (const char* number : {"nan", "inf", "-1"})
    CHECK_THROWS_WITH_AS(read(std::string(number) + " 2\n"), doctest::Contains("outside"), FileError);
  CHECK_THROWS_WITH_AS(read(""), doctest::Contains("0 points"), FileError);
  CHECK_THROWS_WITH_AS(read("1 2\n"), doctest::Contains("1 points; there must be two or more"), FileError);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "1 2\n";
  CHECK_THROWS_WITH_AS(read(many), doctest::Contains("1001 points; there may be 1000"), FileError);
}
