#include <cotape/engine/base/error.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/kernels/recurrent_cells.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/recurrent.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The inputs of the op, and what it keeps for its VJPs, in this order.
enum Input : std::size_t { x_input, weight_ih, weight_hh, bias_ih, bias_hh, first_state };
enum Saved : std::size_t { kept_gates, states_before, d_input_part, d_first_states, d_hidden_part };

// Sizes, and when which example has a step. Rows of tensors that go over steps are numbered example by example.
struct Sequences {
  std::int64_t batch, time, features, hidden;
  bool reverse;
  std::vector<std::int64_t> lengths;  // empty: all have all steps

  std::int64_t steps() const { return batch * time; }
  std::int64_t at(std::int64_t step) const { return reverse ? time - 1 - step : step; }
  bool has(std::int64_t example, std::int64_t t) const {
    return lengths.empty() || t < lengths[static_cast<std::size_t>(example)];
  }
  // Examples that one thread takes through all steps: so many that they share the weights while those are in the cache,
  // but half of a small batch. Each example's numbers are the same whichever share its block.
  std::int64_t block() const { return std::clamp<std::int64_t>((batch + 1) / 2, 4, 16); }
};

template <class Cell>
Sequences sequences_of(const Forward& f, const RecurrentSettings& settings) {
  const Shape &x = f.in(x_input).shape(), &input = f.in(weight_ih).shape(), &hidden = f.in(weight_hh).shape();
  if (x.rank() != 3) fail<ShapeError>("x ", x, " is not [batch, time, features]");
  if (hidden.rank() != 2 || hidden[0] != Cell::gates * hidden[1])
    fail<ShapeError>("the weight of the state ", hidden, " is not [", Cell::gates, " · hidden, hidden]");
  const Sequences s{x[0], x[1], x[2], hidden[1], settings.reverse, {settings.lengths.begin(), settings.lengths.end()}};
  const auto expect = [&](const char* what, const Shape& shape, const Shape& wanted) {
    if (shape != wanted)
      fail<ShapeError>(what, " ", shape, " for x ", x, " and ", s.hidden, " hidden units: it must be ", wanted);
  };
  expect("the weight of the input", input, {Cell::gates * s.hidden, s.features});
  expect("the bias of the input", f.in(bias_ih).shape(), {Cell::gates * s.hidden});
  expect("the bias of the state", f.in(bias_hh).shape(), {Cell::gates * s.hidden});
  for (std::size_t i = first_state; i < f.inputs(); ++i)
    expect("the first state", f.in(i).shape(), {s.batch, s.hidden});
  if (!s.lengths.empty() && std::ssize(s.lengths) != s.batch)
    fail<ShapeError>(s.lengths.size(), " lengths for x ", x, ": there must be one for each example");
  for (const std::int64_t length : s.lengths)
    if (length < 0 || length > s.time)
      fail<ValueError>("length ", length, " of a sequence is not in [0, ", s.time, "]");
  return s;
}

// The value is [batch, time + states, hidden]: the outputs and behind them the last state.
template <class Cell>
void forward(Forward& f, const Sequences& s) {
  const std::int64_t n = s.hidden, gates = Cell::gates * n, states = Cell::states * n, kept = Cell::kept * n;
  f.multiply_adds(s.steps() * gates * (s.features + n));
  Tensor& y = f.out({s.batch, s.time + Cell::states, n});
  // The input's part of all gates at all steps is one product.
  Tensor forgotten[2];  // without gradients
  const auto keep = [&](Tensor& instead, const Shape& shape) -> Tensor& {
    return f.needs_gradient() ? f.save(shape) : instead = f.scratch(shape);
  };
  Tensor& gate_rows = keep(forgotten[0], {s.batch, s.time, kept});
  Tensor& before_rows = keep(forgotten[1], {f.needs_gradient() ? s.batch : 0, s.time, states});
  PackedMatrix(s.features, gates, {f.in(weight_ih).data(), s.features, true}, f.memory())
      .multiply_in_parallel(s.steps(), f.in(x_input).data(), s.features, f.in(bias_ih).data(), gate_rows.data(), kept);

  const PackedMatrix weight(n, gates, {f.in(weight_hh).data(), n, true}, f.memory());
  Workspaces workspaces(s.block() * (states + gates), f.memory());
  parallel_for_workers(s.batch, s.block(), [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* state = workspaces.of(worker);
    real* hidden_part = state + s.block() * states;
    for (std::int64_t b = begin; b < end; ++b)
      for (std::int64_t i = 0; i < Cell::states; ++i)
        std::copy_n(f.in(first_state + static_cast<std::size_t>(i)).data() + b * n, n,
                    state + (b - begin) * states + i * n);
    for (std::int64_t step = 0; step < s.time; ++step) {
      const std::int64_t t = s.at(step);
      weight.multiply(end - begin, state, states, f.in(bias_hh).data(), hidden_part, gates);
      for (std::int64_t b = begin; b < end; ++b) {
        real* own = state + (b - begin) * states;
        real* out = y.data() + (b * (s.time + Cell::states) + t) * n;
        real* before = f.needs_gradient() ? before_rows.data() + (b * s.time + t) * states : nullptr;
        if (!s.has(b, t)) {
          std::fill_n(out, n, real(0));
          if (before) std::fill_n(before, states, real(0));  // gradients are products with it, of 0
          continue;
        }
        if (before) std::copy_n(own, states, before);
        Cell::forward(n, gate_rows.data() + (b * s.time + t) * kept, hidden_part + (b - begin) * gates, own);
        std::copy_n(own, n, out);
      }
    }
    for (std::int64_t b = begin; b < end; ++b)
      std::copy_n(state + (b - begin) * states, states, y.data() + (b * (s.time + Cell::states) + s.time) * n);
  });
  if (!f.needs_gradient()) return;
  f.save({s.batch, s.time, gates});
  f.save({s.batch, states});
  if (Cell::parts_differ) f.save({s.batch, s.time, gates});
}

// The backward pass through time: the gradients of both parts at all steps, and of the first state.
template <class Cell>
void backward_through_time(Vjp& v, const Sequences& s) {
  const std::int64_t n = s.hidden, gates = Cell::gates * n, states = Cell::states * n, kept = Cell::kept * n;
  const PackedMatrix weight(gates, n, {v.input(weight_hh).data(), n}, v.memory());
  Workspaces workspaces(s.block() * (states + gates + n), v.memory());
  Tensor& d_input = v.shared(d_input_part);
  Tensor& d_first = v.shared(d_first_states);
  parallel_for_workers(s.batch, s.block(), [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* d_state = workspaces.of(worker);
    real* d_hidden = d_state + s.block() * states;
    real* through_product = d_hidden + s.block() * gates;
    for (std::int64_t b = begin; b < end; ++b)
      std::copy_n(v.dy.data() + (b * (s.time + Cell::states) + s.time) * n, states, d_state + (b - begin) * states);
    for (std::int64_t step = s.time; step-- > 0;) {
      const std::int64_t t = s.at(step);
      for (std::int64_t b = begin; b < end; ++b) {
        const std::int64_t row = b * s.time + t;
        real* d_own = d_state + (b - begin) * states;
        real* d_part = d_hidden + (b - begin) * gates;
        if (s.has(b, t)) {
          const real* dy = v.dy.data() + (b * (s.time + Cell::states) + t) * n;
          for (std::int64_t j = 0; j < n; ++j) d_own[j] += dy[j];
          Cell::backward(n, v.saved(kept_gates).data() + row * kept, v.saved(states_before).data() + row * states,
                         d_own, d_input.data() + row * gates, d_part);
        } else {
          std::fill_n(d_part, gates, real(0));
          if (Cell::parts_differ) std::fill_n(d_input.data() + row * gates, gates, real(0));
        }
        std::copy_n(d_part, gates, (Cell::parts_differ ? v.shared(d_hidden_part) : d_input).data() + row * gates);
      }
      weight.multiply(end - begin, d_hidden, gates, nullptr, through_product, n);
      for (std::int64_t b = 0; b < end - begin; ++b)
        for (std::int64_t j = 0; j < n; ++j) d_state[b * states + j] += through_product[b * n + j];
    }
    std::copy_n(d_state, (end - begin) * states, d_first.data() + begin * states);
  });
}

template <class Cell>
void products(Vjp& v, const Sequences& s) {
  const std::int64_t n = s.hidden, gates = Cell::gates * n, states = Cell::states * n;
  const Tensor &d_input = v.saved(d_input_part), &d_hidden = Cell::parts_differ ? v.saved(d_hidden_part) : d_input;
  switch (v.index) {
    case x_input:
      return PackedMatrix(gates, s.features, {v.input(weight_ih).data(), s.features}, v.memory())
          .multiply_in_parallel(s.steps(), d_input.data(), gates, nullptr, v.dx.data(), s.features);
    case weight_ih:
      return gemm(gates, s.features, s.steps(), {d_input.data(), gates, true}, {v.input(x_input).data(), s.features},
                  v.dx.data(), s.features);
    case weight_hh:
      return gemm(gates, n, s.steps(), {d_hidden.data(), gates, true}, {v.saved(states_before).data(), states},
                  v.dx.data(), n);
    case bias_ih:
      return sum_middle(v.dx.data(), d_input.data(), {1, s.steps(), gates});
    case bias_hh:
      return sum_middle(v.dx.data(), d_hidden.data(), {1, s.steps(), gates});
    default: {
      const auto offset = static_cast<std::int64_t>(v.index - first_state) * n;
      for (std::int64_t b = 0; b < s.batch; ++b)
        std::copy_n(v.saved(d_first_states).data() + b * states + offset, n, v.dx.data() + b * n);
    }
  }
}

struct Recorded {
  Var node;
  std::int64_t time;

  Var outputs() const { return slice(node, 1, 0, time); }
  Var state(std::int64_t i) const {
    return reshape(slice(node, 1, time + i, time + i + 1), {node.shape()[0], node.shape()[2]});
  }
};

template <class Cell>
Recorded record_cell(const char* name, Var x, std::span<const Var> states, const RecurrentWeights& weights,
                     const RecurrentSettings& settings) {
  std::vector<Var> inputs = {x, weights.input, weights.hidden, weights.input_bias, weights.hidden_bias};
  inputs.insert(inputs.end(), states.begin(), states.end());
  const auto s = std::make_shared<Sequences>();
  const Var node = record_node(
      {name, "back through time: dx = da · W, dW = Σₜ daᵀ x, dU = Σₜ daᵀ h"}, inputs,
      [&](Forward& f) {
        *s = sequences_of<Cell>(f, settings);
        forward<Cell>(f, *s);
      },
      [s](Vjp& v) { products<Cell>(v, *s); }, [s](Vjp& v) { backward_through_time<Cell>(v, *s); });
  return {node, s->time};
}

}  // namespace

RecurrentResult rnn(Var x, Var hidden, const RecurrentWeights& weights, const RecurrentSettings& settings) {
  const Recorded r = record_cell<TanhCell>("rnn", x, {{hidden}}, weights, settings);
  return {r.outputs(), r.state(0)};
}

RecurrentResult gru(Var x, Var hidden, const RecurrentWeights& weights, const RecurrentSettings& settings) {
  const Recorded r = record_cell<GruCell>("gru", x, {{hidden}}, weights, settings);
  return {r.outputs(), r.state(0)};
}

LstmResult lstm(Var x, const LstmState& state, const RecurrentWeights& weights, const RecurrentSettings& settings) {
  const Recorded r = record_cell<LstmCell>("lstm", x, {{state.hidden, state.cell}}, weights, settings);
  return {r.outputs(), {r.state(0), r.state(1)}};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
