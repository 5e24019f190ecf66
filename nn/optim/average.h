#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Averages of parameters over the steps of training, which often generalise better than the last values. Use Ema or
// Swa:
//
//   Ema ema(net.parameters(), {.decay = 0.999});
//   ... after each step: ema.update();
//   {
//     const auto averaged = ema.swap_in();  // net has the averages
//     ... evaluate ...
//   }                                       // and its own values again
//
// Buffers, such as the running statistics of BatchNorm, are not averaged.
class ParameterAverage {
 public:
  ParameterAverage(const ParameterAverage&) = delete;
  ParameterAverage& operator=(const ParameterAverage&) = delete;

  // Takes the parameters' values into the averages; the first time they become them. Allocates nothing. Throws
  // ShapeError when a parameter no longer has its shape, ValueError while the averages are swapped in.
  void update();
  // Number of updates.
  std::int64_t updates() const { return updates_; }

  // Puts the parameters' own values back when it goes.
  class [[nodiscard]] SwappedIn {
   public:
    ~SwappedIn() { average_.swap(); }
    SwappedIn(const SwappedIn&) = delete;
    SwappedIn& operator=(const SwappedIn&) = delete;

   private:
    friend class ParameterAverage;
    explicit SwappedIn(ParameterAverage& average) : average_(average) { average_.swap(); }
    ParameterAverage& average_;
  };
  // Gives the parameters the averaged values while the returned object lives. Copies nothing. Throws ValueError when
  // they have them already or there was no update.
  SwappedIn swap_in();

  // The averages as PREFIX + the parameters' names, and the number of updates. Throws ValueError while they are swapped
  // in, as load does.
  void save(Checkpoint& checkpoint, const std::string& prefix = "average.") const;
  // Throws FileError, before anything is changed, when an average is missing, left over or of another shape.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "average.");

 protected:
  // Throws ValueError for no parameters, null ones, or two of one name.
  ParameterAverage(const char* name, std::vector<Parameter*> parameters);
  ~ParameterAverage() = default;

 private:
  // average ← average + share · (value − average): the share in the update of this number, counted from 1.
  virtual double share(std::int64_t update) const = 0;
  void swap();
  void check_swapped_out(const char* action) const;

  const char* name_;
  std::vector<Parameter*> parameters_;
  std::vector<Tensor> averages_;  // the parameters' own values while they are swapped in
  std::int64_t updates_ = 0;
  bool swapped_in_ = false;
};

struct EmaOptions {
  double decay = 0.999;
};

// Exponential moving average: average ← decay · average + (1 − decay) · value.
class Ema final : public ParameterAverage {
 public:
  // Throws ValueError also for a decay outside [0, 1).
  explicit Ema(std::vector<Parameter*> parameters, const EmaOptions& options = {});

 private:
  double share(std::int64_t update) const override;
  EmaOptions options_;
};

// Stochastic weight averaging (Izmailov et al., "Averaging weights leads to wider optima and better generalization",
// UAI 2018): the mean of the values at all updates.
class Swa final : public ParameterAverage {
 public:
  explicit Swa(std::vector<Parameter*> parameters);

 private:
  double share(std::int64_t update) const override;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
