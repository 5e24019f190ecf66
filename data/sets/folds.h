#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/random.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One split of cross-validation: the rows to train on and the rows to test on, each in ascending order.
struct Fold {
  std::vector<std::int64_t> train = {};
  std::vector<std::int64_t> test = {};
};

// k-fold cross-validation: the rows are shuffled and dealt out in turn, so that each is in exactly one test part and
// the sizes of the parts differ by one at most, the larger ones first. Throws ValueError unless 2 ≤ k ≤ the number of
// rows.
std::vector<Fold> make_folds(std::span<const std::int64_t> rows, std::int64_t k, Rng rng);
// The same for the rows 0 … n−1.
std::vector<Fold> make_folds(std::int64_t n, std::int64_t k, Rng rng);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
