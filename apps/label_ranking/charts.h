#pragma once
#include <cotape/apps/common/report/chart.h>
#include <cotape/apps/label_ranking/results.h>

namespace cotape::app {

// Each data set a point: Spearman correlation of Fenchel-Young above that of another loss (Berthet et al. 2020, Fig.
// 3), ours and the paper's, with the line where both are equal.
Chart scatter_chart(const std::vector<DataSetResult>& results, Loss other);

// Share of examples with all ranks right, of labels with the right rank, or the Spearman correlation, by noise in y
// (Figs 4, 7, 8).
Chart recovery_chart(const std::vector<ArtificialResult>& results, double Recovery::*value, const std::string& title);

}  // namespace cotape::app
