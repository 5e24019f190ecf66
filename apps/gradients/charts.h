#pragma once
#include <cotape/apps/common/report/chart.h>
#include <cotape/apps/gradients/study.h>

namespace cotape::app {

// "n = 10" or "n = 10, k = 5", and the same for file names: "n10", "n10_k5".
std::string title_of(const Study& study);
std::string file_name_of(const Study& study);

// Cosine similarity to the truth by number of samples, with the deviation over problems as a band for the estimators
// of the papers.
Chart cosine_chart(const Study& study, Group group);
// 1 − cosine of the papers' estimators, which shows how fast they converge and where bias stops them.
Chart distance_chart(const Study& study);
// The cosine by λ (Minervini et al. 2023, Fig. 4), with AIMLE as level lines.
Chart sweep_chart(const Study& study);
// Bias by sparsity (Fig. 1), λ growing along the lines.
Chart bias_chart(const Study& study);
// The cosine of AIMLE by its warm-up passes, with I-MLE at its best λ as level lines.
Chart warm_up_chart(const Study& study);

}  // namespace cotape::app
