#pragma once
#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What becomes of a negative cost for two neighbours whose labels differ: with such costs a labelling is no minimum cut
// (the problem is not submodular), and the cheapest one cannot be found in reasonable time.
enum class NegativePairs {
  refuse,        // an error, which names the pair
  count_as_zero  // for costs that a rule adds noise to, or that a net may make negative
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
