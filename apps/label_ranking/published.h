#pragma once
#include <optional>
#include <string>

#include <cotape/apps/label_ranking/losses.h>

namespace cotape::app {

// Mean Spearman correlation over ten folds in Table 2 of Berthet et al., "Learning with differentiable perturbed
// optimizers", NeurIPS 2020; nothing for other data sets and losses.
std::optional<double> published(const std::string& data_set, Loss loss);

}  // namespace cotape::app
