#pragma once
#include <filesystem>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Prices of electricity, for each half hour of a day, and what was known before; and how much each half hour weighs in
// a knapsack: the problem "knapsack" of the benchmark of Mandi et al. 2023 ("Decision-focused learning: foundations,
// state of the art, benchmark", JAIR 2024), from the ICON challenge on energy-aware scheduling (Irish market,
// 2011–2013).
struct EnergyPrices {
  std::vector<double> weights = {};  // [items]
  Tensor features = {};              // [days, items, features]: mean 0 and deviation 1 over the first part of the days
  Tensor prices = {};                // [days, items]: the values of the items
};

// Reads the benchmark's file Data.npz: X_1gtrain and X_1gtest [rows, 1 + features], whose first column, the number of
// the day, is left out; y_train and y_test [rows]; weights [items], whole numbers. Each day has as many rows as there
// are weights. The days of `train` come first and are those over which features are standardised, as scikit-learn's
// StandardScaler does: by the deviation of the whole, a feature without any by 1.
// Throws FileError, naming the file, as read_npz does, and for arrays that are missing, do not fit each other, or hold
// numbers that are not finite, or weights that are not positive.
EnergyPrices read_energy_prices(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
