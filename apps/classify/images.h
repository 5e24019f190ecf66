#pragma once
#include <cotape/apps/classify/options.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// Images to train and to test on, and what their classes are called.
struct LabelledImages {
  Dataset train, test;
  std::vector<std::string> names;

  std::int64_t classes() const { return std::ssize(names); }
};

// What --data names, the first --train and --test of it. Throws as the readers do, ValueError when there are fewer, or
// when test images have another size than training images.
LabelledImages load_images(const ClassifyOptions& options);

}  // namespace cotape::app
