#include <cotape/apps/common/train/options.h>
#include <cotape/apps/solve/kinds.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

namespace {

// How far the best that was found may be from the optimum, in percent of it; nothing where it is not a positive number.
std::string gap(const Answer& answer) {
  if (!(answer.optimum > 0)) return "";
  return "  gap " + short_number(100 * (answer.optimum - *answer.at_least) / answer.optimum) + " %";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  std::string about = "Kinds: the problem; its files; the lines of a solution\n";
  for (const Kind& kind : kinds()) {
    names.push_back(kind.name);
    about += "  " + std::string(kind.name) + ": " + kind.about + "\n";
  }
  CommandLine line("Solves a published instance of a combinatorial problem, proves the optimum and prints it.", "solve",
                   {.defaults = false});
  line.set_footer(about);
  std::string name;
  std::filesystem::path file, out;
  double time_limit = 0;
  line.add("kind", name, "Kind of problem, one of those below", one_of(names));
  line.require("kind");
  line.add("file", file, "Its file");
  line.require("file");
  line.add("--out", out, "File for the solution");
  line.add("--time-limit", time_limit, "Seconds for the proof of qap; 0: no limit", non_negative());
  return run_program(argc, argv, line, [&] {
    const Kind& kind = *std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.name == name; });
    if (time_limit > 0 && !kind.solve_within) fail<ValueError>("--time-limit: ", kind.name, " is solved without one");
    const Answer answer = time_limit > 0 ? kind.solve_within(file, time_limit) : kind.solve(file);
    std::cout << file.stem().string() << "  " << kind.name << "  " << answer.size
              << (answer.at_least ? "  best found " : "  optimum ") << format_number(answer.optimum);
    if (answer.at_least) std::cout << "  at least " << format_number(*answer.at_least) << gap(answer);
    std::cout << "  seconds " << short_number(answer.seconds) << std::endl;
    if (!out.empty()) write_file(out, answer.solution);
    if (answer.at_least) fail<SolverError>(shown_path(file), ": stopped at the limit, without a proof");
    return Outcome::finished;
  });
}
