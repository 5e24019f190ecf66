#include <cotape/data/sets/capitals.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

const std::string header = "iso2,country,capital,lat,lon,un_member\n";

}  // namespace

TEST_CASE("capitals: the library's table") {
  const std::vector<Capital> capitals = capitals_of_the_world();
  CHECK(capitals.size() == 240);
  CHECK(std::count_if(capitals.begin(), capitals.end(), [](const Capital& c) { return c.un_member; }) == 192);
  CHECK(std::is_sorted(capitals.begin(), capitals.end(),
                       [](const Capital& a, const Capital& b) { return a.code < b.code; }));
  CHECK(find_capital(capitals, "FR") == Capital{"FR", "France", "Paris", 48.85341, 2.3488, true});
  CHECK(find_capital(capitals, "SH").country == "Saint Helena, Ascension and Tristan da Cunha");
  CHECK_FALSE(find_capital(capitals, "SH").un_member);
  CHECK_THROWS_WITH_AS(find_capital(capitals, "XX"), "no country with the code \"XX\"", ValueError);
  CHECK_THROWS_AS(find_capital(capitals, "fr"), ValueError);
}

TEST_CASE("capitals: positions and distances") {
  const auto at = [](double latitude, double longitude) {
    return position_of(Capital{.code = "", .country = "", .name = "", .latitude = latitude, .longitude = longitude});
  };
  const auto near = [](const SpherePoint& a, const SpherePoint& b) {
    for (std::size_t i = 0; i < 3; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-12));
  };
  near(at(0, 0), {1, 0, 0});
  near(at(0, 90), {0, 1, 0});
  near(at(90, 17), {0, 0, 1});
  near(at(-30, 180), {-std::sqrt(0.75), 0, -0.5});

  CHECK(kilometres_between(at(10, 20), at(10, 20)) == 0);
  CHECK(kilometres_between(at(90, 0), at(-90, 0)) == doctest::Approx(20015.115).epsilon(1e-6));
  CHECK(kilometres_between(at(0, 179.5), at(0, -179.5)) == doctest::Approx(111.195).epsilon(1e-5));
  const std::vector<Capital> capitals = capitals_of_the_world();
  const auto between = [&](const char* a, const char* b) {
    return kilometres_between(position_of(find_capital(capitals, a)), position_of(find_capital(capitals, b)));
  };
  CHECK(between("FR", "GB") == doctest::Approx(344).epsilon(0.01));
  CHECK(between("AU", "NZ") == doctest::Approx(2324).epsilon(0.01));
}

TEST_CASE("capitals: quotes, comments, empty lines and CRLF") {
  const std::string text = "# a comment, with commas\n\n" + header +
                           "AB,\"Here, there\",\"The \"\"Town\"\"\",-1.5,2,0\r\n# between\nCD,C,D,90,-180,1";
  const std::vector<Capital> capitals = parse_capitals(text, "memory");
  REQUIRE(capitals.size() == 2);
  CHECK(capitals[0] == Capital{"AB", "Here, there", "The \"Town\"", -1.5, 2, false});
  CHECK(capitals[1] == Capital{"CD", "C", "D", 90, -180, true});
  const TemporaryFolder folder;
  CHECK(read_capitals(folder.put("own.csv", text)) == capitals);
  CHECK_THROWS_AS(read_capitals(folder / "none.csv"), FileError);
}

TEST_CASE("capitals: broken tables are refused with file and line") {
  const auto refused = [](const std::string& text, const std::string& message) {
    CHECK_THROWS_WITH_AS(parse_capitals(text, "t.csv"), message.c_str(), FileError);
  };
  const std::string good = "AB,A,B,1,2,0\n";
  refused("", "t.csv: no line iso2,country,capital,lat,lon,un_member");
  refused("# only this\n", "t.csv: no line iso2,country,capital,lat,lon,un_member");
  refused("#\n" + good, "t.csv: not the line iso2,country,capital,lat,lon,un_member (at line 2)");
  refused(header + good + "CD,C,D,1,2\n", "t.csv: 5 fields, not 6 (at line 3)");
  refused(header + "CD,C,D,1,2,1,0\n", "t.csv: 7 fields, not 6 (at line 2)");
  refused(header + "CD,\"C,D,1,2,1\n", "t.csv: a quote does not end (at line 2)");
  refused(header + "Cd,C,D,1,2,1\n", "t.csv: \"Cd\" is no country code of two capital letters (at line 2)");
  refused(header + "CDE,C,D,1,2,1\n", "t.csv: \"CDE\" is no country code of two capital letters (at line 2)");
  refused(header + good + "\n" + good, "t.csv: AB comes a second time (at line 4)");
  refused(header + "CD,C,,1,2,1\n", "t.csv: a name of CD is empty (at line 2)");
  refused(header + "CD,C,D,1,2,yes\n", "t.csv: un_member \"yes\" is neither 0 nor 1 (at line 2)");
  refused(header + "CD,C,D,90.5,2,1\n", "t.csv: latitude \"90.5\" is no number from -90 to 90 (at line 2)");
  refused(header + "CD,C,D,1,-181,1\n", "t.csv: longitude \"-181\" is no number from -180 to 180 (at line 2)");
  refused(header + "CD,C,D,1,2x,1\n", "t.csv: longitude \"2x\" is no number from -180 to 180 (at line 2)");
  refused(header + "CD,C,D,nan,2,1\n", "t.csv: latitude \"nan\" is no number from -90 to 90 (at line 2)");
  refused(header + "CD,C,D,,2,1\n", "t.csv: latitude \"\" is no number from -90 to 90 (at line 2)");
}

TEST_CASE("capitals: a byte order mark, numbers near 0, and foreign text in messages") {
  const std::vector<Capital> capitals = parse_capitals("\xEF\xBB\xBF" + header + "AB,A,B,1e-400,-1e-5,0\n", "memory");
  REQUIRE(capitals.size() == 1);
  CHECK(capitals[0].latitude == 0);
  CHECK(capitals[0].longitude == -1e-5);
  CHECK_THROWS_WITH_AS(parse_capitals(header + "AB,A,B,\x1b]0;x\x07,2,0\n", "t.csv"),
                       "t.csv: latitude \"\\x1b]0;x\\x07\" is no number from -90 to 90 (at line 2)", FileError);
  CHECK_THROWS_WITH_AS(
      parse_capitals(header + std::string(1'000'000, 'x') + ",A,B,1,2,0\n", "t.csv"),
      ("t.csv: \"" + std::string(60, 'x') + "…\" is no country code of two capital letters (at line 2)").c_str(),
      FileError);
}
