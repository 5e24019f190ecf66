#pragma once
#include <cotape/engine/base/real.h>

#include <set>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Every op that a test records on any tape is noted by name (recorded_ops.cpp), whatever recorded it. These are the
// names whose vector-Jacobian product a gradient check has confirmed.
void note_checked_ops(const std::set<std::string>& names);

// Writes PREFIX.recorded, PREFIX.checked and PREFIX.surrogates, one name a line, for check_op_coverage.sh. Surrogates
// are apart from the others: differences cannot confirm them.
void write_op_names(const std::string& prefix);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
