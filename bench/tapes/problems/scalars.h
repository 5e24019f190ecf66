#pragma once
#include <cmath>
#include <cstddef>

// What objectives of scalars share. A scalar is a double, or what a tape of scalars records.
namespace cotape::bench::tapes {

// log Σ eᵛ of n ≥ 1 values, without overflow.
template <class T>
T log_sum_exp(const T* values, std::size_t n) {
  using std::exp;
  using std::log;
  T largest = values[0];
  for (std::size_t i = 1; i < n; ++i)
    if (values[i] > largest) largest = values[i];
  T sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += exp(values[i] - largest);
  return largest + log(sum);
}

// 1/(1 + e^−x)
template <class T>
T logistic(const T& x) {
  using std::exp;
  return 1.0 / (1.0 + exp(-x));
}

}  // namespace cotape::bench::tapes
