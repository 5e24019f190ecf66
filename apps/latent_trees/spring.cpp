#include <cotape/apps/latent_trees/spring.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape::app {
namespace {

// Coordinate 0 or 1 of all nodes, less their mean. Returns the largest in size.
double center(std::span<double> positions, std::size_t coordinate) {
  double sum = 0, largest = 0;
  for (std::size_t k = coordinate; k < positions.size(); k += 2) sum += positions[k];
  const double mean = sum / static_cast<double>(positions.size() / 2);
  for (std::size_t k = coordinate; k < positions.size(); k += 2) {
    positions[k] -= mean;
    largest = std::max(largest, std::abs(positions[k]));
  }
  return largest;
}

double extent(std::span<const double> positions, std::size_t coordinate) {
  double low = positions[coordinate], high = low;
  for (std::size_t k = coordinate; k < positions.size(); k += 2) {
    low = std::min(low, positions[k]);
    high = std::max(high, positions[k]);
  }
  return high - low;
}

}  // namespace

void spring_step(std::span<const std::uint8_t> edges, std::span<double> positions) {
  constexpr double least_distance = 0.01, least_force = 0.01, instead_of_less_force = 0.1;
  const std::size_t nodes = positions.size() / 2;
  const double rest = std::sqrt(1 / static_cast<double>(nodes));  // the distance at which both forces are equal
  const double step = 0.1 * std::max(extent(positions, 0), extent(positions, 1));
  std::vector<double> force(positions.size());
  std::size_t pair = 0;
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t j = i + 1; j < nodes; ++j, ++pair) {
      const double dx = positions[2 * i] - positions[2 * j], dy = positions[2 * i + 1] - positions[2 * j + 1];
      const double distance = std::max(least_distance, std::sqrt(dx * dx + dy * dy));
      const double apart = rest * rest / (distance * distance) - (edges[pair] != 0 ? distance / rest : 0);
      force[2 * i] += apart * dx;
      force[2 * i + 1] += apart * dy;
      force[2 * j] -= apart * dx;
      force[2 * j + 1] -= apart * dy;
    }
  for (std::size_t i = 0; i < nodes; ++i) {
    const double size = std::hypot(force[2 * i], force[2 * i + 1]);
    const double factor = step / (size < least_force ? instead_of_less_force : size);
    positions[2 * i] += factor * force[2 * i];
    positions[2 * i + 1] += factor * force[2 * i + 1];
  }
  const double x = center(positions, 0), y = center(positions, 1), largest = std::max(x, y);
  if (largest > 0)
    for (double& p : positions) p /= largest;
}

}  // namespace cotape::app
