#pragma once
#include <cotape/engine/ops/loss.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Losses between a solution and the wanted one, besides l1_loss and l2_loss of the engine.

// Σ s(1 − t) + (1 − s)t: for 0/1 vectors the number of entries that differ. Shapes agree.
//
// Its gradient 1 − 2t does not depend on s: it is not zero where s = t. Blackbox with Side::target tolerates that,
// because no better solution exists there. Identity and straight-through do not: they push on for ever. Give those
// l1_loss, whose gradient sign(s − t) is 0 where equal, or l2_loss.
Var hamming_loss(Var s, Var t, Reduction reduction = Reduction::batch_mean);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
