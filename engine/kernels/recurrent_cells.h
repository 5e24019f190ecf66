#pragma once
#include <cotape/engine/base/math.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One step of a recurrent layer for one example, without its matrix products. n is the number of hidden units; an array
// of several numbers per unit has the first of all units, then the second of all, and so on.
//   gates   numbers per unit that each matrix product gives: from the input (input part) and from the state before it
//           (hidden part)
//   states  numbers per unit that go from step to step; the first, h, is what the products and the outputs see
//   kept    numbers per unit that the backward pass reads; at first they hold the input part
// forward(n, kept, hidden, state) replaces the state by the next one.
// backward(n, kept, before, d_state, d_input, d_hidden), where `before` is the state before the step, replaces the
// gradient of the state after the step by that of the one before, without what goes through the hidden part, and sets
// the gradients of both parts. Where they are always equal, `parts_differ` is false and it sets d_hidden alone.

// h' = tanh(a), where a is the sum of both parts (Elman, "Finding structure in time", Cognitive Science 14, 1990).
struct TanhCell {
  static constexpr std::int64_t gates = 1, states = 1, kept = 1;
  static constexpr bool parts_differ = false;

  static void forward(std::int64_t n, real* __restrict__ kept_h, const real* __restrict__ hidden,
                      real* __restrict__ state) {
    for (std::int64_t j = 0; j < n; ++j) state[j] = kept_h[j] = vtanh(kept_h[j] + hidden[j]);
  }
  static void backward(std::int64_t n, const real* __restrict__ kept_h, const real*, real* __restrict__ d_state, real*,
                       real* __restrict__ d_hidden) {
    for (std::int64_t j = 0; j < n; ++j) {
      d_hidden[j] = d_state[j] * (1 - kept_h[j] * kept_h[j]);
      d_state[j] = 0;
    }
  }
};

// Gates i, f, g, o = σ, σ, tanh, σ of the sum of both parts; c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c') (Hochreiter and
// Schmidhuber, "Long short-term memory", Neural Computation 9, 1997, with the forget gate of Gers et al. 2000).
struct LstmCell {
  static constexpr std::int64_t gates = 4, states = 2, kept = 4;
  static constexpr bool parts_differ = false;

  static void forward(std::int64_t n, real* __restrict__ kept_gates, const real* __restrict__ hidden,
                      real* __restrict__ state) {
    for (std::int64_t j = 0; j < n; ++j) {
      const real i = vsigmoid(kept_gates[j] + hidden[j]);
      const real f = vsigmoid(kept_gates[n + j] + hidden[n + j]);
      const real g = vtanh(kept_gates[2 * n + j] + hidden[2 * n + j]);
      const real o = vsigmoid(kept_gates[3 * n + j] + hidden[3 * n + j]);
      const real c = f * state[n + j] + i * g;
      kept_gates[j] = i;
      kept_gates[n + j] = f;
      kept_gates[2 * n + j] = g;
      kept_gates[3 * n + j] = o;
      state[n + j] = c;
      state[j] = o * vtanh(c);
    }
  }
  static void backward(std::int64_t n, const real* __restrict__ kept_gates, const real* __restrict__ before,
                       real* __restrict__ d_state, real*, real* __restrict__ d_hidden) {
    for (std::int64_t j = 0; j < n; ++j) {
      const real i = kept_gates[j], f = kept_gates[n + j], g = kept_gates[2 * n + j], o = kept_gates[3 * n + j];
      const real tanh_c = vtanh(f * before[n + j] + i * g);
      const real dh = d_state[j], dc = d_state[n + j] + dh * o * (1 - tanh_c * tanh_c);
      d_hidden[j] = dc * g * i * (1 - i);
      d_hidden[n + j] = dc * before[n + j] * f * (1 - f);
      d_hidden[2 * n + j] = dc * i * (1 - g * g);
      d_hidden[3 * n + j] = dh * tanh_c * o * (1 - o);
      d_state[j] = 0;
      d_state[n + j] = dc * f;
    }
  }
};

// r, z = σ of the sum of both parts; n = tanh(input part + r ⊙ hidden part); h' = (1 − z) ⊙ n + z ⊙ h: the reset gate r
// acts behind the matrix product, which therefore has a bias of its own, as in PyTorch and cuDNN (Cho et al., "Learning
// phrase representations using RNN encoder–decoder", EMNLP 2014, has r in front of the product).
struct GruCell {
  static constexpr std::int64_t gates = 3, states = 1, kept = 4;
  static constexpr bool parts_differ = true;

  static void forward(std::int64_t n, real* __restrict__ kept_gates, const real* __restrict__ hidden,
                      real* __restrict__ state) {
    for (std::int64_t j = 0; j < n; ++j) {
      const real r = vsigmoid(kept_gates[j] + hidden[j]);
      const real z = vsigmoid(kept_gates[n + j] + hidden[n + j]);
      const real fresh = vtanh(kept_gates[2 * n + j] + r * hidden[2 * n + j]);
      kept_gates[j] = r;
      kept_gates[n + j] = z;
      kept_gates[2 * n + j] = fresh;
      kept_gates[3 * n + j] = hidden[2 * n + j];
      state[j] = (1 - z) * fresh + z * state[j];
    }
  }
  static void backward(std::int64_t n, const real* __restrict__ kept_gates, const real* __restrict__ before,
                       real* __restrict__ d_state, real* __restrict__ d_input, real* __restrict__ d_hidden) {
    for (std::int64_t j = 0; j < n; ++j) {
      const real r = kept_gates[j], z = kept_gates[n + j], fresh = kept_gates[2 * n + j];
      const real d_fresh = d_state[j] * (1 - z) * (1 - fresh * fresh);
      d_input[j] = d_hidden[j] = d_fresh * kept_gates[3 * n + j] * r * (1 - r);
      d_input[n + j] = d_hidden[n + j] = d_state[j] * (before[j] - fresh) * z * (1 - z);
      d_input[2 * n + j] = d_fresh;
      d_hidden[2 * n + j] = d_fresh * r;
      d_state[j] *= z;
    }
  }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
