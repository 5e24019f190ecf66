#include <cotape/apps/globe_tsp/evaluation.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/tsp/tsp.h>

#include <cmath>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t examples_in_a_batch = 500;

}  // namespace

TourFinder::TourFinder(std::int64_t cities) : oracle_(Tsp{.n = cities}) {}

const Tensor& TourFinder::operator()(const Tensor& distances) {
  if (tours_.shape() != distances.shape()) tours_ = scores_ = Tensor(distances.shape());
  map(
      scores_, [](real distance) { return -distance; }, distances);
  oracle_.argmax(scores_, tours_);
  return tours_;
}

void TourScore::add(const Tensor& tours, const Tensor& distances, const GlobeTours& set,
                    std::span<const std::int64_t> indices) {
  const real* tour = tours.data();
  for (const std::int64_t index : indices) {
    double both = 0, different = 0;
    for (const std::uint8_t label : set.tour(index)) {
      const bool found = *tour++ != 0;
      both += found && label != 0 ? 1 : 0;
      different += found != (label != 0) ? 1 : 0;
    }
    const auto k = static_cast<double>(set.cities);
    ++examples;
    exact += different == 0 ? 1 : 0;
    edges += both / (2 * k);
    entries += 1 - different / (k * k);
  }
  cost_norm += total_norm(distances);
}

double total_norm(const Tensor& distances) {
  const std::int64_t batch = distances.shape()[0], size = distances.size() / batch;
  double total = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    const real* x = distances.data() + b * size;
    total += std::sqrt(std::inner_product(x, x + size, x, 0.0));
  }
  return total;
}

const Tensor& predict_places(FlagNet& net, const Tensor& flags, Tape& tape) {
  tape.clear();
  return net(tape.view(flags)).value();
}

TourScore evaluate(const Tensor& places, TourFinder& finder, const GlobeTours& set, Tape& tape) {
  TourScore score;
  const Tensor table = places;  // the tape that holds them is used below
  std::vector<std::int64_t> indices;
  for (std::int64_t begin = 0; begin < set.count; begin += examples_in_a_batch) {
    indices.resize(static_cast<std::size_t>(std::min(examples_in_a_batch, set.count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const auto batch = static_cast<std::int64_t>(indices.size());
    const auto countries =
        std::span(set.countries)
            .subspan(static_cast<std::size_t>(begin * set.cities), static_cast<std::size_t>(batch * set.cities));
    tape.clear();
    const Var cities = gather_rows(tape.constant(table), countries);
    const Tensor& distances = pairwise_distances(reshape(cities, {batch, set.cities, 3})).value();
    score.add(finder(distances), distances, set, indices);
  }
  return score;
}

}  // namespace cotape::app
