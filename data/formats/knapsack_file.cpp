#include <cotape/data/formats/knapsack_file.h>
#include <cotape/data/formats/tsplib_text.h>
#include <cotape/engine/base/text.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

KnapsackFile read_knapsack(const std::filesystem::path& path) {
  TsplibText text(path);
  const auto number = [&](const char* what) {
    const double value = text.number(what);
    if (value < 0) text.fail_here(what, " ", format_number(value), " is negative");
    return value;
  };
  const double items = number("the number of items");
  if (items != std::floor(items)) text.fail_here(format_number(items), " is not the number of items");
  KnapsackFile problem;
  problem.capacity = number("the capacity");
  // A number and what parts it from the next are two bytes.
  if (items * 4 > static_cast<double>(text.bytes_left()) + 1)
    text.fail_here(format_number(items), " items do not fit into the ", text.bytes_left(), " bytes that follow");
  const auto count = static_cast<std::size_t>(items);
  problem.values.reserve(count);
  problem.weights.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    problem.values.push_back(number("a value"));
    problem.weights.push_back(number("a weight"));
  }
  if (text.at_end()) return problem;
  for (std::size_t i = 0; i < count; ++i)
    if (const double taken = number("0 or 1 of the solution"); taken != 0 && taken != 1)
      text.fail_here(format_number(taken), " stands where 0 or 1 of the solution should be");
  if (!text.at_end()) text.fail_here("more follows than ", count, " items and a solution");
  return problem;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
