#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/ilp/ilp.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace ilp {

enum class Status { optimal, limit, infeasible, unbounded, failed };

// What CBC says of a program that minimises.
struct Answer {
  Status status = Status::failed;
  std::vector<double> values = {};  // empty: none known
  double bound = 0;                 // no values cost less; when a limit was reached
  std::int64_t nodes = 0;
  // Of a program without integers that is optimal.
  std::vector<double> duals = {}, reduced_costs = {};
};

// Minimises ⟨cost, x⟩ for an instance with at least one variable. The costs are finite; they should be of the order of
// 1, since tolerances are absolute. Every call has a model of its own: safe from several threads, the same answer
// always.
Answer minimise(const IlpInstance& instance, std::span<const double> cost, const IlpLimits& limits);

}  // namespace ilp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
