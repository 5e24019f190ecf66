#include <cotape/engine/base/error.h>
#include <cotape/solvers/ilp/ilp_instance.h>

#include <cmath>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t max_size = std::numeric_limits<int>::max();  // of what is counted in int, as CBC does
constexpr double infinity = std::numeric_limits<double>::infinity();

void add_bounds(double lower, double upper, std::vector<double>& lowers, std::vector<double>& uppers,
                const std::string& where) {
  if (std::isnan(lower) || std::isnan(upper)) fail<ValueError>("ilp: a bound of ", where, " is not a number");
  if (lower >= IlpInstance::no_bound || upper <= -IlpInstance::no_bound)
    fail<ValueError>("ilp: the bounds ", lower, " … ", upper, " of ", where, " leave no finite number");
  lowers.push_back(lower <= -IlpInstance::no_bound ? -infinity : lower);
  uppers.push_back(upper >= IlpInstance::no_bound ? infinity : upper);
}

}  // namespace

IlpInstance::IlpInstance(const std::vector<IlpVariable>& variables, const std::vector<IlpRow>& rows) {
  if (variables.size() >= max_size || rows.size() >= max_size)
    fail<ValueError>("ilp: ", variables.size(), " variables and ", rows.size(), " rows are too many");
  for (std::size_t j = 0; j < variables.size(); ++j) {
    const IlpVariable& x = variables[j];
    add_bounds(x.lower, x.upper, lower_, upper_, "variable " + std::to_string(j));
    integer_.push_back(x.integer);
    has_integers_ |= x.integer;
    if (x.integer) {
      lower_.back() = std::ceil(lower_.back());
      upper_.back() = std::floor(upper_.back());
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    add_bounds(rows[i].lower, rows[i].upper, row_lower_, row_upper_, "row " + std::to_string(i));
  set_factors(rows);
}

void IlpInstance::set_factors(const std::vector<IlpRow>& rows) {
  std::vector<std::vector<std::pair<int, double>>> columns(lower_.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const auto& [variable, factor] : rows[i].terms) {
      if (variable < 0 || variable >= variables())
        fail<ValueError>("ilp: row ", i, " names variable ", variable, " of ", variables());
      if (!std::isfinite(factor))
        fail<ValueError>("ilp: row ", i, " has the factor ", factor, " at variable ", variable);
      auto& column = columns[static_cast<std::size_t>(variable)];
      if (column.empty() || column.back().first != static_cast<int>(i)) {
        column.push_back({static_cast<int>(i), factor});
        if (++count >= max_size) fail<ValueError>("ilp: more factors than ", max_size, " are too many");
      } else if (!std::isfinite(column.back().second += factor)) {
        fail<ValueError>("ilp: row ", i, " has factors at variable ", variable, " whose sum is not finite");
      }
    }
  for (const auto& column : columns) {
    for (const auto& [row, factor] : column)
      if (factor != 0) {
        row_of_factor_.push_back(row);
        factors_.push_back(factor);
      }
    first_factor_.push_back(static_cast<int>(factors_.size()));
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
