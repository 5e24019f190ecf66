#pragma once
#include <cotape/apps/globe_tsp/model.h>
#include <cotape/data/sets/globe_tours.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape::app {

// Shortest tours through cities at given distances.
class TourFinder {
 public:
  explicit TourFinder(std::int64_t cities);

  // Adjacency matrices [B, k, k] for distances [B, k, k]; they stay until the next call.
  const Tensor& operator()(const Tensor& distances);

 private:
  Oracle oracle_;
  Tensor scores_, tours_;
};

// How good predicted tours are, summed up over examples.
struct TourScore {
  double examples = 0;
  double exact = 0;      // tours that are the label
  double edges = 0;      // shares of a tour's k edges that are in the label, added up
  double entries = 0;    // shares of the k² entries that agree, added up
  double cost_norm = 0;  // Euclidean norms of the predicted distances, added up

  // Adds tours [B, k, k] found for distances [B, k, k] that a net predicts for these examples.
  void add(const Tensor& tours, const Tensor& distances, const GlobeTours& set, std::span<const std::int64_t> indices);

  double exact_share() const { return exact / examples; }
  double edge_accuracy() const { return edges / examples; }
  double entry_accuracy() const { return entries / examples; }
  double mean_cost_norm() const { return cost_norm / examples; }
};

// Sum over examples of the Euclidean norm of their distances [B, k, k].
double total_norm(const Tensor& distances);

// Places [n, 3] that a net gives to all flags [n, 20, 40, 3]; they stay until the tape is cleared.
const Tensor& predict_places(FlagNet& net, const Tensor& flags, Tape& tape);

// The score of tours through these places [countries, 3] on all examples of a set.
TourScore evaluate(const Tensor& places, TourFinder& finder, const GlobeTours& set, Tape& tape);

}  // namespace cotape::app
