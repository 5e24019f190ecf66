#include <cotape/apps/common/train/options.h>
#include <cotape/apps/gallery/drawing.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

int main(int argc, char** argv) {
  CLI::App app("Draws an instance of every solver and its solution: the pictures of docs/solvers.md.", "gallery");
  app.option_defaults()->always_capture_default();
  std::filesystem::path out = "out/gallery";
  app.add_option("--out", out, "Folder for NAME.png of each");
  return run_program(argc, argv, app, [&] {
    std::filesystem::create_directories(out);
    for (const SolverExample& example : solver_examples())
      write_png(out / (example.name + ".png"), paint(draw(example)));
    std::cout << solver_examples().size() << " pictures in " << out.string() << std::endl;
    return Outcome::finished;
  });
}
