#pragma once
#include <variant>

#include <cotape/bench/tapes/problems/bundle_adjustment.h>
#include <cotape/bench/tapes/problems/gmm.h>
#include <cotape/bench/tapes/problems/kmeans.h>
#include <cotape/bench/tapes/problems/least_squares.h>
#include <cotape/bench/tapes/problems/lstm.h>

namespace cotape::bench::tapes {

// An objective with its data. Each has
//   name, size                   what it is called
//   start                        the parameters at which its gradient is taken
//   value(parameters)            the objective, for any kind of scalar
using Problem = std::variant<Gmm, Lstm, KMeans, BundleAdjustment, LeastSquares>;

inline const std::vector<double>& start_of(const Problem& problem) {
  return std::visit([](const auto& p) -> const std::vector<double>& { return p.start; }, problem);
}

template <class T>
T value_of(const Problem& problem, const T* parameters) {
  return std::visit([&](const auto& p) { return p.value(parameters); }, problem);
}

}  // namespace cotape::bench::tapes
