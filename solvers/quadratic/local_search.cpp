#include <cotape/solvers/quadratic/local_search.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
namespace {

// Steps for which a row may not go back: up to so many times the number of rows, mostly few.
constexpr double longest_bar = 8;
// Steps after which a move is made that has not been made for so long, times rows · labels.
constexpr std::int64_t patience = 5;
constexpr std::int64_t steps_between_looks = 256;  // at the clock

}  // namespace

template <class Costs>
void LocalSearch::start(const Costs& costs, const Places& places) {
  places_ = places;
  row_of_.assign(static_cast<std::size_t>(costs.columns()), -1);
  with_others_.assign(costs.rows(), costs.labels(), 0);
  for (std::int32_t i = 0; i < costs.rows(); ++i) {
    if (places_[i] < costs.columns()) row_of_[places_[i]] = i;
    std::copy_n(costs.linear(i), costs.labels(), with_others_.row(i));
    for (const std::int32_t k : costs.neighbours(i)) costs.add_pairs(i, k, places_[k], 1, with_others_.row(i));
  }
}

// Calls f for every move that is allowed.
template <class Costs, class F>
void LocalSearch::for_moves(const Costs& costs, F f) const {
  for (std::int32_t i = 0; i < costs.rows(); ++i) {
    const std::int32_t a = places_[i];
    const double* const own = with_others_.row(i);
    for (std::int32_t k = i + 1; k < costs.rows(); ++k) {
      const std::int32_t b = places_[k];
      if (a == b) continue;  // neither has a column
      // Together they are counted with both, before as well as after.
      const double change =
          own[b] - own[a] + with_others_(k, a) - with_others_(k, b) + costs.pair(i, a, k, b) + costs.pair(i, b, k, a);
      if (change < infinity) f(Move{i, k, b, change});
    }
    if (costs.rows() == costs.columns() && !costs.partial()) continue;
    for (std::int32_t label = 0; label < costs.labels(); ++label)
      if (label != a && (label == costs.columns() || row_of_[label] < 0) && own[label] < infinity)
        f(Move{i, -1, label, own[label] - own[a]});
  }
}

template <class Costs>
void LocalSearch::make(const Costs& costs, const Move& move) {
  const auto put = [&](std::int32_t row, std::int32_t label) {
    for (const std::int32_t k : costs.neighbours(row)) {
      costs.add_pairs(k, row, places_[row], -1, with_others_.row(k));
      costs.add_pairs(k, row, label, 1, with_others_.row(k));
    }
    places_[row] = label;
    if (label < costs.columns()) row_of_[label] = row;
  };
  const std::int32_t before = places_[move.row];
  if (before < costs.columns()) row_of_[before] = -1;
  put(move.row, move.label);
  if (move.other >= 0) put(move.other, before);
}

template <class Costs>
void LocalSearch::descend(const Costs& costs) {
  for (;;) {
    Move best;
    for_moves(costs, [&](const Move& move) {
      if (move.change < best.change) best = move;
    });
    if (!(best.change < -costs.tolerance())) return;
    make(costs, best);
  }
}

template <class Costs>
void LocalSearch::search(const Costs& costs, std::int64_t steps, const Limits& limits, Places& places) {
  start(costs, places);
  best_ = places;
  double cost = costs.cost(places), best_cost = cost;
  const std::int64_t n = costs.rows(), m = costs.labels(), very_long = patience * n * m;
  barred_.resize(static_cast<std::size_t>(n * m));
  for (std::int64_t k = 0; k < n * m; ++k) barred_[k] = -k;
  for (std::int64_t step = 1; step <= steps; ++step) {
    if (step % steps_between_looks == 0 && limits.expired()) break;
    Move next;
    bool overdue = false;
    for_moves(costs, [&](const Move& move) {
      const std::int64_t bar = barred_[move.row * m + move.label];
      const std::int64_t other_bar = move.other < 0 ? bar : barred_[move.other * m + places_[move.row]];
      const bool free = bar < step || other_bar < step;
      const bool wanted = (bar < step - very_long && other_bar < step - very_long) ||
                          cost + move.change < best_cost - costs.tolerance();
      if (!free && !wanted) return;
      if (wanted != overdue ? wanted : move.change < next.change) next = move;
      overdue |= wanted;
    });
    if (next.row < 0) continue;  // everything is barred
    const auto bar = [&](std::int32_t row) {
      const double part = static_cast<double>(rng_.below(1 << 20)) * 0x1p-20;
      barred_[row * m + places_[row]] =
          step + 1 + static_cast<std::int64_t>(longest_bar * static_cast<double>(n) * part * part * part);
    };
    bar(next.row);
    if (next.other >= 0) bar(next.other);
    make(costs, next);
    cost += next.change;
    if (cost < best_cost - costs.tolerance()) {
      best_cost = cost;
      best_ = places_;
    }
  }
  if (steps > 0) start(costs, best_);
  descend(costs);
  if (costs.cost(places_) < costs.cost(places)) places = places_;
}

// The matching for which the sum of cost_of(row, label) is smallest; infinity: forbidden.
template <class F>
bool LocalSearch::cheapest(const MatchingCosts& costs, F cost_of, Places& places) {
  const std::int32_t n = costs.rows(), m = costs.columns();
  // A column behind the last one that is given to several rows stands for none; so does any other that costs more.
  paths_.resize(n, costs.labels());
  for (std::int32_t i = 0; i < n; ++i) {
    const double limit = costs.partial() ? cost_of(i, m) : infinity;
    for (std::int32_t j = 0; j < costs.labels(); ++j) paths_.row(i)[j] = std::min(cost_of(i, j), limit);
  }
  if (!paths_.solve()) return false;
  places.resize(static_cast<std::size_t>(n));
  for (std::int32_t i = 0; i < n; ++i) {
    const std::int32_t j = paths_.column_of(i);
    places[i] = costs.partial() && !(cost_of(i, j) < cost_of(i, m)) ? m : j;
  }
  return true;
}

bool LocalSearch::begin(const MatchingCosts& costs, Places& places) {
  return cheapest(
      costs, [&](std::int32_t i, std::int32_t j) { return costs.linear(i)[j]; }, places);
}

// An allowed matching: the cheapest one for costs that are drawn. Rows are left out only where nothing else is allowed.
void LocalSearch::draw(const MatchingCosts& costs, Places& places) {
  drawn_costs_.assign(costs.rows(), costs.labels(), infinity);
  for (std::int32_t i = 0; i < costs.rows(); ++i)
    for (std::int32_t j = 0; j < costs.labels(); ++j)
      if (j == costs.columns())
        drawn_costs_(i, j) = costs.rows();
      else if (costs.linear(i)[j] < infinity)
        drawn_costs_(i, j) = static_cast<double>(rng_.below(1 << 20)) * 0x1p-20;
  cheapest(
      costs, [&](std::int32_t i, std::int32_t j) { return drawn_costs_(i, j); }, places);
}

template <class Costs>
void LocalSearch::improve(const Costs& costs, std::int64_t starts, std::int64_t steps, const Limits& limits,
                          Places& places) {
  rng_ = Rng(1);
  search(costs, steps, limits, places);
  double best_cost = costs.cost(places);
  for (std::int64_t k = 1; k < starts && !limits.expired(); ++k) {
    draw(costs, drawn_);
    search(costs, steps, limits, drawn_);
    if (const double cost = costs.cost(drawn_); cost < best_cost) {
      best_cost = cost;
      places = drawn_;
    }
  }
}

template void LocalSearch::improve(const EdgeCosts&, std::int64_t, std::int64_t, const Limits&, Places&);
template void LocalSearch::improve(const ProductCosts&, std::int64_t, std::int64_t, const Limits&, Places&);

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
