#include <cotape/apps/classify/study.h>
#include <cotape/apps/classify/task.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Classifies images by cross-entropy, by the perturbed argmax, or by other losses.", "classify");
  app::ClassifyOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    app::LabelledImages images = load_images(options);
    if (options.study) return run_classify_study(options, images);
    app::ClassifyTask task(options, std::move(images));
    return app::train(task, "classify", options.common, options.settings());
  });
}
