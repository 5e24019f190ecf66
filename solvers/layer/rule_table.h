#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cotape/solvers/layer/named_rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Every gradient rule of the library with its defaults, each newly made: what has learned nothing yet. Programs, tests
// and benchmarks go through this table; a new rule is its two files in solvers/rules and one line here. Of rules that
// differ in a choice the one that comes first has the shorter name: imle, imle-central.
std::vector<NamedRule> rule_table();

// Those that are for this solver.
std::vector<NamedRule> rules_for(const Solver& solver);

// The rule of that name, newly made. Throws ValueError when there is none.
NamedRule rule_named(std::string_view name);

// All names, in the table's order; those of rules_for(solver).
std::vector<std::string> rule_names();
std::vector<std::string> rule_names(const Solver& solver);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
