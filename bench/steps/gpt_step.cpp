#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/net_step.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/sequence/embedding.h>
#include <cotape/nn/sequence/transformer.h>

namespace cotape::bench {
namespace {

constexpr std::int64_t width = 128, heads = 4;

// A language model of two causal blocks (Radford et al., "Language models are unsupervised multitask learners", 2019,
// in small).
struct GptNet : Module {
  GptNet(std::int64_t context, Rng& rng)
      : tokens(text_vocabulary, width, {}, rng),
        places("places", Tensor({context, width})),
        block1(width, heads, {.causal = true}, rng),
        block2(width, heads, {.causal = true}, rng),
        norm(width),
        head(width, text_vocabulary, {.bias = false}, rng) {
    rng.normal(places.mutable_value());
    add("tokens", tokens);
    add("places", places);
    add("block1", block1);
    add("block2", block2);
    add("norm", norm);
    add("head", head);
  }
  Var operator()(Tape& tape, const TextBatch& batch) {
    const Var x = tokens(tape, batch.tokens, batch.shape) + tape.parameter(places);
    return head(norm(block2(block1(x))));
  }

  Embedding tokens;
  Parameter places;
  TransformerBlock block1, block2;
  LayerNorm norm;
  Linear head;
};

struct GptModel {
  explicit GptModel(const StepInfo& step) : batch(text_batch(step)), net(step.size, rng) {}
  Step::Values forward(Tape& tape) {
    const Var logits = reshape(net(tape, batch), {-1, text_vocabulary});
    return {logits, cross_entropy(logits, batch.targets)};
  }

  TextBatch batch;
  Rng rng{1};
  GptNet net;
};

}  // namespace

std::unique_ptr<Step> make_gpt_step(const StepInfo& step) { return std::make_unique<NetStep<GptModel>>(step); }

}  // namespace cotape::bench
