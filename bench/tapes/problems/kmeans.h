#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cotape::bench::tapes {

// What k-means makes small: Σᵢ minⱼ ‖xᵢ − cⱼ‖² of points xᵢ, as a function of the centres c [centres, dimensions].
struct KMeans {
  static constexpr const char* name = "k-means";
  std::string size;
  std::size_t points, dimensions, centres;
  std::vector<double> x;  // [points, dimensions]
  std::vector<double> start;

  template <class T>
  T value(const T* parameters) const {
    T result = 0.0;
    for (std::size_t i = 0; i < points; ++i) {
      T least = 0.0;
      for (std::size_t j = 0; j < centres; ++j) {
        T squares = 0.0;
        for (std::size_t a = 0; a < dimensions; ++a) {
          const T difference = x[i * dimensions + a] - parameters[j * dimensions + a];
          squares += difference * difference;
        }
        if (j == 0 || squares < least) least = squares;
      }
      result += least;
    }
    return result;
  }
};

std::vector<KMeans> kmeans_problems(std::uint64_t seed);

}  // namespace cotape::bench::tapes
