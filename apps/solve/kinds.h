#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace cotape::app {

// What a solver found in a file.
struct Answer {
  std::string size;                  // of the problem, for people: "100 x 100"
  double optimum = 0;                // or the best that was found, where that is not proven
  std::optional<double> at_least{};  // of a search that a limit ended: no solution costs less
  double seconds = 0;                // in the solver, without reading
  std::string solution;              // lines for a file
};

// A kind of problem: a format of files, and the solver for it.
struct Kind {
  const char* name;
  const char* about;                              // for --help: the problem, the files, the lines of a solution
  Answer (*solve)(const std::filesystem::path&);  // throws FileError, ValueError, SolverError
  // The same with a limit in seconds, where there can be one; else nullptr.
  Answer (*solve_within)(const std::filesystem::path&, double seconds) = nullptr;
};

// All there are. A new one is a function and a row of the table in kinds.cpp.
std::span<const Kind> kinds();

}  // namespace cotape::app
