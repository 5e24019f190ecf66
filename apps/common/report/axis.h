#pragma once
#include <string>
#include <vector>

namespace cotape::app {

// A mark on an axis.
struct Tick {
  double value;
  std::string label;
};

// One axis of a chart: the range shown, linear or logarithmic, and its ticks at round numbers.
struct Axis {
  double low = 0;
  double high = 1;
  bool log = false;
  std::vector<Tick> ticks;

  // Where a value lies: 0 at low, 1 at high.
  double position(double value) const;
};

// The values that an axis must show.
struct ValueRange {
  double low;
  double high;
  bool whole = true;  // only whole numbers were added

  // Of no values at all.
  static ValueRange empty();
  bool is_empty() const { return low > high; }
  void add(double value);
};

// An axis over the range widened on both sides by the share `padding`, with about `count` ticks (at least two where
// round numbers allow it). A linear axis over whole numbers has whole ticks. A logarithmic range must be > 0. An empty
// range gives 0…1 (linear) or 1…10 (log).
Axis make_axis(const ValueRange& range, bool log, int count, double padding);

}  // namespace cotape::app
