#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cotape/apps/common/train/options.h>
#include <cotape/nn/train/shards.h>
#include <cotape/nn/train/training.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// The library's training loop under the options that every program has. `app` is the program's name, `config` all its
// settings, over all processes. Throws as the loop does.
Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config);

// Of a program whose loss has a rule, as it may be one that learns: none for a program without.
std::vector<ShardLearner> learners_of(const std::optional<RuleLayer>& layer);

// Of a step in --shards, which all processes share. A whole batch is one process's, whoever's it is: so each may train
// a net of its own, of a study.
ShardOptions shard_options(const CommonOptions& options);

}  // namespace cotape::app
