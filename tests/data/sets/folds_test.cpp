#include <cotape/data/sets/folds.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace cotape;

namespace {

using Rows = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("folds: shuffled rows are dealt out in turn") {
  const Rows order = random_permutation(7, Rng(3));
  const auto row = [&](std::size_t i) { return order[i]; };
  const auto sorted = [](Rows rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
  };
  const std::vector<Fold> folds = make_folds(7, 3, Rng(3));
  REQUIRE(folds.size() == 3);
  CHECK(folds[0].test == sorted({row(0), row(3), row(6)}));
  CHECK(folds[1].test == sorted({row(1), row(4)}));
  CHECK(folds[2].test == sorted({row(2), row(5)}));
  CHECK(folds[1].train == sorted({row(0), row(2), row(3), row(5), row(6)}));
  CHECK(folds[0].test != Rows{0, 3, 6});  // they are shuffled
  CHECK(make_folds(7, 3, Rng(4))[0].test != folds[0].test);
}

TEST_CASE("folds: every row is judged once and learned from otherwise") {
  for (const std::int64_t n : {10, 11, 19, 150})
    for (const std::int64_t k : {2, 5, 10}) {
      const std::vector<Fold> folds = make_folds(n, k, Rng(1));
      std::multiset<std::int64_t> judged;
      for (const Fold& fold : folds) {
        judged.insert(fold.test.begin(), fold.test.end());
        std::set<std::int64_t> both(fold.train.begin(), fold.train.end());
        both.insert(fold.test.begin(), fold.test.end());
        CHECK(static_cast<std::int64_t>(both.size()) == n);
        CHECK(static_cast<std::int64_t>(fold.train.size() + fold.test.size()) == n);
        const auto size = static_cast<std::int64_t>(fold.test.size());
        CHECK((size == n / k || size == n / k + 1));
      }
      CHECK(static_cast<std::int64_t>(judged.size()) == n);
      CHECK(static_cast<std::int64_t>(std::set(judged.begin(), judged.end()).size()) == n);
    }
}

TEST_CASE("folds: of some rows only, as inner folds are") {
  const Rows rows = {4, 8, 15, 16, 23, 42};
  Rows judged;
  for (const Fold& fold : make_folds(rows, 3, Rng(1))) {
    CHECK(fold.test.size() == 2);
    CHECK(fold.train.size() == 4);
    judged.insert(judged.end(), fold.test.begin(), fold.test.end());
  }
  std::sort(judged.begin(), judged.end());
  CHECK(judged == rows);
}

TEST_CASE("folds: as many as rows, and numbers that cannot be") {
  for (const Fold& fold : make_folds(4, 4, Rng(1))) CHECK(fold.test.size() == 1);
  CHECK_THROWS_WITH_AS(make_folds(4, 5, Rng(1)), "folds: cannot make 5 folds of 4 rows", ValueError);
  CHECK_THROWS_WITH_AS(make_folds(4, 1, Rng(1)), "folds: cannot make 1 folds of 4 rows", ValueError);
  CHECK_THROWS_WITH_AS(make_folds(0, 2, Rng(1)), "folds: 0 rows", ValueError);
}
