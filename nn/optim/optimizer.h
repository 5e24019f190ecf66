#pragma once
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

  // Everything that a resumed run needs besides the parameters: PREFIX + "adam.m.encoder.weight" and the like, and the
  // number of updates of each parameter. The learning rate is the schedule's matter and not stored.
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

    // The piece of a buffer, in the order in which they were named. Throws ValueError when there is no such buffer.
    real* buffer(std::size_t i) const;
  };

  // `buffers` names the state of each parameter: any number of tensors of its shape, which start as 0. Throws
  // ValueError for no parameters, a null, repeated or unnamed one, two of one name, or two buffers of one name
  // ("updates" is taken).
  Optimizer(std::string name, std::vector<std::string> buffers, std::vector<Parameter*> parameters, double rate);
  // Throws ValueError, naming the optimiser and the option, unless 0 ≤ value < limit.
  void check_option(const char* option, double value, double limit = std::numeric_limits<double>::infinity()) const;

 private:
  struct State {
    Shape shape;
    std::vector<Tensor> buffers;
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
