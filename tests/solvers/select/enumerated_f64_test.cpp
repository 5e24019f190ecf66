#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../solved.h"

using namespace cotape;

TEST_CASE("enumerated, top_k, ranking: the smallest and the largest numbers there are") {
  const std::vector<double> scores = {5, -7, 6, 7, 1};
  const Enumerated pairs{all_subsets(5, 2)};
  for (const int exponent : {-1074, -1000, 0, 500, 1021}) {
    CAPTURE(exponent);
    std::vector<double> scaled = scores;
    for (double& score : scaled) score = std::ldexp(score, exponent);
    CHECK(solved(pairs, scaled) == std::vector<double>{0, 0, 1, 1, 0});
    CHECK(pairs.tied(scaled, solved(pairs, scaled)) == false);
    CHECK(solved(TopK{.n = 5, .k = 2}, scaled) == std::vector<double>{0, 0, 1, 1, 0});
    CHECK(solved(Ranking{.n = 5}, scaled) == std::vector<double>{3, 1, 4, 5, 2});
  }
  // Solutions as large or small as the scores.
  for (const double unit : {1e-200, 1e-320, 1e200, 1e308}) {
    CAPTURE(unit);
    const Enumerated two{Tensor({2, 2}, {unit, 0, 0, unit})};
    CHECK(solved(two, {unit / 2, unit}) == std::vector<double>{0, unit});
    CHECK(solved(two, {unit, unit / 2}) == std::vector<double>{unit, 0});
    CHECK(two.tied(std::vector<double>{unit, unit / 2}, std::vector<double>{unit, 0}) == false);
    CHECK(two.tied(std::vector<double>{unit, unit}, std::vector<double>{unit, 0}) == true);
  }
  // A sum that cannot be told is not taken for the same as another.
  CHECK_FALSE((Enumerated{Tensor({2, 2}, {1.7e308, 1.7e308, 1.7e308, 1.6e308})}.traits().constant_sum));
}
