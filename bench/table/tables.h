#pragma once
#include <vector>

#include <cotape/bench/table/results.h>
#include <cotape/bench/table/table.h>

namespace cotape::bench {

// Tables of one run. Each throws nlohmann's exceptions when a line of the results has no such entry.
Table machine_table(const Results& results);
Table step_table(const Results& results);
Table memory_table(const Results& results);
Table calibration_table(const Results& results);
Table check_table(const Results& results);
Table solver_table(const Results& results);
Table tape_table(const Results& results);
Table rule_table(const Results& results);
// What docs/solvers.md shows: one row a solver and size.
Table solver_times_table(const Results& results);
Table micro_table(const Results& results);
// What the project promises, beside what was measured.
Table target_table(const Results& results);

}  // namespace cotape::bench
