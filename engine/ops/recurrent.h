#pragma once
#include <span>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Recurrent layers: each op reads whole sequences x [batch, time, features] in one direction, as one node of the tape
// with a backward pass through time of its own. Sizes, shapes and the order of gates are PyTorch's, so that its weights
// can be used as they are.

// The weights of one layer in one direction, each the gates one below the other: i, f, g, o of an LSTM; r, z, n of a
// GRU; one alone of an RNN.
struct RecurrentWeights {
  Var input = {};        // weight_ih [gates · hidden, features]
  Var hidden = {};       // weight_hh [gates · hidden, hidden]
  Var input_bias = {};   // bias_ih [gates · hidden]
  Var hidden_bias = {};  // bias_hh [gates · hidden]
};

struct RecurrentSettings {
  bool reverse = false;  // from the last step to the first
  // How many steps each example has, [batch]; empty: all of them. At the steps behind them outputs are 0 and the state
  // stays as it is, and gradients are 0. What x holds there does not matter as long as it is finite.
  std::span<const std::int64_t> lengths = {};
};

struct RecurrentResult {
  Var outputs = {};  // h of every step, [batch, time, hidden]
  Var hidden = {};   // h of the last step that each example has (the first one in reverse), [batch, hidden]
};

struct LstmState {
  Var hidden = {};  // h [batch, hidden]
  Var cell = {};    // c [batch, hidden]
};

struct LstmResult {
  Var outputs = {};      // h of every step, [batch, time, hidden]
  LstmState state = {};  // behind the last step that each example has (the first one in reverse)
};

// All three begin with the given state and throw ShapeError when shapes do not fit one another, ValueError for a length
// that is not in [0, time].

// h' = tanh(W x + b + U h + d), Elman 1990.
RecurrentResult rnn(Var x, Var hidden, const RecurrentWeights& weights, const RecurrentSettings& settings = {});

// r, z = σ(W x + b + U h + d), n = tanh(Wₙ x + bₙ + r ⊙ (Uₙ h + dₙ)), h' = (1 − z) ⊙ n + z ⊙ h: Cho et al. 2014 with
// the reset gate r behind the product with U, as PyTorch and cuDNN have it.
RecurrentResult gru(Var x, Var hidden, const RecurrentWeights& weights, const RecurrentSettings& settings = {});

// i, f, o = σ(W x + b + U h + d), g = tanh(the same), c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c'): Hochreiter and Schmidhuber
// 1997 with the forget gate of Gers et al. 2000.
LstmResult lstm(Var x, const LstmState& state, const RecurrentWeights& weights, const RecurrentSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
