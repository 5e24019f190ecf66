#pragma once
#include <cotape/apps/latent_trees/layouts.h>
#include <cotape/apps/latent_trees/model.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape::app {

// The most valuable trees for scores.
class TreeFinder {
 public:
  explicit TreeFinder(std::int64_t nodes);

  // Trees [B, edges] for scores [B, edges]; they stay until the next call.
  const Tensor& operator()(const Tensor& scores);

 private:
  Oracle oracle_;
  Tensor trees_;
};

// Precision and recall of a set of edges.
struct EdgeShares {
  double precision = 0, recall = 0;
};

// How good a model is on a set of examples.
struct TreeScore {
  std::int64_t nodes = 0;
  double examples = 0;
  double nll = 0, kl = 0;                // the terms of −ELBO, added up, for drawn trees
  double right = 0, exact = 0;           // edges of the best tree that are true, and trees that are, added up
  double right_drawn = 0;                // edges of drawn trees that are true
  double scores = 0, score_squares = 0;  // added up

  // Adds trees that are the best for scores [B, edges] and drawn ones, beside the true ones of these examples.
  void add(const Tensor& found, const Tensor& drawn, const LayoutSet& set, std::span<const std::int64_t> indices);

  double elbo() const { return -(nll + kl) / examples; }
  // Share of the best tree's n − 1 edges that are true; its recall is the same number.
  double precision() const { return right / (examples * static_cast<double>(nodes - 1)); }
  double exact_share() const { return exact / examples; }
  // As the papers report it: of the drawn tree or of all edges that are not in it, whichever has the better precision.
  EdgeShares as_published() const;
  double mean_score() const { return scores / score_count(); }
  double score_deviation() const;

 private:
  double score_count() const { return examples * static_cast<double>(nodes * (nodes - 1) / 2); }
};

// The score of a model on all examples of a set. Trees are drawn with the noise of training; each frame is predicted
// from the one before.
TreeScore evaluate(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Rng rng, Tape& tape);

}  // namespace cotape::app
