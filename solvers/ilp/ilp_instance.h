#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The values that a variable may take: lower ≤ x ≤ upper, and whole numbers alone where it is an integer.
struct IlpVariable {
  double lower = 0;
  double upper = std::numeric_limits<double>::infinity();
  bool integer = true;
};

// A linear constraint: lower ≤ Σ factor·x[variable] ≤ upper; both the same for an equation.
struct IlpRow {
  struct Term {
    std::int64_t variable = 0;  // its index
    double factor = 0;
  };

  std::vector<Term> terms = {};
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

// What an integer linear program brings besides its costs: variables and constraints. It is checked and prepared once,
// here, so that solving it again and again costs nothing extra.
class IlpInstance {
 public:
  static constexpr double no_bound = 1e20;  // bounds of so much or more, either way, are none

  // Nothing yet: no variables, which no Ilp accepts.
  IlpInstance() = default;
  // Terms of one row with the same variable are added up. Throws ValueError, naming row and variable, for a factor that
  // is not finite, a bound that is NaN, a lower bound +∞ or an upper one −∞, and a variable that is not there. Bounds
  // that cross are allowed: nothing satisfies them, which solving says.
  IlpInstance(const std::vector<IlpVariable>& variables, const std::vector<IlpRow>& rows);

  std::int64_t variables() const { return static_cast<std::int64_t>(lower_.size()); }
  std::int64_t rows() const { return static_cast<std::int64_t>(row_lower_.size()); }
  // Whether some variable is an integer.
  bool has_integers() const { return has_integers_; }
  bool integer(std::int64_t variable) const { return integer_[static_cast<std::size_t>(variable)] != 0; }

  // Bounds [variables], whole numbers where the variable is one, and [rows]; ±∞ for none.
  std::span<const double> lower() const { return lower_; }
  std::span<const double> upper() const { return upper_; }
  std::span<const double> row_lower() const { return row_lower_; }
  std::span<const double> row_upper() const { return row_upper_; }

  // The factors that are not 0, variable by variable, rows ascending: those of variable j are factors()[k] in row
  // row_of_factor()[k] for k from first_factor()[j] to first_factor()[j + 1] − 1.
  std::span<const int> first_factor() const { return first_factor_; }
  std::span<const int> row_of_factor() const { return row_of_factor_; }
  std::span<const double> factors() const { return factors_; }

 private:
  void set_factors(const std::vector<IlpRow>& rows);

  std::vector<double> lower_, upper_, row_lower_, row_upper_, factors_;
  std::vector<int> first_factor_ = {0}, row_of_factor_;
  std::vector<std::uint8_t> integer_;
  bool has_integers_ = false;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
