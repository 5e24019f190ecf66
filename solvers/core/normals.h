#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The constraints of a linear formulation that bind at a solution y: inequalities ⟨a, y'⟩ ≤ b of all solutions y', and
// equations, with ⟨a, y⟩ = b. Kept are the normals a. y is a best solution of the formulation, ⟨θ, y⟩ as large as
// possible, exactly for the scores θ of the cone {Σ x_j a_j, x_j ≥ 0 for inequalities, of either sign for equations};
// where the formulation describes more than the solutions and their means, for others too.
class Normals {
 public:
  struct Term {
    std::int64_t entry = 0;  // of the solution
    double factor = 0;
  };

  void clear();
  // Begins the next constraint, whose terms follow. One without terms says nothing, and does no harm.
  void begin_inequality() { begin(false); }
  void begin_equation() { begin(true); }
  // a[entry] = factor, at most once for an entry of a constraint.
  void add(std::int64_t entry, double factor) { terms_.push_back({entry, factor}), last_.back() = std::ssize(terms_); }
  // The bounds 0 ≤ y[entry] ≤ upper, as far as y, the value there, is one of them.
  void add_bounds(std::int64_t entry, double y, double upper);

  std::int64_t count() const { return std::ssize(last_); }
  bool is_equation(std::int64_t constraint) const { return equation_[static_cast<std::size_t>(constraint)] != 0; }
  std::span<const Term> terms(std::int64_t constraint) const;
  // ‖a‖, for factors of any size.
  double length(std::int64_t constraint) const;

 private:
  void begin(bool equation);

  std::vector<Term> terms_;
  std::vector<std::int64_t> last_;  // [constraints]: where the terms of each end
  std::vector<std::uint8_t> equation_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
