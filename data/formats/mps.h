#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How the words of an MPS file are told from each other.
enum class MpsForm {
  free,  // by blanks: names have none in them; files in fixed form whose names have none can be read so too
  fixed  // by their columns, 2–3, 5–12, 15–22, 25–36, 40–47 and 50–61, counted from 1: names may have blanks in them
};

// A linear program, with integers or without: the values of variables, within their bounds, for which constant +
// Σ cost·x is least, or greatest, and lower ≤ Σ factor·x ≤ upper holds for each row. ±∞ where there is no bound.
struct MpsProgram {
  struct Term {
    std::int64_t variable;  // its index
    double factor;
  };
  struct Row {
    std::string name = {};
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    std::vector<Term> terms = {};
  };
  struct Variable {
    std::string name = {};
    double cost = 0;
    double lower = 0;
    double upper = std::numeric_limits<double>::infinity();
    bool integer = false;
  };

  std::string name = {};
  std::string objective = {};  // the name of its row
  bool maximise = false;
  double constant = 0;
  std::vector<Variable> variables = {};
  std::vector<Row> rows = {};  // without the objective
};

// Reads a file in MPS format, plain or gzipped: NAME, OBJSENSE, ROWS, COLUMNS with integer markers, RHS, RANGES, BOUNDS
// of the types LO UP FX FR MI PL BV LI UI, ENDATA. The objective is the first row of type N; other rows of this type
// are dropped. Where conventions differ:
//   - a negative upper bound of a variable that has no lower one of its own takes the lower bound 0 away (−∞);
//   - MI takes the lower bound away and leaves the upper one as it is;
//   - an integer without bounds of its own is ≥ 0 and has no upper bound;
//   - a right-hand side of the objective is minus its constant; a range of an equation goes up when positive, else
//   down.
// Throws FileError, naming the file and the line, for other sections and types of bounds, for what is missing, given
// twice or unknown, for numbers that are none or, but for bounds, not finite, and for a second set of right-hand sides,
// ranges or bounds.
MpsProgram read_mps(const std::filesystem::path& path, MpsForm form = MpsForm::free);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
