#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/engine/ops.h>

namespace cotape::bench::tapes {
namespace {

std::vector<Shape> lstm_shapes(const Lstm& problem) {
  return std::vector<Shape>(problem.layers * Lstm::places + 3, Shape{static_cast<std::int64_t>(problem.width)});
}

// Rows [width] of numbers that lie one after the other, each of the shape that is given.
std::vector<Tensor> rows(const Lstm& problem, const std::vector<double>& numbers, const Shape& shape) {
  std::vector<Tensor> list;
  for (std::size_t i = 0; i < numbers.size(); i += problem.width)
    list.emplace_back(shape, std::span(numbers).subspan(i, problem.width));
  return list;
}

// The letters but for the last, and but for the first: [length − 1, width].
Tensor letters_from(const Lstm& problem, std::size_t first) {
  const auto width = static_cast<std::int64_t>(problem.width), length = static_cast<std::int64_t>(problem.length);
  return Tensor(Shape{length - 1, width},
                std::span(problem.letters).subspan(first * problem.width, (problem.length - 1) * problem.width));
}

// The loss of the last layer's outputs [length − 1, width].
Var loss_of(Var h, Var v, Var a, Var next) {
  const Var y = h * v + a;
  const Var normaliser = log(sum(exp(y), 1, true) + 2);
  return sum(next * (y - normaliser)) / static_cast<real>(-y.shape().size());
}

}  // namespace

LstmObjective::LstmObjective(const Lstm& problem) : problem_(problem), next_(letters_from(problem, 1)) {
  const Shape row{static_cast<std::int64_t>(problem.width)};
  letters_ = rows(problem, problem.letters, row);
  hidden_ = rows(problem, problem.hidden, row);
}

std::vector<Shape> LstmObjective::shapes() const { return lstm_shapes(problem_); }

Var LstmObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  const Var* last = parameters.data() + problem_.layers * Lstm::places;
  std::vector<Var> state, outputs;
  for (const Tensor& row : hidden_) state.push_back(tape.view(row));
  for (std::size_t t = 0; t + 1 < problem_.length; ++t) {
    Var x = tape.view(letters_[t]) * last[0];
    for (std::size_t layer = 0; layer < problem_.layers; ++layer) {
      const Var* w = parameters.data() + layer * Lstm::places;
      Var &h = state[2 * layer], &c = state[2 * layer + 1];
      const Var f = sigmoid(x * w[Lstm::forget] + w[Lstm::forget_bias]);
      const Var i = sigmoid(h * w[Lstm::in] + w[Lstm::in_bias]);
      const Var o = sigmoid(x * w[Lstm::out] + w[Lstm::out_bias]);
      const Var g = tanh(h * w[Lstm::change] + w[Lstm::change_bias]);
      c = f * c + i * g;
      h = o * tanh(c);
      x = h;
    }
    outputs.push_back(x);
  }
  return loss_of(stack(outputs, 0), last[1], last[2], tape.view(next_));
}

WholeLstmObjective::WholeLstmObjective(const Lstm& problem)
    : problem_(problem), letters_(letters_from(problem, 0)), next_(letters_from(problem, 1)) {
  const auto width = static_cast<std::int64_t>(problem.width);
  hidden_ = rows(problem, problem.hidden, Shape{1, width});
  zeros_ = Tensor(Shape{width, width});
  no_bias_ = Tensor(Shape{4 * width});
}

std::vector<Shape> WholeLstmObjective::shapes() const { return lstm_shapes(problem_); }

Var WholeLstmObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  const Var* last = parameters.data() + problem_.layers * Lstm::places;
  const std::int64_t steps = letters_.shape()[0], width = letters_.shape()[1];
  const Var zeros = tape.view(zeros_), no_bias = tape.view(no_bias_);
  Var x = reshape(tape.view(letters_) * last[0], {1, steps, width});
  for (std::size_t layer = 0; layer < problem_.layers; ++layer) {
    const Var* w = parameters.data() + layer * Lstm::places;
    const RecurrentWeights weights{
        .input = concat({zeros, diag(w[Lstm::forget]), zeros, diag(w[Lstm::out])}, 0),
        .hidden = concat({diag(w[Lstm::in]), zeros, diag(w[Lstm::change]), zeros}, 0),
        .input_bias = concat({w[Lstm::in_bias], w[Lstm::forget_bias], w[Lstm::change_bias], w[Lstm::out_bias]}, 0),
        .hidden_bias = no_bias};
    x = lstm(x, {tape.view(hidden_[2 * layer]), tape.view(hidden_[2 * layer + 1])}, weights).outputs;
  }
  return loss_of(reshape(x, {steps, width}), last[1], last[2], tape.view(next_));
}

}  // namespace cotape::bench::tapes
