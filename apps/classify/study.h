#pragma once
#include <cotape/apps/classify/images.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

Outcome run_classify_study(const ClassifyOptions& options, const LabelledImages& images);

}  // namespace cotape::app
