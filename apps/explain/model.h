#pragma once
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/dropout.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/sequence/embedding.h>

namespace cotape::app {

// What a net needs to be built: kept in checkpoints.
struct ExplainNetSettings {
  std::int64_t words = 0;   // rows of the table of word vectors
  std::int64_t width = 0;   // numbers of a vector
  std::int64_t length = 0;  // words of a text
  std::int64_t k = 0;       // words that are chosen at most
  bool frozen = false;      // whether vectors stay as they are
  double dropout = 0.2;

  // Entries net.words, net.width, net.length, net.k. Reading throws FileError for a checkpoint without them, or numbers
  // that no such net has.
  void save(Checkpoint& checkpoint) const;
  static ExplainNetSettings load(const Checkpoint& checkpoint);
};

// A score for every word of a text (Chen et al. 2018, "Learning to explain", in the form of Niepert et al. 2021 and
// Sahoo et al. 2023): a convolution over three words with 100 features; a global branch, the largest of each feature
// over all words and a dense layer, and a local branch of two more such convolutions; both beside each other for every
// word, dropout, a dense layer of 100 and one of 1. ReLU everywhere but at the end.
class WordScorer final : public Layer {
 public:
  WordScorer(std::int64_t width, double dropout, Rng& rng);

 private:
  // Scores [B, length] of word vectors [B, length, width].
  Var forward(Var vectors) override;

  Conv1d first_, local1_, local2_;
  Linear global_;
  Dropout dropout_;
  Linear hidden_, score_;
};

// The two nets that are trained together: one scores the words of a text, the other has to tell the rating from the
// mean vector of the k chosen words alone. Both read one table of word vectors.
class Explainer final : public Module {
 public:
  // `vectors` [words, width] are those of the table; empty: normal with deviation 0.1. Throws ShapeError when they do
  // not fit.
  Explainer(const ExplainNetSettings& settings, const Tensor& vectors, Rng& rng);

  // Vectors [B, n, width] of texts, the last n ≤ length numbers of each, one after the other; padding has the vector 0.
  // Where at least three numbers are padding in front of every text, all that is computed from them is what it is from
  // all `length` numbers: no filter that reaches a word reaches further, and every other one sees padding alone.
  Var embed(Tape& tape, std::span<const std::int64_t> numbers, std::int64_t n);
  // Scores [B, length]; of numbers that were left out 0.
  Var score(Var vectors);
  // Ratings [B, S], rating/10 in (0, 1), of choices [B, S, length]: from Σ choice·vector/k.
  Var rate(Var vectors, Var choices);

  const ExplainNetSettings& settings() const { return settings_; }
  // The table [words, width].
  Parameter& table() { return embedding_.weight(); }

 private:
  ExplainNetSettings settings_;
  Embedding embedding_;
  WordScorer scorer_;
  Linear dense_, rating_;
};

}  // namespace cotape::app
