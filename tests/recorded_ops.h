#pragma once
#include <cotape/engine/base/real.h>

#include <set>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Every op that a test records on any tape is noted by name (recorded_ops.cpp), whatever recorded it. These are the
// names whose vector-Jacobian product a gradient check has confirmed.
void note_checked_ops(const std::set<std::string>& names);
// The same for the second form of the product, and an op that was found to have none. The first count as checked once
// as well: what a product is recorded as is differentiated too.
void note_twice_checked_ops(const std::set<std::string>& names);
void note_once_op(const std::string& name);

// Writes PREFIX.recorded, PREFIX.checked, PREFIX.twice, PREFIX.once and PREFIX.surrogates, one name a line, for
// check_op_coverage.sh. Surrogates are apart from the others: differences cannot confirm them.
void write_op_names(const std::string& prefix);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
