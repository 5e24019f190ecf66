#pragma once
#include <optional>
#include <string>

#include <cotape/apps/decide/study.h>

namespace cotape::app {

// The settings with which a loss was published for a problem: for prices60, prices120 and prices180 those of the
// benchmark of Mandi et al. (35 epochs, batches of 128, the rate × 0.2 when the regret on the validation set has not
// fallen for two epochs, a rate and constants for each loss and capacity), for the problems of PyEPO's generators those
// of its notebook 03, which are the defaults. Nothing where there are none.
std::optional<StudySettings> published_settings(const std::string& problem, const std::string& loss);

}  // namespace cotape::app
