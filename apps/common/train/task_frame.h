#pragma once
#include <chrono>
#include <cstdint>
#include <utility>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// What the task of every program that trains is made of beside its data: the step, everything it draws, and a tape to
// evaluate on. `Step` has frame(), a StepFrame, and save() and load().
template <class Step>
class TaskFrame : public TrainingTask {
 public:
  Tape& tape() override { return training_.frame().parts().tape(); }
  std::int64_t shards() const override { return training_.frame().shards(); }
  void save(Checkpoint& checkpoint) const override { training_.save(checkpoint); }
  void load(const Checkpoint& checkpoint) override { training_.load(checkpoint); }

 protected:
  // make(rng) makes the step from the generator of everything.
  template <class Make>
  TaskFrame(std::uint64_t seed, const Make& make) : rng_(seed), training_(make(std::as_const(rng_))) {}

  // Adds the time that it lives to the running epoch's.
  class StepTime {
   public:
    explicit StepTime(TaskFrame& task) : seconds_(task.step_seconds_) {}
    ~StepTime() { seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
    StepTime(const StepTime&) = delete;
    StepTime& operator=(const StepTime&) = delete;

   private:
    double& seconds_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  };
  // The time of this process's steps in an epoch, which ends here; for shares and speeds, not part of a run's state.
  double end_step_time() { return std::exchange(step_seconds_, 0); }

  Rng rng_;  // everything that is drawn is split from it
  Step training_;
  Tape evaluation_tape_{Gradients::off};

 private:
  double step_seconds_ = 0;
};

}  // namespace cotape::app
