#include <cotape/apps/common/train/options.h>
#include <cotape/apps/gallery/drawing.h>

#include <filesystem>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

int main(int argc, char** argv) {
  CommandLine line("Draws an instance of every solver and its solution: the pictures of docs/solvers.md.", "gallery",
                   {.column = 30});
  std::filesystem::path out = "out/gallery";
  line.add("--out", out, "Folder for NAME.png of each");
  return run_program(argc, argv, line, [&] {
    std::filesystem::create_directories(out);
    for (const SolverExample& example : solver_examples())
      write_png(out / (example.name + ".png"), paint(draw(example)));
    std::cout << solver_examples().size() << " pictures in " << out.string() << std::endl;
    return Outcome::finished;
  });
}
