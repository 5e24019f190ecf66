// A GPT of two transformer blocks that learns a nursery rhyme of which every verse contains the one before.
#include <cotape/cotape.h>

#include <array>
#include <iostream>
#include <string>

using namespace cotape;

constexpr std::int64_t characters = 128;  // of ASCII
constexpr std::int64_t context = 64, features = 64, heads = 4, batch_size = 16;

// "The house that Jack built", traditional
std::string rhyme() {
  const std::array<std::string, 11> parts = {"malt that lay in the ",
                                             "rat that ate the ",
                                             "cat that killed the ",
                                             "dog that worried the ",
                                             "cow with the crumpled horn that tossed the ",
                                             "maiden all forlorn that milked the ",
                                             "man all tattered and torn that kissed the ",
                                             "priest all shaven and shorn that married the ",
                                             "rooster that crowed in the morn that woke the ",
                                             "farmer sowing his corn that kept the ",
                                             "horse and the hound and the horn that belonged to the "};
  std::string verse = "house that Jack built.\n", text = "This is the " + verse;
  for (const std::string& part : parts) text += "This is the " + (verse = part + verse);
  return text;
}

struct Gpt : Module {
  explicit Gpt(Rng& rng)
      : token(characters, features, {}, rng),
        position(context, features, {}, rng),
        block1(features, heads, {.causal = true}, rng),
        block2(features, heads, {.causal = true}, rng),
        norm(features),
        output(features, characters, {.bias = false}, rng) {
    add("token", token), add("position", position);
    add("block1", block1), add("block2", block2);
    add("norm", norm), add("output", output);
  }

  // Logits of each next character [batch, time, characters], for batch · time characters, time ≤ context.
  Var operator()(Tape& tape, std::span<const std::int64_t> text, std::int64_t time) {
    std::vector<std::int64_t> places(time);
    for (std::int64_t i = 0; i < time; ++i) places[i] = i;
    const Var x = token(tape, text, Shape{std::ssize(text) / time, time}) + position(tape, places);
    return output(norm(block2(block1(x))));  // causal: each step sees itself and those before it
  }

  Embedding token, position;
  TransformerBlock block1, block2;
  LayerNorm norm;
  Linear output;
};

int main() {
  const std::string text = rhyme();
  Rng rng(1);
  Gpt gpt(rng);
  constexpr std::int64_t steps = 800;
  AdamW adam(gpt.parameters());
  const Schedule rate = WarmUpSchedule{.length = 20, .then = CosineSchedule{.rate = 3e-3, .length = steps}};
  TrainingStep training(adam, {.max_gradient_norm = 1});
  for (std::int64_t step = 0; step <= steps; ++step) {
    std::vector<std::int64_t> inputs, targets;  // pieces of the text, and the same one character later
    for (std::int64_t b = 0; b < batch_size; ++b) {
      const std::int64_t begin = rng.below(std::ssize(text) - context);
      inputs.insert(inputs.end(), &text[begin], &text[begin + context]);
      targets.insert(targets.end(), &text[begin + 1], &text[begin + context + 1]);
    }
    adam.set_learning_rate(rate(step));
    const Var loss = training.run([&](Tape& tape) {
      return cross_entropy(reshape(gpt(tape, inputs, context), {-1, characters}), targets);
    });
    if (step % 200 == 0) std::cout << "step " << step << ": loss " << loss.value().item() << std::endl;
  }

  std::string sample = "This is the cow";
  Tape tape(Gradients::off);
  while (sample.back() != '\n' && sample.size() < 300) {
    tape.clear();
    const std::string seen = sample.substr(sample.size() - std::min<std::size_t>(sample.size(), context));
    const std::vector<std::int64_t> read(seen.begin(), seen.end());
    const Var last = select(gpt(tape, read, std::ssize(read)), 1, std::ssize(read) - 1);
    sample += static_cast<char>(predicted_classes(last.value())[0]);
  }
  std::cout << sample;
}
