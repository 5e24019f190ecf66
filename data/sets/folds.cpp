#include <cotape/data/sets/folds.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::vector<Fold> make_folds(std::span<const std::int64_t> rows, std::int64_t k, Rng rng) {
  const auto n = static_cast<std::int64_t>(rows.size());
  if (k < 2 || k > n) fail<ValueError>("folds: cannot make ", k, " folds of ", n, " rows");
  const std::vector<std::int64_t> order = random_permutation(n, rng);
  std::vector<Fold> folds(static_cast<std::size_t>(k));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t fold = 0; fold < k; ++fold) {
      Fold& to = folds[static_cast<std::size_t>(fold)];
      (i % k == fold ? to.test : to.train)
          .push_back(rows[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    }
  for (Fold& fold : folds) {
    std::sort(fold.train.begin(), fold.train.end());
    std::sort(fold.test.begin(), fold.test.end());
  }
  return folds;
}

std::vector<Fold> make_folds(std::int64_t n, std::int64_t k, Rng rng) {
  if (n < 1) fail<ValueError>("folds: ", n, " rows");
  std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return make_folds(rows, k, rng);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
