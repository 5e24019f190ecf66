#pragma once
#include <cotape/cotape.h>

// A solver by the README's recipe, with instance data: the run of neighbouring entries with the largest sum, of
// `length` entries, among the first `size`.
struct BestRun {
  std::int64_t n;
  struct Instance {
    std::size_t size, length;
  };

  cotape::SolverTraits traits() const {
    return {.name = "best_run", .sense = cotape::Sense::maximise, .shape = {n}, .ties = "the first"};
  }
  void solve(std::span<const cotape::real> score, const Instance& at, std::span<cotape::real> chosen) const {
    if (at.length > at.size) cotape::fail<cotape::SolverError>("no run of ", at.length, " entries in ", at.size);
    std::size_t best = 0;
    for (std::size_t start = 1; start + at.length <= at.size; ++start)
      if (sum(score, start, at.length) > sum(score, best, at.length)) best = start;
    std::fill_n(chosen.begin() + static_cast<std::ptrdiff_t>(best), at.length, cotape::real(1));
  }
  void mask(const Instance& at, std::span<cotape::real> mask) const {
    std::fill_n(mask.begin(), at.size, cotape::real(1));
  }

  static double sum(std::span<const cotape::real> score, std::size_t start, std::size_t length) {
    double total = 0;
    for (std::size_t i = start; i < start + length; ++i) total += static_cast<double>(score[i]);
    return total;
  }
};
