#pragma once
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which solutions a difference along the cotangent compares. It matters:
//   target   y(θ) − y(θ − λ·dy)       asks for a better solution nearby, and is zero when there is none
//   away     y(θ + λ·dy) − y(θ)       pushes away from worse ones, and never rests
//   central  y(θ + λ·dy) − y(θ − λ·dy), over twice the distance: two solver calls instead of one
enum class Side { target, away, central };

// The setting "side".
void describe_side(SettingVisitor& see, Side& side);

// How many solver calls the other points of a sample's difference cost.
inline std::int64_t moved_points(Side side) { return side == Side::central ? 2 : 1; }

// How many steps λ the two compared points lie apart.
real steps_apart(Side side);

// The rule's formula, as inspection shows it; u are the scores that were solved.
const char* difference_formula(Side side);

// Throws ValueError unless λ is positive and finite.
void require_lambda(real lambda);

// The difference of solutions, not divided by anything: z = v.y solves the scores u, which have z's shape. Each sample
// moves along g_s = S·dy_s, which takes back the division by S that a mean over samples downstream has done, so that
// λ means the same for every S. Example o has its own λ = steps[o].
Tensor solution_difference(Vjp& v, const SampleLayout& layout, const BatchOracle& oracle, const Tensor& u,
                           const Tensor& steps, Side side);

// Sets v.dx to the mean over samples of that difference with one λ, divided by the distance; reports λ.
void difference_gradient(Vjp& v, std::int64_t samples, const BatchOracle& oracle, const Tensor& u, real lambda,
                         Side side);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
