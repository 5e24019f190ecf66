#include <cotape/apps/common/train/training.h>
#include <cotape/apps/dvae/task.h>
#include <cotape/data/sets/mnist.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Trains a discrete variational autoencoder on small grey images through a top-k solver.",
                        "dvae");
  app::DvaeOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    const auto folder = find_mnist(options.common.data);
    app::DvaeTask task(options, Dataset(load_mnist(folder, MnistPart::train)),
                       Dataset(load_mnist(folder, MnistPart::test)));
    return app::train(task, "dvae", options.common, options.settings());
  });
}
