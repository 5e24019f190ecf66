#include <cotape/bench/tapes/problems/draws.h>
#include <cotape/bench/tapes/problems/lstm.h>

namespace cotape::bench::tapes {
namespace {

Lstm lstm(std::size_t layers, std::size_t length, std::uint64_t seed) {
  Lstm problem{.size = "layers " + std::to_string(layers) + ", letters " + std::to_string(length),
               .layers = layers,
               .length = length,
               .width = 14,
               .letters = {},
               .hidden = {},
               .start = {}};
  Draws draws(seed);
  for (std::size_t i = 0; i < length * problem.width; ++i)
    problem.letters.push_back(static_cast<double>(draws.below(2)));
  draws.append_normal(problem.hidden, layers * 2 * problem.width, 0, 0.5);
  draws.append_normal(problem.start, (layers * Lstm::places + 3) * problem.width);
  return problem;
}

}  // namespace

std::vector<Lstm> lstm_problems(std::uint64_t seed) {
  return {lstm(2, 128, seed), lstm(2, 1024, seed), lstm(4, 1024, seed)};
}

}  // namespace cotape::bench::tapes
