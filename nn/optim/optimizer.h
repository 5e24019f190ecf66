#pragma once
#include <array>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/parameter.h>
#include <cotape/nn/optim/flat.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Changes parameters by their gradients. An optimiser author derives from it and gives the update of a piece of one
// parameter; pieces, threads, counters and checkpoints are common.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update of every parameter that has a gradient, in one pass over memory; the others stay as they are. Allocates
  // nothing. Throws ShapeError, before anything is changed, when a parameter no longer has its shape.
  void step();
  // Forgets the gradients; the next backward pass starts them anew.
  void clear_gradients();

  double learning_rate() const { return learning_rate_; }
  // Throws ValueError unless it is finite and ≥ 0.
  void set_learning_rate(double rate);
  std::span<Parameter* const> parameters() const { return parameters_; }

  // Everything that a resumed run needs besides the parameters: PREFIX + "adam.m.encoder.weight" and the like, and the
  // number of updates of each parameter. The learning rate is the schedule's matter and not stored.
  void save(Checkpoint& checkpoint, const std::string& prefix = "optimizer.") const;
  // Throws FileError, before anything is changed, for state that is missing, left over or of another shape.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "optimizer.");

 protected:
  // Part of a parameter with the part of its state, as many buffers as were named.
  struct Piece {
    real* value;
    const real* gradient;
    std::array<real*, 2> buffers;
    std::int64_t size;
    std::int64_t updates;  // of this parameter, this one included
  };

  // The buffers start as 0. Throws ValueError for no parameters, a null, repeated or unnamed one, or two of one name.
  Optimizer(std::string name, std::vector<std::string> buffers, std::vector<Parameter*> parameters, double rate);
  // Throws ValueError, naming the optimiser and the option, unless 0 ≤ value < limit.
  void check_option(const char* option, double value, double limit = std::numeric_limits<double>::infinity()) const;

 private:
  struct State {
    Shape shape;
    std::array<Tensor, 2> buffers;
    std::int64_t updates = 0;
    real* value = nullptr;  // for the running step
    const real* gradient = nullptr;
  };

  // Updates one piece; called from several threads at once.
  virtual void update(const Piece& piece) const = 0;
  TensorShapes shapes() const;
  std::string key(std::size_t buffer, std::size_t parameter) const;

  std::string name_;
  std::vector<std::string> buffers_;
  std::vector<Parameter*> parameters_;
  std::vector<State> states_;
  FlatRange range_;
  double learning_rate_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
