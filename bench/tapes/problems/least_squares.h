#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cotape::bench::tapes {

// ½‖Xw − y‖² as a function of w [columns].
struct LeastSquares {
  static constexpr const char* name = "least squares";
  std::string size;
  std::size_t rows, columns;
  std::vector<double> x;  // [rows, columns]
  std::vector<double> y;  // [rows]
  std::vector<double> start;

  template <class T>
  T value(const T* parameters) const {
    T result = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      T error = -y[i];
      for (std::size_t j = 0; j < columns; ++j) error += x[i * columns + j] * parameters[j];
      result += error * error;
    }
    return 0.5 * result;
  }
};

std::vector<LeastSquares> least_squares_problems(std::uint64_t seed);

}  // namespace cotape::bench::tapes
