#include <cotape/data/formats/tsplib.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "../../temporary_folder.h"
#include "refusal.h"

using namespace cotape;

namespace {

std::string with_points(const std::string& type, const std::string& points, int cities) {
  return "NAME : made up\nTYPE : TSP\nCOMMENT : one\nCOMMENT : two\nDIMENSION : " + std::to_string(cities) +
         "\nEDGE_WEIGHT_TYPE : " + type + "\nNODE_COORD_SECTION\n" + points + "EOF\n";
}

// Four cities: distances i–j are 1–2: 12, 1–3: 13, 1–4: 14, 2–3: 23, 2–4: 24, 3–4: 34.
std::string with_matrix(const std::string& format, const std::string& numbers) {
  return "TYPE: TSP\nDIMENSION: 4\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: " + format +
         "\nEDGE_WEIGHT_SECTION\n" + numbers + "\nEOF\n";
}

// What reading this text says is wrong, without the name of the file.
std::string refusal(const std::string& text) {
  return refusal_of([](const auto& path) { read_tsplib(path); }, "a.tsp", text);
}

}  // namespace

TEST_CASE("tsplib: distances of every type, as the library rounds them") {
  struct Case {
    std::string type, points;
    double distance;
  };
  // 3.5 and 4.5 as differences: length 5.7009, squares / 10 = 3.25, root 1.8028.
  const std::string flat = "1 10 20\n2 13.5 24.5\n", spatial = "1 0 0 0\n2 1 2.4 -2\n";
  const TemporaryFolder folder;
  for (const Case& c :
       {Case{"EUC_2D", flat, 6}, Case{"CEIL_2D", flat, 6}, Case{"CEIL_2D", "1 0 0\n2 3 4.1\n", 6},
        Case{"EUC_2D", "1 0 0\n2 3 4.1\n", 5}, Case{"EUC_2D", "1 0 0\n2 0 2.5\n", 3}, Case{"MAN_2D", flat, 8},
        Case{"MAX_2D", flat, 5}, Case{"ATT", flat, 2}, Case{"ATT", "1 0 0\n2 3 9\n", 3}, Case{"EUC_3D", spatial, 3},
        Case{"MAN_3D", spatial, 5}, Case{"MAX_3D", spatial, 2},
        // Cities 1 and 2 of ulysses16; their distance stands in its optimal tours.
        Case{"GEO", "1 38.24 20.42\n2 39.57 26.15\n", 509}, Case{"GEO", "1 10.3 20\n2 10.3 20\n", 1}}) {
    CAPTURE(c.type);
    const Tsplib problem = read_tsplib(folder.put("a.tsp", with_points(c.type, c.points, 2)));
    CHECK(name_of(problem.weights) == c.type);
    CHECK(problem.distance(0, 1) == c.distance);
    CHECK(problem.distance(1, 0) == c.distance);
    CHECK(problem.distances() == std::vector<double>{0, c.distance, c.distance, 0});
  }
}

TEST_CASE("tsplib: header, coordinates, places on the map") {
  const TemporaryFolder folder;
  const Tsplib problem = read_tsplib(folder.put(
      "a.tsp", "\r\n" + with_points("GEO", "  2 -1.30 +2e0\r\n\n 1\n 3\t4.5 3 5 6 ", 3) + "what follows EOF"));
  CHECK(problem.name == "made up");
  CHECK(problem.comment == "one\ntwo");
  CHECK(problem.cities == 3);
  CHECK(problem.coordinates == std::vector<Tsplib::Point>{{3, 4.5, 0}, {-1.3, 2, 0}, {5, 6, 0}});
  CHECK(problem.displayed == std::vector<std::array<double, 2>>{{4.5, 3}, {2, -1.3}, {6, 5}});  // longitude, latitude
  CHECK(read_tsplib(folder.put("b.tsp", with_points("EUC_3D", "1 1 2 3\n", 1))).displayed.empty());
}

TEST_CASE("tsplib: every form of a matrix") {
  const TemporaryFolder folder;
  const std::vector<double> expected = {0, 12, 13, 14, 12, 0, 23, 24, 13, 23, 0, 34, 14, 24, 34, 0};
  for (const auto& [format, numbers] : std::vector<std::pair<std::string, std::string>>{
           {"FULL_MATRIX", "9 12 13 14\n12 9 23 24 13\n23 9 34 14 24 34 9"},
           {"UPPER_ROW", "12 13 14\n23 24\n34"},
           {"LOWER_ROW", "12\n13 23\n14 24 34"},
           {"UPPER_DIAG_ROW", "0 12 13 14 0 23 24 0 34 0"},
           {"LOWER_DIAG_ROW", "0 12 0 13 23 0 14 24 34 0"},
           {"UPPER_COL", "12 13 23 14 24 34"},
           {"LOWER_COL", "12 13 14 23 24 34"},
           {"UPPER_DIAG_COL", "0 12 0 13 23 0 14 24 34 0"},
           {"LOWER_DIAG_COL", "0 12 13 14 0 23 24 0 34 0"}}) {
    const std::string text = with_matrix(format, numbers);
    CAPTURE(text);
    const Tsplib problem = read_tsplib(folder.put("a.tsp", text));
    CHECK(problem.distances() == expected);
    CHECK(problem.displayed.empty());
  }
  const Tsplib shown = read_tsplib(
      folder.put("a.tsp", "DISPLAY_DATA_TYPE: TWOD_DISPLAY\n" + with_matrix("UPPER_ROW",
                                                                            "12 13 14 23 24 34\nDISPLAY_DATA_SECTION\n"
                                                                            "1 1 2\n2 3 4\n3 5 6\n4 7 8")));
  CHECK(shown.displayed == std::vector<std::array<double, 2>>{{1, 2}, {3, 4}, {5, 6}, {7, 8}});
}

TEST_CASE("tsplib: what is broken is refused with its line") {
  const std::string good = "1 0 0\n2 3 4\n3 5 6\n";
  CHECK(refusal("") == "no DIMENSION (line 1)");
  CHECK(refusal("TYPE : ATSP\n") == "TYPE \"ATSP\" is not TSP (line 1)");
  CHECK(refusal("NAME : x\nTOUR_SECTION\n") == "\"TOUR_SECTION\" is no known keyword of a symmetric problem (line 2)");
  CHECK(refusal("FIXED_EDGES_SECTION\n-1\n") == "DIMENSION must come first (line 1)");
  CHECK(refusal("DIMENSION: 3\nFIXED_EDGES_SECTION\n1 4\n-1\n") == "city 4 is not a whole number from 1 to 3 (line 3)");
  CHECK(refusal("DIMENSION: 3\nFIXED_EDGES_SECTION\n2 2\n-1\n") == "an edge from city 2 to itself (line 3)");
  CHECK(refusal("DIMENSION: 3\nFIXED_EDGES_SECTION\n1 2\n") ==
        "the file ends where the number of a city, or -1 behind the last edge should be (line 4)");
  CHECK(refusal("DIMENSION : 3\n") == "no EDGE_WEIGHT_TYPE (line 2)");
  CHECK(refusal("DIMENSION : 3\nDIMENSION : 3\n") == "a second DIMENSION (line 2)");
  for (const char* size : {"0", "-3", "2.5", "x", "", "1000001", "nan", "1e99"})
    CHECK(refusal("\nDIMENSION : " + std::string(size)) ==
          "DIMENSION \"" + std::string(size) + "\" is not a whole number from 1 to 1000000 (line 2)");
  CHECK(refusal("EDGE_WEIGHT_TYPE : XRAY1\n") == "EDGE_WEIGHT_TYPE \"XRAY1\" is not supported (line 1)");
  CHECK(refusal("EDGE_WEIGHT_FORMAT : DIAG\n") == "EDGE_WEIGHT_FORMAT \"DIAG\" is not supported (line 1)");
  CHECK(refusal("NODE_COORD_SECTION\n") == "EDGE_WEIGHT_TYPE must come first (line 1)");
  CHECK(refusal("EDGE_WEIGHT_TYPE : ATT\nNODE_COORD_SECTION\n") == "DIMENSION must come first (line 2)");
  CHECK(refusal("DIMENSION : 3\nEDGE_WEIGHT_TYPE : ATT\n") == "no NODE_COORD_SECTION (line 3)");
  CHECK(refusal("DIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\n") == "no EDGE_WEIGHT_SECTION (line 3)");

  CHECK(refusal(with_points("EUC_2D", "1 0 0\n2 3 4\n2 5 6\n", 3)) == "city 2 appears twice (line 10)");
  CHECK(refusal(with_points("EUC_2D", "1 0 0\n4 3 4\n2 5 6\n", 3)) ==
        "city 4 is not a whole number from 1 to 3 (line 9)");
  CHECK(refusal(with_points("EUC_2D", "1 0 0\n2 3 four\n", 2)) == "\"four\" is not a coordinate (line 9)");
  CHECK(refusal(with_points("EUC_2D", "1 0 0\n2 3 inf\n", 2)) == "\"inf\" is not a coordinate (line 9)");
  CHECK(refusal(with_points("EUC_2D", "1 0 0\n2 3 1e13\n", 2)) ==
        "a coordinate 10000000000000 is beyond ±1e+12 (line 9)");
  CHECK(refusal(with_points("EUC_2D", good, 4)) == "\"EOF\" is not the number of a city (line 11)");
  CHECK(refusal(with_points("EUC_2D", good, 2)) == "\"3 5 6\" is no known keyword of a symmetric problem (line 10)");
  CHECK(refusal(with_points("EUC_2D", good, 1000000)) ==
        "NODE_COORD_SECTION needs 3000000 numbers for 1000000 cities, but only 23 bytes follow (line 7)");

  const std::string rows = "12 13 14 23 24 34";
  CHECK(refusal(with_matrix("FULL_MATRIX", "0 12 13 14\n12 0 23 24\n13 22 0 34\n14 24 34 0")) ==
        "the matrix is not symmetric: 22 from city 3 to 2, 23 back (line 8)");
  CHECK(refusal(with_matrix("FULL_MATRIX", "0 12 13 14\n12 0 1.1000001 24\n13 1.1 0 34\n14 24 34 0")) ==
        "the matrix is not symmetric: 1.1 from city 3 to 2, 1.1000001 back (line 8)");
  CHECK(refusal(with_matrix("UPPER_ROW", rows + "\nEDGE_WEIGHT_SECTION\n" + rows)) ==
        "a second EDGE_WEIGHT_SECTION (line 7)");
  CHECK(refusal(with_matrix("UPPER_ROW", "12 13\n\n14 23")) == "\"EOF\" is not a weight (line 9)");
  CHECK(refusal("DIMENSION: 4\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_SECTION\n") ==
        "EDGE_WEIGHT_FORMAT must come first (line 3)");
  CHECK(
      refusal(
          "DIMENSION: 1000000\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n1") ==
      "EDGE_WEIGHT_SECTION needs 1000000000000 numbers for 1000000 cities, but only 2 bytes follow (line 4)");
  CHECK(refusal("DIMENSION: 2\nEDGE_WEIGHT_TYPE: ATT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n1") ==
        "EDGE_WEIGHT_SECTION in a file of type ATT (line 4)");
  CHECK_THROWS_AS(read_tsplib("/does/not/exist.tsp"), FileError);
}

TEST_CASE("tsplib: no file crashes the reader, however it is broken") {
  const TemporaryFolder folder;
  const std::string texts[] = {with_points("GEO", "1 0 0\n2 3 4\n3 5 6\n", 3),
                               with_matrix("LOWER_DIAG_ROW",
                                           "0 12 0 13 23 0 14 24 34 0\nDISPLAY_DATA_SECTION\n1 1 2\n"
                                           "2 3 4\n3 5 6\n4 7 8")};
  Rng rng(1);
  int read = 0;
  for (int k = 0; k < 3000; ++k) {
    std::string text = texts[k % 2];
    for (std::int64_t change = rng.below(4); change >= 0 && !text.empty(); --change) {
      const auto at = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(text.size())));
      const std::size_t length = static_cast<std::size_t>(rng.below(9));
      switch (rng.below(4)) {
        case 0:
          text[at] = static_cast<char>(rng.below(256));
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(at, text.substr(text.size() - at - 1, length));
          break;
        default:
          text.resize(at + 1);
          break;
      }
    }
    try {
      const Tsplib problem = read_tsplib(folder.put("a.tsp", text));
      for (const double distance : problem.distances()) CHECK(std::isfinite(distance));
      ++read;
    } catch (const FileError&) {
    }
  }
  CHECK(read > 100);
  CHECK(read < 2000);
}

TEST_CASE("tsplib: tours are written with cities from 1") {
  const TemporaryFolder folder;
  write_tsplib_tour(folder / "a.tour", "a", "length 5", std::vector<std::int64_t>{0, 2, 1});
  CHECK(folder.get("a.tour") ==
        "NAME : a\nCOMMENT : length 5\nTYPE : TOUR\nDIMENSION : 3\nTOUR_SECTION\n1\n3\n2\n-1\nEOF\n");
}

TEST_CASE("tsplib: a byte order mark, numbers near 0, edges that are fixed") {
  const TemporaryFolder folder;
  const Tsplib problem = read_tsplib(folder.put(
      "a.tsp",
      "\xEF\xBB\xBF" + with_points("EUC_2D", "1 0 1e-400\n2 3 4\n3 5 6\nFIXED_EDGES_SECTION\n1 3\n3 2\n-1\n", 3)));
  CHECK(problem.cities == 3);
  CHECK(problem.coordinates[0][1] == 0);
  CHECK(problem.fixed_edges == std::vector<std::array<std::int64_t, 2>>{{0, 2}, {2, 1}});
}

TEST_CASE("tsplib: foreign text in messages is short and harmless") {
  CHECK(refusal("NAME : x\n\x1b]0;x\x07\n") ==
        "\"\\x1b]0;x\\x07\" is no known keyword of a symmetric problem (line 2)");
  CHECK(refusal("TYPE : " + std::string(5'000'000, 'x') + "\n") ==
        "TYPE \"" + std::string(60, 'x') + "…\" is not TSP (line 1)");
  CHECK(refusal(with_points("EUC_2D", std::string("1 0 0\n2 3 \0four\n", 16), 2)) ==
        "\"\\x00four\" is not a coordinate (line 9)");
}
