#include <cotape/apps/retrieval/objective.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/perturb/margins.h>
#include <cotape/solvers/relax/lapsum.h>
#include <cotape/solvers/select/ranking.h>

#include <algorithm>

namespace cotape::app {
namespace {

// So far below that no temperature lets it count.
constexpr real far_away = 1e6;
// Pairs of a query and a relative are filled up to a multiple of this, so that shapes, and with them the memory that
// the tape holds, hardly change from step to step.
constexpr std::int64_t pairs_at_once = 512;

// Σ w · log(1 + log(1 + ahead)).
Var log_log(Var ahead, Var weights) { return sum(weights * log1p(log1p(ahead))); }

Var filled(Tape& tape, std::int64_t count, real value) {
  return tape.constant(Shape{count}, [value](Tensor& out) { out.fill(value); });
}

// For each query the row of its furthest relative or its nearest stranger; where all candidates are relatives, the
// first of them stands for a stranger, and both pull alike.
std::vector<std::int64_t> hardest(const Tensor& similarities, const Tensor& relevant, bool relatives) {
  const std::int64_t queries = similarities.shape()[0], candidates = similarities.shape()[1];
  std::vector<std::int64_t> rows;
  for (std::int64_t q = 0; q < queries; ++q) {
    const real* const s = similarities.data() + q * candidates;
    std::int64_t found = -1;
    for (std::int64_t j = 0; j < candidates; ++j) {
      if ((relevant[q * candidates + j] == 1) != relatives) continue;
      if (found < 0 || (relatives ? s[j] < s[found] : s[j] > s[found])) found = j;
    }
    rows.push_back(row_of_candidate(q, std::max<std::int64_t>(found, 0)));
  }
  return rows;
}

}  // namespace

RetrievalObjective::RetrievalObjective(const RetrievalOptions& options)
    : rule_(options.common.rule),
      noise_margin_(static_cast<real>(options.noise_margin)),
      informed_margin_(static_cast<real>(options.informed_margin)),
      temperature_(static_cast<real>(options.temperature)),
      distance_(static_cast<real>(options.distance != 0 ? options.distance
                                  : rule_ == "triplet"  ? 0.2
                                                        : 0.5)) {
  if (!options.solves()) return;
  // Similarities as costs: the largest gets rank 1.
  const std::int64_t candidates = options.batch / options.common.shards - 1 + options.memory * options.batch;
  const Ranking ranking{.n = candidates, .sense = Sense::minimise};
  layer_.emplace(ranking, options.make_rule(), projection_named(options.projection));
}

Var RetrievalObjective::operator()(Var embeddings, Var similarities, const EmbeddingMemory& memory,
                                   const Relatives& relatives, Rng& noise) {
  if (rule_ == "triplet" || rule_ == "contrastive") return by_distance(embeddings, similarities, memory, relatives);
  Tape& tape = similarities.tape();
  if (informed_margin_ > 0)
    similarities = informed_margin(similarities, tape.view(relatives.relevant()), informed_margin_, Sense::maximise);
  if (noise_margin_ > 0) similarities = noise_margin(similarities, noise_margin_, noise);
  if (rule_ == "lapsum") return by_lapsum(similarities, relatives);
  if (rule_ == "sigmoid") return by_sigmoid(similarities, relatives);
  return by_solver(similarities, relatives, noise);
}

Var RetrievalObjective::by_solver(Var similarities, const Relatives& relatives, Rng& noise) {
  Tape& tape = similarities.tape();
  const Var ranks = (*layer_)(similarities, noise).all().named("ranks");
  const Shape& shape = ranks.shape();
  const Var places =
      tape.constant(shape, [&](Tensor& out) { places_among_relatives(ranks.value(), relatives.relevant(), out); });
  // Mean ranks of several draws may come before a place. Where both are equal the gradient passes.
  const Var ahead = maximum(ranks - places, filled(tape, 1, 0));
  const Var weights = reshape(tape.view(relatives.weights()), {shape[0], 1, shape[2]});
  return scale(log_log(ahead, weights), 1 / static_cast<real>(shape[1]));
}

Var RetrievalObjective::by_lapsum(Var similarities, const Relatives& relatives) const {
  Tape& tape = similarities.tape();
  const Var strangers = 1 - tape.view(relatives.relevant());
  const Var costs = -similarities;
  const Var ranks = lapsum_ranks(costs, temperature_),
            places = lapsum_ranks(costs + far_away * strangers, temperature_);
  // Rounding may leave less than nothing ahead.
  return log_log(maximum(ranks - places, filled(tape, 1, 0)), tape.view(relatives.weights()));
}

Var RetrievalObjective::by_sigmoid(Var similarities, const Relatives& relatives) const {
  Tape& tape = similarities.tape();
  const std::int64_t candidates = similarities.shape()[1];
  std::vector<std::int64_t> queries, places;
  for (std::int64_t i = 0; i < relatives.relevant().size(); ++i)
    if (relatives.relevant()[i] == 1) {
      queries.push_back(i / candidates);
      places.push_back(i);
    }
  const std::int64_t pairs = std::ssize(places), rows = (pairs + pairs_at_once - 1) / pairs_at_once * pairs_at_once;
  queries.resize(static_cast<std::size_t>(rows));  // with the first query and candidate, of no weight
  places.resize(static_cast<std::size_t>(rows));
  const Var weights = tape.constant(Shape{rows}, [&](Tensor& out) {
    for (std::int64_t p = 0; p < rows; ++p)
      out[p] = p < pairs ? relatives.weights()[places[static_cast<std::size_t>(p)]] : real(0);
  });
  const Var strangers = 1 - gather_rows(tape.view(relatives.relevant()), queries);
  const Var relative = gather_rows(reshape(similarities, {-1, 1}), places);
  const Var before = sigmoid(scale(gather_rows(similarities, queries) - relative, 1 / temperature_));
  return log_log(sum(strangers * before, 1), weights);
}

Var RetrievalObjective::by_distance(Var embeddings, Var similarities, const EmbeddingMemory& memory,
                                    const Relatives& relatives) const {
  Tape& tape = embeddings.tape();
  const Var all = memory.embeddings().size() > 0 ? concat({embeddings, tape.view(memory.embeddings())}, 0) : embeddings;
  const Tensor& s = similarities.value();
  const Var relative = gather_rows(all, hardest(s, relatives.relevant(), true)),
            stranger = gather_rows(all, hardest(s, relatives.relevant(), false));
  if (rule_ == "triplet") return triplet_loss(embeddings, relative, stranger, distance_);
  const std::int64_t queries = s.shape()[0];
  return contrastive_loss(embeddings, relative, filled(tape, queries, 1), distance_) +
         contrastive_loss(embeddings, stranger, filled(tape, queries, 0), distance_);
}

void RetrievalObjective::save(Checkpoint& checkpoint) const {
  if (layer_) layer_->save(checkpoint);
}

void RetrievalObjective::load(const Checkpoint& checkpoint) {
  if (layer_) layer_->load(checkpoint);
}

}  // namespace cotape::app
