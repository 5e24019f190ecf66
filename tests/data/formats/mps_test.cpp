#include <cotape/data/formats/mps.h>

#include <doctest/doctest.h>

#include "refusal.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

MpsProgram read(const std::string& text, MpsForm form = MpsForm::free) {
  const TemporaryFolder folder;
  return read_mps(folder.put("a.mps", text), form);
}

// Three rows, of which each section may say more.
const std::string head =
    "NAME\nROWS\n N cost\n L low\n G high\n E same\nCOLUMNS\n x cost 1 low 2\n x high 3 same 4\n y low 5\n";

MpsProgram::Variable x_with(const std::string& bounds) {
  return read(head + "BOUNDS\n" + bounds + "ENDATA\n").variables[0];
}

}  // namespace

TEST_CASE("mps: every section, in free and in fixed form") {
  const std::string fixed =
      "* a comment\n"
      "NAME          MADE UP\r\n"
      "OBJSENSE\n    MAXIMIZE\n"
      "ROWS\n N  GAIN\n L  LIMIT 1\n G  LIMIT 2\n E  LIMIT 3\n N  OTHER\n"
      "COLUMNS\n"
      "    A         GAIN               1.5   LIMIT 1            1.0\n"
      "    A         LIMIT 2           -2e0   OTHER              9.0\n"
      "    MARK      'MARKER'                 'INTORG'\n"
      "    B C       LIMIT 3              3\n"
      "\n"
      "    MARK      'MARKER'                 'INTEND'\n"
      "    D         LIMIT 1              4   GAIN                -1\n"
      "RHS\n"
      "    RHS       LIMIT 1             10   LIMIT 2             -3\n"
      "    RHS       GAIN              -2.5   LIMIT 3              6\n"
      "RANGES\n"
      "    RNG       LIMIT 1              4   LIMIT 2              5\n"
      "    RNG       LIMIT 3             -1\n"
      "BOUNDS\n"
      " UP BND       A                  8.5\n"
      " MI BND       D\n"
      "ENDATA\nwhat follows is not read\n";
  std::string by_blanks = fixed;
  for (const std::string name : {"LIMIT ", "B "})
    for (std::size_t at = 0; (at = by_blanks.find(name, at)) != by_blanks.npos;)
      by_blanks.replace(at, name.size(), name.substr(0, name.size() - 1));
  for (const MpsForm form : {MpsForm::fixed, MpsForm::free}) {
    const bool blank = form == MpsForm::fixed;
    const MpsProgram p = read(blank ? fixed : by_blanks, form);
    CHECK(p.name == "MADE UP");
    CHECK(p.objective == "GAIN");
    CHECK(p.maximise);
    CHECK(p.constant == 2.5);
    REQUIRE(p.rows.size() == 3);
    CHECK(p.rows[0].name == (blank ? "LIMIT 1" : "LIMIT1"));
    const double bounds[][2] = {{6, 10}, {-3, 2}, {5, 6}};
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(p.rows[i].lower == bounds[i][0]);
      CHECK(p.rows[i].upper == bounds[i][1]);
    }
    REQUIRE(p.rows[0].terms.size() == 2);
    CHECK(p.rows[0].terms[1].variable == 2);
    CHECK(p.rows[0].terms[1].factor == 4);
    REQUIRE(p.rows[1].terms.size() == 1);
    CHECK(p.rows[1].terms[0].factor == -2);
    REQUIRE(p.variables.size() == 3);
    CHECK(p.variables[1].name == (blank ? "B C" : "BC"));
    const double costs[] = {1.5, 0, -1}, lower[] = {0, 0, -infinity}, upper[] = {8.5, infinity, infinity};
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(p.variables[j].cost == costs[j]);
      CHECK(p.variables[j].lower == lower[j]);
      CHECK(p.variables[j].upper == upper[j]);
      CHECK(p.variables[j].integer == (j == 1));
    }
  }
}

TEST_CASE("mps: bounds, ranges and what may be left out") {
  const auto bounds = [](const std::string& lines) {
    const MpsProgram::Variable x = x_with(lines);
    return std::tuple(x.lower, x.upper, x.integer);
  };
  using B = std::tuple<double, double, bool>;
  CHECK(bounds("") == B{0, infinity, false});
  CHECK(bounds(" LO b x 2\n UP b x 3\n") == B{2, 3, false});
  CHECK(bounds(" UP b x -3\n") == B{-infinity, -3, false});
  CHECK(bounds(" UP b x 0\n") == B{0, 0, false});
  CHECK(bounds(" LO b x -5\n UP b x -3\n") == B{-5, -3, false});
  CHECK(bounds(" UP b x -3\n LO b x 0\n") == B{0, -3, false});
  CHECK(bounds(" FX b x 7\n") == B{7, 7, false});
  CHECK(bounds(" FR b x\n") == B{-infinity, infinity, false});
  CHECK(bounds(" UP b x 4\n MI b x\n") == B{-infinity, 4, false});
  CHECK(bounds(" UP b x 4\n PL b x\n") == B{0, infinity, false});
  CHECK(bounds(" BV b x\n") == B{0, 1, true});
  CHECK(bounds(" LI b x 2\n UI b x 4\n") == B{2, 4, true});
  CHECK(bounds(" UP b x 1e30\n LO b x -Inf\n") == B{-infinity, 1e30, false});
  // Without the name of a set; and numbers where none are needed.
  CHECK(bounds(" UP x 4\n LO x 1\n") == B{1, 4, false});
  CHECK(bounds(" FR x\n") == B{-infinity, infinity, false});
  CHECK(bounds(" FR b x 0\n BV b x 1\n") == B{0, 1, true});

  const MpsProgram p = read(head + "RHS\n low 1 high 2\n same 3\nRANGES\n same 2\n low -4\nENDATA");
  CHECK(p.rows[0].lower == -3);
  CHECK(p.rows[0].upper == 1);
  CHECK(p.rows[1].lower == 2);
  CHECK(p.rows[1].upper == infinity);
  CHECK(p.rows[2].lower == 3);
  CHECK(p.rows[2].upper == 5);
  CHECK(p.constant == 0);
  CHECK_FALSE(p.maximise);
  for (const char* sense : {"OBJSENSE max\n", "OBJSENSE\n MAX\n", "OBJSENSE MAXIMIZE\n"})
    CHECK(read(sense + head + "ENDATA").maximise);
  CHECK_FALSE(read("OBJSENSE MIN\n" + head + "ENDATA").maximise);
  const MpsProgram empty = read("ROWS\n N c\nENDATA\n");
  CHECK(empty.rows.empty());
  CHECK(empty.variables.empty());
}

TEST_CASE("mps: what is wrong is told with its line") {
  const auto refusal = [](const std::string& text, MpsForm form = MpsForm::free) {
    return refusal_of([form](const auto& path) { return read_mps(path, form); }, "a.mps", text);
  };
  CHECK(refusal("") == "the file ends without ENDATA (line 1)");
  CHECK(refusal(head) == "the file ends without ENDATA (line 10)");
  CHECK(refusal("ENDATA\n") == "no row of type N, the objective (line 1)");
  CHECK(refusal("ROWS\n L a\nENDATA\n") == "no row of type N, the objective (line 3)");
  CHECK(refusal(" x\n") == "data that belong to no section (line 1)");
  CHECK(refusal("COLUMNS\n") == "the section COLUMNS comes before ROWS (line 1)");
  CHECK(refusal("SOS\n") == "a section \"SOS\" is not read (line 1)");
  CHECK(refusal("ROWS x\n") == "\"x\" stands behind ROWS (line 1)");
  CHECK(refusal("OBJSENSE\n UP\n") == "\"UP\" stands where MIN or MAX should be (line 2)");
  CHECK(refusal("ROWS\n Q a\n") == "a type of rows \"Q\" is not N, L, G or E (line 2)");
  CHECK(refusal("ROWS\n N\n") == "a row is a type and a name (line 2)");
  CHECK(refusal("ROWS\n N a b\n") == "a row is a type and a name (line 2)");
  CHECK(refusal("ROWS\n N a\n L a\n") == "a second row \"a\" (line 3)");
  CHECK(refusal("ROWS\n N a b c d e f\n") == "more than 6 words (line 2)");
  CHECK(refusal(head + " z lo 1\n") == "there is no row \"lo\" (line 11)");
  CHECK(refusal(head + " z low one\n") == "\"one\" is not a factor (line 11)");
  CHECK(refusal(head + " z low nan\n") == "\"nan\" is not a factor (line 11)");
  CHECK(refusal(head + " z low inf\n") == "the factor inf is not finite (line 11)");
  CHECK(refusal(head + " z low\n") == "not a name and one or two pairs of row and factor (line 11)");
  CHECK(refusal(head + " y low 1\n") == "a second factor of \"y\" in row \"low\" (line 11)");
  CHECK(refusal(head + " z cost 1 cost 1\n") == "a second factor of \"z\" in row \"cost\" (line 11)");
  CHECK(refusal(head + " x low 1\n") == "the column \"x\" comes a second time (line 11)");
  CHECK(refusal(head + " m 'MARKER' 'INT'\n") == "a marker \"'INT'\" is not 'INTORG' or 'INTEND' (line 11)");
  CHECK(refusal(head + "RHS\n r low 1\n r low 2\n") == "a second right-hand side of row \"low\" (line 13)");
  CHECK(refusal(head + "RHS\n r low 1\n s high 2\n") == "a second set \"s\" beside \"r\" (line 13)");
  CHECK(refusal(head + "RHS\n r low inf\n") == "the right-hand side inf is not finite (line 12)");
  CHECK(refusal(head + "RHS\n r\n") == "not a name and one or two pairs of row and right-hand side (line 12)");
  CHECK(refusal(head + "RANGES\n r cost 1\n") == "a range of the row \"cost\", which has no bounds (line 12)");
  CHECK(refusal(head + "RANGES\n r low 1 low 1\n") == "a second range of row \"low\" (line 12)");
  CHECK(refusal(head + "BOUNDS\n SC b x 1\n") == "a type of bounds \"SC\" is not read (line 12)");
  CHECK(refusal(head + "BOUNDS\n UP b z 1\n") == "there is no column \"z\" (line 12)");
  CHECK(refusal(head + "BOUNDS\n UP b x one\n") == "\"one\" is not a bound (line 12)");
  CHECK(refusal(head + "BOUNDS\n UP x\n") == "a bound is a type, the name of a set, a variable and a number (line 12)");
  CHECK(refusal(head + "BOUNDS\n FR\n") == "a bound is a type, the name of a set, a variable (line 12)");
  CHECK(refusal(head + "BOUNDS\n UP b x 1\n UP c y 1\n") == "a second set \"c\" beside \"b\" (line 13)");
  CHECK(refusal("ROWS\n N  COST\nCOLUMNS\n    X     COST           1\n", MpsForm::fixed) ==
        "\"ST\" stands between the columns of a file in fixed form (line 4)");
  CHECK(refusal("ROWS\n N  COST\nCOLUMNS\n X  X         COST               1\n", MpsForm::fixed) ==
        "\"X\" stands where nothing should be (line 4)");
  CHECK(refusal("ROWS\n N  COST\nCOLUMNS\n              COST               1\n", MpsForm::fixed) ==
        "a column without a name (line 4)");
}
