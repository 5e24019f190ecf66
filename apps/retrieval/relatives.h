#pragma once
#include <span>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape::app {

// Every picture of a batch is a query. Its candidates, which are ranked, are the other pictures of the batch in their
// order, itself left out, then those that are remembered: batch − 1 + remembered of them. Its relatives are the
// candidates of its class.

// Cosines [batch, candidates] of unit vectors [batch, features] with their candidates; `remembered` [any, features]
// gets no gradient.
Var candidate_similarities(Var embeddings, const Tensor& remembered);

// The row of candidate j of query q in the batch's embeddings with the remembered ones behind them.
inline std::int64_t row_of_candidate(std::int64_t q, std::int64_t j) { return j < q ? j : j + 1; }

class Relatives {
 public:
  // Finds them by the classes of a batch and of what is remembered. Keeps its memory from call to call.
  void find(std::span<const std::int64_t> batch, std::span<const std::int64_t> remembered);

  const Tensor& relevant() const { return relevant_; }  // [batch, candidates], 1 for relatives and 0 for others
  // [batch, candidates]: for a relative 1/(batch · relatives of its query), so that a mean over each query's and over
  // queries is a sum with these weights; 0 for others.
  const Tensor& weights() const { return weights_; }
  // How many there are, of all queries together.
  std::int64_t count() const { return count_; }

 private:
  Tensor relevant_, weights_;
  std::int64_t count_ = 0;
};

// The place of each relative among its query's relatives by rank: 1 for the one of the smallest rank, of equal ones the
// first; 0 for other candidates. ranks [batch, samples, candidates], relevant [batch, candidates]; `out` has the shape
// of ranks.
void places_among_relatives(const Tensor& ranks, const Tensor& relevant, Tensor& out);

}  // namespace cotape::app
