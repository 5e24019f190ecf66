#include <cotape/apps/common/train/options.h>
#include <cotape/apps/solve/kinds.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

int main(int argc, char** argv) {
  std::vector<std::string> names;
  std::string about = "Kinds: the problem; its files; the lines of a solution\n";
  for (const Kind& kind : kinds()) {
    names.push_back(kind.name);
    about += "  " + std::string(kind.name) + ": " + kind.about + "\n";
  }
  CLI::App app("Solves a published instance of a combinatorial problem, proves the optimum and prints it.", "solve");
  app.get_formatter()->column_width(34);
  app.footer(about);
  std::string name;
  std::filesystem::path file, out;
  app.add_option("kind", name, "Kind of problem, one of those below")->required()->check(CLI::IsMember(names));
  app.add_option("file", file, "Its file")->required();
  app.add_option("--out", out, "File for the solution");
  return run_program(argc, argv, app, [&] {
    const Kind& kind = *std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.name == name; });
    const Answer answer = kind.solve(file);
    std::cout << file.stem().string() << "  " << kind.name << "  " << answer.size << "  optimum "
              << format_number(answer.optimum) << "  seconds " << short_number(answer.seconds) << std::endl;
    if (!out.empty()) write_file(out, answer.solution);
    return Outcome::finished;
  });
}
