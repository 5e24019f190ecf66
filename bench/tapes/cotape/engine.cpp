#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/bench/tapes/tensor_engines.h>
#include <cotape/engine/base/parallel.h>

#include <algorithm>
#include <type_traits>

namespace cotape::bench::tapes {
namespace {

// An objective in ops: its parameters' shapes, and what is recorded for them.
template <class Objective>
class CotapeEngine final : public Engine {
 public:
  explicit CotapeEngine(Objective objective) : objective_(std::move(objective)) {
    for (const Shape& shape : objective_.shapes()) parameters_.emplace_back(shape);
  }
  double gradient(const double* parameters, double* gradient) override {
    tape_.clear();
    variables_.clear();
    for (Tensor& parameter : parameters_) {
      std::copy_n(parameters, parameter.size(), parameter.data());
      parameters += parameter.size();
      variables_.push_back(tape_.variable(parameter));
    }
    const Var value = objective_(tape_, variables_);
    tape_.backward(value);
    for (const Var& variable : variables_) {
      const Tensor& part = variable.gradient();
      gradient = std::copy_n(part.data(), part.size(), gradient);
    }
    return value.value().item();
  }
  double tape_bytes() const override { return static_cast<double>(tape_.peak_bytes()); }

 private:
  ThreadLimit one_thread_{1};
  Objective objective_;
  Tape tape_;
  std::vector<Tensor> parameters_;
  std::vector<Var> variables_;
};

}  // namespace

EngineKinds cotape_engines() {
  return tensor_engines<CotapeEngine>(
      "cotape", [](const auto& problem) { return objective_of(problem); }, "cotape, op lstm",
      [](const Lstm& problem) { return WholeLstmObjective(problem); });
}

}  // namespace cotape::bench::tapes
