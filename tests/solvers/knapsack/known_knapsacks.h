#pragma once
#include <vector>

#include <cotape/solvers/knapsack/knapsack.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Small instances of the literature with their published optima, by the names under which they are passed on.
struct KnownKnapsack {
  const char* name;
  double capacity, optimum;
  std::vector<real> values;
  std::vector<double> weights;
};

inline std::vector<KnownKnapsack> known_knapsacks() {
  return {
      {"f2_l-d_kp_20_878",
       878,
       1024,
       {44, 46, 90, 72, 91, 40, 75, 35, 8, 54, 78, 40, 77, 15, 61, 17, 75, 29, 75, 63},
       {92, 4, 43, 83, 84, 68, 92, 82, 6, 44, 32, 18, 56, 83, 25, 96, 70, 48, 14, 58}},
      {"f4_l-d_kp_4_11", 11, 23, {6, 10, 12, 13}, {2, 4, 6, 7}},
      {"f6_l-d_kp_10_60", 60, 52, {20, 18, 17, 15, 15, 10, 5, 3, 1, 1}, {30, 25, 20, 18, 17, 11, 5, 2, 1, 1}},
      {"f8_l-d_kp_23_10000",
       10000,
       9767,
       {981, 980, 979, 978, 977, 976, 487, 974, 970, 485, 485, 970,
        970, 484, 484, 976, 974, 482, 962, 961, 959, 958, 857},
       {983, 982, 981, 980, 979, 978, 488, 976, 972, 486, 486, 972,
        972, 485, 485, 969, 966, 483, 964, 963, 961, 958, 959}},
      {"f10_l-d_kp_20_879",
       879,
       1025,
       {91, 72, 90, 46, 55, 8, 35, 75, 61, 15, 77, 40, 63, 75, 29, 75, 17, 78, 40, 44},
       {84, 83, 43, 4, 44, 6, 82, 92, 25, 83, 56, 18, 58, 14, 48, 70, 96, 32, 68, 92}},
  };
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
