#pragma once
#include <string>

#include <cotape/apps/common/train/options.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// The library's training loop under the options that every program has. `app` is the program's name, `config` all its
// settings. Throws as the loop does.
Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config);

}  // namespace cotape::app
