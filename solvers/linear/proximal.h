#pragma once
#include <span>

#include <cotape/solvers/ilp/ilp.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The values that minimise ⟨cost, x⟩ + ρ/2·‖x − center‖², or maximise ⟨cost, x⟩ − ρ/2·‖x − center‖², under the
// constraints of a linear program, with their duals, as solve_ilp() gives them. ρ > 0. Throws SolverError where no
// values satisfy all constraints.
IlpResult solve_proximal(const IlpInstance& instance, std::span<const double> costs, std::span<const double> center,
                         double rho, Sense sense);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
