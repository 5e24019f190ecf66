#pragma once
#include <cotape/engine/tape/gradcheck.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// gradcheck for second derivatives: of ℓ = ⟨c, y⟩ + ½⟨y, y⟩ with a random normal c it takes the gradient that
// gradient() records, and compares the derivative of that along random normal vectors with central differences of what
// backward() gives. Every element of every input. f must be twice smooth at the inputs; otherwise as for gradcheck.
// Throws TapeError for an op that has no second form of its products.
GradcheckResult gradcheck_twice(const std::function<Var(Tape&, std::span<const Var>)>& f,
                                const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
