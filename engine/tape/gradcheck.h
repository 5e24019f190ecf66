#pragma once
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct GradcheckOptions {
  double step = 1e-5;       // of the central difference, times max(1, |x|)
  double tolerance = 1e-6;  // on the relative error
  std::uint64_t seed = 1;   // of the cotangent
};

// What gradcheck found.
struct GradcheckResult {
  bool passed = false;
  double worst = 0;                // largest relative error
  std::string where = {};          // where it is: input, element, both derivatives
  std::set<std::string> ops = {};  // names of the ops that the gradient went through
};

// Compares the gradient of f with central differences, under a random normal cotangent: every element of every input.
// The error of one element is |analytic − numeric| over the largest of both and the root mean square of the input's
// gradient. f records y on the tape from the variables and is called several times; it must compute the same each
// time (seed its random numbers inside) and be smooth at the inputs. Meant for cotape_f64.
GradcheckResult gradcheck(const std::function<Var(Tape&, std::span<const Var>)>& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options = {});

// The comparison itself: `gradients`, one for each input, with central differences of `value`, a function of the
// inputs. Both count as equal where they differ by no more than `rounding`, for derivatives that are 0 but for it.
GradcheckResult compare_with_differences(const std::function<double(const std::vector<Tensor>&)>& value,
                                         const std::vector<Tensor>& inputs, const std::vector<Tensor>& gradients,
                                         const GradcheckOptions& options, double rounding = 0);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
