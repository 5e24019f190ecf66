#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/net_step.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/sequence/recurrent.h>

namespace cotape::bench {
namespace {

// Two layers of 128 units read a sequence; a linear layer tells its class from the last output.
struct LstmNet : Module {
  explicit LstmNet(Rng& rng)
      : lstm(sequence_features, 128, {.layers = 2}, rng), classifier(128, sequence_classes, {}, rng) {
    add("lstm", lstm);
    add("classifier", classifier);
  }
  Var operator()(Var x) {
    const std::int64_t time = x.shape()[1];
    return classifier(reshape(slice(lstm(x), 1, time - 1, time), {x.shape()[0], 128}));
  }

  Lstm lstm;
  Linear classifier;
};

struct LstmModel {
  explicit LstmModel(const StepInfo& step) : batch(sequence_batch(step)) {}
  Step::Values forward(Tape& tape) {
    const Var logits = net(tape.view(batch.sequences));
    return {logits, cross_entropy(logits, batch.labels)};
  }

  SequenceBatch batch;
  Rng rng{1};
  LstmNet net{rng};
};

}  // namespace

std::unique_ptr<Step> make_lstm_step(const StepInfo& step) { return std::make_unique<NetStep<LstmModel>>(step); }

}  // namespace cotape::bench
