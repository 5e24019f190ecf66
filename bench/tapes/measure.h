#pragma once
#include <functional>
#include <vector>

namespace cotape::bench::tapes {

// The median time of each piece of work in seconds: `repeats` rounds in which each has its turn, as often in a row as
// fills about `turn` seconds, once at least. A turn begins with once more that does not count, because others have used
// caches and memory since.
std::vector<double> median_seconds(const std::vector<std::function<void()>>& works, int repeats, double turn);

// By how many bytes the resident memory of a process grows at most while it does `work`, after `prepare`: in a process
// of its own, so that nothing that ran before has left memory to use again. NaN for less than a mebibyte, which a
// process may need for other reasons, and where the system does not tell. Call it before this process has threads.
// Throws std::runtime_error when the work fails.
double peak_growth(const std::function<void()>& prepare, const std::function<void()>& work);

}  // namespace cotape::bench::tapes
