// An LSTM that reads a poem letter by letter, learns which letter comes next, and then recites it.
#include <cotape/cotape.h>

#include <iostream>
#include <string>

using namespace cotape;

// Lewis Carroll, "Jabberwocky", 1871
const std::string text = R"(Twas brillig, and the slithy toves
Did gyre and gimble in the wabe:
All mimsy were the borogoves,
And the mome raths outgrabe.

Beware the Jabberwock, my son!
The jaws that bite, the claws that catch!
Beware the Jubjub bird, and shun
The frumious Bandersnatch!
)";
constexpr std::int64_t characters = 128;  // of ASCII
constexpr std::int64_t hidden = 128, batch_size = 32, window = 32;

struct Model : Module {
  explicit Model(Rng& rng)
      : embedding(characters, 32, {}, rng), lstm(32, hidden, {}, rng), output(hidden, characters, {}, rng) {
    add("embedding", embedding);
    add("lstm", lstm);
    add("output", output);
  }
  Embedding embedding;
  Lstm lstm;
  Linear output;
};

// Reads a prompt, then goes on with the most probable character each time.
std::string recite(Model& model, const std::string& prompt, std::size_t length) {
  std::string said = prompt;
  Tape tape(Gradients::off);
  LstmOptions memory;  // the state after the characters read so far; none yet: zeros
  std::vector<std::int64_t> unread(prompt.begin(), prompt.end());
  while (said.size() < length) {
    const LstmResult read = model.lstm(model.embedding(tape, unread, Shape{1, std::ssize(unread)}), memory);
    memory.state = read.state;
    const Var last = select(read.outputs, 1, std::ssize(unread) - 1);
    unread = predicted_classes(model.output(last).value());
    said += static_cast<char>(unread[0]);
  }
  return said;
}

int main() {
  Rng rng(1);
  Model model(rng);
  Adam adam(model.parameters(), {.lr = 0.005});
  TrainingStep training(adam, {.max_gradient_norm = 1});  // recurrent nets want their gradients clipped

  for (int step = 0; step <= 300; ++step) {
    std::vector<std::int64_t> inputs, targets;  // windows of the text, and the same one character later
    for (std::int64_t b = 0; b < batch_size; ++b) {
      const std::int64_t begin = rng.below(std::ssize(text) - window);
      for (std::int64_t i = begin; i < begin + window; ++i) {
        inputs.push_back(text[i]);
        targets.push_back(text[i + 1]);
      }
    }
    const Var loss = training.run([&](Tape& tape) {
      const Var outputs = model.lstm(model.embedding(tape, inputs, Shape{batch_size, window}));
      return cross_entropy(reshape(model.output(outputs), {-1, characters}), targets);
    });
    if (step % 100 == 0) std::cout << "step " << step << ": loss " << loss.value().item() << "\n";
  }

  const std::string said = recite(model, "Twas brillig", text.size());
  std::size_t right = 0;
  for (std::size_t i = 0; i < text.size(); ++i) right += said[i] == text[i];
  std::cout << "\n" << said << "\n" << right << " of " << text.size() << " characters are right\n";
}
