#pragma once
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/parameter.h>
#include <cotape/nn/optim/flat.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the parameters of a group do otherwise than the rest.
struct GroupOptions {
  double lr_factor = 1;                     // their learning rate is the optimiser's times this
  std::optional<double> weight_decay = {};  // theirs, in place of the optimiser's
};

// Changes parameters by their gradients. An optimiser author derives from it and gives the update of a piece of one
// parameter; pieces, threads, counters and checkpoints are common.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update of every parameter that has a gradient and is not frozen, in one pass over memory; the others and their
  // state stay as they are. Allocates nothing. Throws ShapeError, before anything is changed, when a parameter no
  // longer has its shape.
  void step();
  // Forgets the gradients; the next backward pass starts them anew.
  void clear_gradients();

  double learning_rate() const { return learning_rate_; }
  // Throws ValueError unless it is finite and ≥ 0.
  void set_learning_rate(double rate);
  std::span<Parameter* const> parameters() const { return parameters_; }

  // Gives parameters options of their own and returns how many they are; a parameter that is named again has the last
  // ones alone. Throws ValueError for a number that is negative or not finite, a decay in an optimiser that has none,
  // or a group of no parameters:
  //   adam.set_group("*.bias", {.weight_decay = 0});                         // by name; * stands for any text
  //   adam.set_group(net.encoder.parameters(), {.lr_factor = 0.1});          // a module's
  //   adam.set_group([](const Parameter& p) { return p.value().shape().rank() < 2; }, {.weight_decay = 0});
  std::size_t set_group(std::string_view pattern, const GroupOptions& options);
  std::size_t set_group(std::span<Parameter* const> parameters, const GroupOptions& options);
  std::size_t set_group(const std::function<bool(const Parameter&)>& in_group, const GroupOptions& options);

  // Everything that a resumed run needs besides the parameters: PREFIX + "adam.m.encoder.weight" and the like, and the
  // number of updates of each parameter. The learning rate is the schedule's matter and not stored; nor are groups.
  void save(Checkpoint& checkpoint, const std::string& prefix = "optimizer.") const;
  // Throws FileError, before anything is changed, for state that is missing, left over or of another shape.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "optimizer.");

 protected:
  // Part of a parameter with the part of its state.
  struct Piece {
    real* value = nullptr;
    const real* gradient = nullptr;
    std::int64_t size = 0;
    std::int64_t updates = 0;        // of this parameter, this one included
    std::span<Tensor> buffers = {};  // of the whole parameter
    std::int64_t begin = 0;          // where the piece begins in the parameter
    double learning_rate = 0;        // of its group
    double weight_decay = 0;         // of its group

    // The piece of a buffer, in the order in which they were named. Throws ValueError when there is no such buffer.
    real* buffer(std::size_t i) const;
  };

  // `buffers` names the state of each parameter: any number of tensors of its shape, which start as 0. Throws
  // ValueError for no parameters, a null, repeated or unnamed one, two of one name, or two buffers of one name
  // ("updates" is taken). An optimiser that decays no weights gives no decay.
  Optimizer(std::string name, std::vector<std::string> buffers, std::vector<Parameter*> parameters, double rate,
            std::optional<double> weight_decay = {});
  // Throws ValueError, naming the optimiser and the option, unless 0 ≤ value < limit.
  void check_option(const char* option, double value, double limit = std::numeric_limits<double>::infinity()) const;
  // x, or 0 where x is tiny: what only ever fades would end among the denormal numbers, with which a processor is many
  // times slower.
  static real flushed(real x) { return std::abs(x) < 256 * std::numeric_limits<real>::min() ? 0 : x; }

 private:
  struct State {
    Shape shape;
    std::vector<Tensor> buffers;
    std::int64_t updates = 0;
    GroupOptions group;
    real* value = nullptr;  // for the running step
    const real* gradient = nullptr;
  };

  // Updates one piece; called from several threads at once.
  virtual void update(const Piece& piece) const = 0;
  // Whether rows that no gradient has reached (Parameter::gradient_rows) stay as they are, with their state.
  virtual bool leaves_rows() const { return false; }
  std::size_t select(const std::function<bool(const Parameter&)>& in_group, const GroupOptions& options);
  TensorShapes shapes() const;
  std::string key(std::size_t buffer, std::size_t parameter) const;

  std::string name_;
  std::vector<std::string> buffers_;
  std::vector<Parameter*> parameters_;
  std::vector<State> states_;
  FlatRange range_;
  double learning_rate_;
  std::optional<double> weight_decay_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
