#pragma once
#include <functional>

#include <cotape/apps/explain/documents.h>
#include <cotape/apps/explain/model.h>
#include <cotape/apps/explain/sampler.h>

namespace cotape::app {

// Precision, recall and F1 of chosen words, means over texts.
struct WordShares {
  double precision = 0, recall = 0, f1 = 0;
};

// How well chosen words agree with marked ones, over the texts that have a marked word.
struct WordScore {
  double texts = 0;

  // Adds a text with so many words, of which some are chosen, some are marked, and some are both.
  void add(std::int64_t words, std::int64_t chosen, std::int64_t marked, std::int64_t both);

  WordShares shares() const { return mean(sum_); }
  // What choosing at random gives, with each text's number of chosen words: the exact expectation.
  WordShares at_random() const { return mean(random_); }

 private:
  WordShares mean(const WordShares& sum) const;

  WordShares sum_, random_;
};

// How good an explainer is on a set of texts.
struct ExplainScore {
  double texts = 0;
  double squares = 0;  // (rating/10 as predicted − rating/10)², added up
  double right = 0;    // texts whose rating and prediction are on the same side of 5.5 points
  WordScore words;     // of a set that knows which words are marked

  // The mean of the squares, times 100 as the papers have it.
  double mse() const { return 100 * squares / texts; }
  double accuracy() const { return right / texts; }
};

// What is seen of each text: its prediction, rating/10, and which of the set's `length` words are chosen (0 or 1).
using SeenText = std::function<void(std::int64_t index, real rating, std::span<const real> choice)>;

// The score of an explainer on all texts of a set, words chosen without noise. Texts are seen in the order of their
// lengths.
ExplainScore evaluate(Explainer& model, const TextSet& set, Tape& tape, const SeenText& see = {});

// A word that is often chosen.
struct OftenChosen {
  std::string word;
  std::int64_t chosen = 0, there = 0;  // times that it is chosen, and that it is there
  double rating = 0;                   // mean rating of the texts it is chosen in, of ten points
};
// The `most` words that are chosen most often, unknown ones left out.
std::vector<OftenChosen> often_chosen(Explainer& model, const TextSet& set, const Vocabulary& vocabulary,
                                      std::size_t most, Tape& tape);

}  // namespace cotape::app
