#pragma once
#include <deque>
#include <optional>
#include <span>

#include <cotape/engine/ops/recurrent.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct RecurrentOptions {
  std::int64_t layers = 1;     // each reads the outputs of the one before
  bool bidirectional = false;  // each layer also reads in reverse; outputs of both lie beside each other
};

// What recurrent layers have in common. They read x [batch, time, features] and give h of the last layer at every step,
// [batch, time, directions · hidden]. Parameters have PyTorch's names, shapes and order of gates, so that its weights
// can be used as they are: for each layer l "weight_ih_lL" [gates · hidden, features], "weight_hh_lL" [gates · hidden,
// hidden], "bias_ih_lL" and "bias_hh_lL" [gates · hidden]; those that read in reverse end in "_reverse". At first all
// are uniform in (−1/√hidden, 1/√hidden).
//
// A state of all layers is [layers · directions, batch, hidden]: layer 0, layer 0 in reverse, layer 1, …
class RecurrentLayer : public Layer {
 protected:
  struct Cell {
    const char* name;
    std::int64_t gates, states;
  };
  // Throws ValueError for sizes < 1.
  RecurrentLayer(const Cell& cell, std::int64_t features, std::int64_t hidden, const RecurrentOptions& options,
                 Rng& rng);

  struct Read {
    Var outputs;
    std::vector<Var> states;
  };
  // Runs all layers. `first` has the states of all layers, or is empty: they are 0 then.
  Read read(Var x, std::span<const std::int64_t> lengths, const std::vector<Var>& first);

 private:
  // One layer in one direction, states [batch, hidden].
  virtual Read read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                          const RecurrentSettings& settings) = 0;
  Var forward(Var x) final { return read(x, {}, {}).outputs; }

  struct Weights {
    Parameter input, hidden, input_bias, hidden_bias;
  };
  Cell cell_;
  std::int64_t hidden_, directions_;
  std::deque<Weights> weights_;  // in the order of a state
};

struct SequenceOptions {
  // How many steps each example has, [batch]; empty: all. Behind them outputs are 0 and the state stays as it is.
  std::span<const std::int64_t> lengths = {};
  std::optional<Var> state = {};  // at first [layers · directions, batch, hidden]; none: 0
};

// h' = tanh(W x + b + U h + d). See rnn (engine/ops/recurrent.h).
class Rnn final : public RecurrentLayer {
 public:
  // Throws ValueError for sizes < 1.
  Rnn(std::int64_t features, std::int64_t hidden, const RecurrentOptions& options, Rng& rng)
      : RecurrentLayer({"rnn", 1, 1}, features, hidden, options, rng) {}

  using Layer::operator();
  // The outputs, and the state of all layers behind the last step. Throws what the op `rnn` throws.
  RecurrentResult operator()(Var x, const SequenceOptions& options);

 private:
  Read read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                  const RecurrentSettings& settings) override;
};

// Gated recurrent units, gates r, z, n. See gru (engine/ops/recurrent.h).
class Gru final : public RecurrentLayer {
 public:
  // Throws ValueError for sizes < 1.
  Gru(std::int64_t features, std::int64_t hidden, const RecurrentOptions& options, Rng& rng)
      : RecurrentLayer({"gru", 3, 1}, features, hidden, options, rng) {}

  using Layer::operator();
  // The outputs, and the state of all layers behind the last step. Throws what the op `gru` throws.
  RecurrentResult operator()(Var x, const SequenceOptions& options);

 private:
  Read read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                  const RecurrentSettings& settings) override;
};

struct LstmOptions {
  std::span<const std::int64_t> lengths = {};  // as SequenceOptions
  std::optional<LstmState> state = {};         // at first; both parts [layers · directions, batch, hidden]; none: 0
};

// Long short-term memory, gates i, f, g, o. See lstm (engine/ops/recurrent.h).
class Lstm final : public RecurrentLayer {
 public:
  // Throws ValueError for sizes < 1.
  Lstm(std::int64_t features, std::int64_t hidden, const RecurrentOptions& options, Rng& rng)
      : RecurrentLayer({"lstm", 4, 2}, features, hidden, options, rng) {}

  using Layer::operator();
  // The outputs, and the state of all layers behind the last step. Throws what the op `lstm` throws.
  LstmResult operator()(Var x, const LstmOptions& options);

 private:
  Read read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                  const RecurrentSettings& settings) override;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
