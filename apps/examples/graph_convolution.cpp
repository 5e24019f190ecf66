// Zachary's karate club: 34 people, of whom two are known to lead a faction each; graph convolutions find out who of
// the others went with whom when the club split, from nothing but who met whom (Kipf and Welling, ICLR 2017).
#include <cotape/cotape.h>

#include <array>
#include <iostream>

using namespace cotape;

constexpr std::int64_t members = 34, instructor = 0, president = 33;

// W. W. Zachary, "An information flow model for conflict and fission in small groups", 1977: pairs who met outside of
// the club, members counted from 0.
constexpr std::array<std::array<std::int64_t, 2>, 78> meetings = {{
    {0, 1},   {0, 2},   {0, 3},   {0, 4},   {0, 5},   {0, 6},   {0, 7},   {0, 8},   {0, 10},  {0, 11},
    {0, 12},  {0, 13},  {0, 17},  {0, 19},  {0, 21},  {0, 31},  {1, 2},   {1, 3},   {1, 7},   {1, 13},
    {1, 17},  {1, 19},  {1, 21},  {1, 30},  {2, 3},   {2, 7},   {2, 8},   {2, 9},   {2, 13},  {2, 27},
    {2, 28},  {2, 32},  {3, 7},   {3, 12},  {3, 13},  {4, 6},   {4, 10},  {5, 6},   {5, 10},  {5, 16},
    {6, 16},  {8, 30},  {8, 32},  {8, 33},  {9, 33},  {13, 33}, {14, 32}, {14, 33}, {15, 32}, {15, 33},
    {18, 32}, {18, 33}, {19, 33}, {20, 32}, {20, 33}, {22, 32}, {22, 33}, {23, 25}, {23, 27}, {23, 29},
    {23, 32}, {23, 33}, {24, 25}, {24, 27}, {24, 31}, {25, 31}, {26, 29}, {26, 33}, {27, 33}, {28, 31},
    {28, 33}, {29, 32}, {29, 33}, {30, 32}, {30, 33}, {31, 32}, {31, 33}, {32, 33},
}};

// Who went with the instructor (0) and who with the president (1).
const std::vector<std::int64_t> factions = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0,
                                            0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

struct Gcn : Module {
  explicit Gcn(Rng& rng) : conv1(members, 16, rng), conv2(16, 2, rng) {
    add("conv1", conv1);
    add("conv2", conv2);
  }
  Var operator()(Var x, const MessageEdges& edges) { return conv2(tanh(conv1(x, edges)), edges); }

  GraphConvolution conv1, conv2;
};

int main() {
  std::vector<std::int64_t> from, to;  // a meeting is an edge in both directions
  for (const auto& [a, b] : meetings) {
    from.insert(from.end(), {a, b});
    to.insert(to.end(), {b, a});
  }
  const MessageEdges edges(members, from, to);
  Tensor features(Shape{members, members});  // nothing is known of a member but who it is: one-hot rows
  for (std::int64_t i = 0; i < members; ++i) features.at({i, i}) = 1;

  Rng rng(1);
  Gcn net(rng);
  Adam adam(net.parameters(), {.lr = 0.01, .weight_decay = 5e-4});
  TrainingStep training(adam);
  const std::vector<std::int64_t> known = {instructor, president}, known_factions = {0, 1};
  for (int step = 0; step <= 200; ++step) {
    const Var loss = training.run([&](Tape& tape) {
      const Var scores = net(tape.view(features), edges);
      return cross_entropy(gather_rows(scores, known), known_factions);  // two labels; the others are never seen
    });
    if (step % 50 == 0) std::cout << "step " << step << ": loss " << loss.value().item() << "\n";
  }

  Tape tape(Gradients::off);
  const Tensor& scores = net(tape.view(features), edges).value();
  std::cout << "accuracy " << 100 * accuracy(scores, factions) << " % of " << members << " members\n";
  const std::vector<std::int64_t> found = predicted_classes(scores);
  for (std::int64_t i = 0; i < members; ++i)
    if (found[i] != factions[i]) std::cout << "member " << i << " went the other way\n";
}
