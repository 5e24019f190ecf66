#pragma once
#include <cstdint>
#include <limits>
#include <string>

#include <cotape/engine/tape/checkpoint.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct PlateauOptions {
  double rate = 1e-3;          // the first
  double factor = 0.1;         // by which it is multiplied
  std::int64_t patience = 10;  // so many measurements in a row may bring nothing better
  double threshold = 1e-4;     // better is better by this share of the best
  std::int64_t cooldown = 0;   // after a reduction so many measurements are not counted
  double min_rate = 0;
  bool maximise = false;  // whether larger measurements are better
};

// A learning rate that falls when a measurement, such as the loss on held-out data, gets no better any more, as
// PyTorch's ReduceLROnPlateau. It has state, unlike the schedules: save it with the run.
//
//   ... after each epoch: adam.set_learning_rate(plateau.update(validation_loss));
class Plateau {
 public:
  // Throws ValueError for a number that is negative or not finite, or a factor ≥ 1.
  explicit Plateau(const PlateauOptions& options = {});

  // Takes a measurement and returns the rate from now on. A NaN is no improvement.
  double update(double measurement);
  double rate() const { return rate_; }
  // The best measurement so far; infinite before the first.
  double best() const { return best_; }

  // PREFIX + "rate" and the like.
  void save(Checkpoint& checkpoint, const std::string& prefix = "plateau.") const;
  // Throws FileError, before anything is changed, for what is missing or no count.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "plateau.");

 private:
  bool better(double measurement) const;

  PlateauOptions options_;
  double rate_;
  double best_;
  std::int64_t no_better_ = 0;  // measurements in a row
  std::int64_t cooling_ = 0;    // measurements that are still not counted
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
