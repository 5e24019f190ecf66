#include <cotape/solvers/tsp/local_search.h>

#include <algorithm>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

constexpr int max_neighbours = 10;
constexpr int longest_piece = 3;   // that Or-opt moves
constexpr int longest_swap = 50;   // of the two pieces that change places in a kick
constexpr std::uint64_t seed = 1;  // kicks are a part of the algorithm, not of an experiment

}  // namespace

void LocalSearch::prepare(const EdgeCosts& costs) {
  costs_ = &costs;
  n_ = costs.n();
  near_ = std::min(max_neighbours, n_ - 1);
  const auto n = static_cast<std::size_t>(n_);
  neighbours_.resize(n * near_);
  sorted_.resize(n);
  for (int i = 0; i < n_; ++i) {
    const double* row = costs.row(i);
    int count = 0;
    for (int j = 0; j < n_; ++j)
      if (j != i) sorted_[static_cast<std::size_t>(count++)] = {row[j], j};
    std::partial_sort(sorted_.begin(), sorted_.begin() + near_, sorted_.begin() + count);
    for (int k = 0; k < near_; ++k)
      neighbours_[static_cast<std::size_t>(i * near_ + k)] = sorted_[static_cast<std::size_t>(k)].second;
  }
  place_.resize(n);
  queue_.reserve(n);
  queued_.assign(n, 0);
}

void LocalSearch::construct(Tour& tour) {
  tour.resize(static_cast<std::size_t>(n_));
  for (int i = 0; i < n_; ++i) tour[static_cast<std::size_t>(i)] = i;
  for (std::size_t k = 1; k + 1 < tour.size(); ++k) {
    const double* row = costs_->row(tour[k - 1]);
    const auto nearest = std::min_element(tour.begin() + static_cast<std::ptrdiff_t>(k), tour.end(),
                                          [row](int a, int b) { return row[a] < row[b]; });
    std::swap(*nearest, tour[k]);
  }
}

void LocalSearch::load(const Tour& tour) {
  tour_ = tour;
  for (std::size_t k = 0; k < tour_.size(); ++k) place_[static_cast<std::size_t>(tour_[k])] = k;
}

void LocalSearch::wake(int city) {
  if (std::exchange(queued_[static_cast<std::size_t>(city)], 1)) return;
  queue_.push_back(city);
}

double LocalSearch::improve(Tour& tour, std::int64_t kicks, const Limits& limits) {
  load(tour);
  queue_.clear();
  for (const int city : tour) wake(city);
  run_moves(limits);
  best_ = tour_;
  best_place_ = place_;
  const Rng rng(seed);
  for (std::int64_t k = 0; k < kicks && n_ >= 8 && !limits.expired(); ++k) {
    const auto words = rng.words(static_cast<std::uint64_t>(k));
    double change = kick(words[0], words[1]);
    change += run_moves(limits);
    if (change > 0) {
      tour_ = best_;
      place_ = best_place_;
    } else {
      best_ = tour_;
      best_place_ = place_;
    }
  }
  tour = tour_;
  return costs_->length(tour);
}

double LocalSearch::run_moves(const Limits& limits) {
  double change = 0;
  while (!queue_.empty() && !limits.expired()) {
    const int city = queue_.back();
    queue_.pop_back();
    queued_[static_cast<std::size_t>(city)] = 0;
    for (double gain = move_around(city); gain > 0; gain = move_around(city)) change -= gain;
  }
  return change;
}

double LocalSearch::move_around(int city) {
  for (const bool forward : {true, false}) {
    if (const double gain = two_opt(city, forward); gain > 0) return gain;
    if (const double gain = or_opt(city, forward); gain > 0) return gain;
  }
  return 0;
}

// Replaces the edge from `a` to its successor b (or predecessor), and another such edge c → d, by a–c and b–d.
double LocalSearch::two_opt(int a, bool forward) {
  const EdgeCosts& costs = *costs_;
  const int b = forward ? next(a) : previous(a);
  const double removed = costs(a, b);
  for (int k = 0; k < near_; ++k) {
    const int c = neighbours_[static_cast<std::size_t>(a * near_ + k)];
    const double open_gain = removed - costs(a, c);
    if (open_gain <= 0) return 0;
    const int d = forward ? next(c) : previous(c);
    const double gain = open_gain + costs(c, d) - costs(b, d);
    if (gain <= costs.tolerance()) continue;
    if (forward)
      reverse(b, c);
    else
      reverse(c, b);
    for (const int city : {a, b, c, d}) wake(city);
    return gain;
  }
  return 0;
}

// Moves a piece that starts at `a` and runs forward or backward to between a near neighbour of a and one beside it.
double LocalSearch::or_opt(int a, bool forward) {
  const EdgeCosts& costs = *costs_;
  const auto ahead = [&](int city) { return forward ? next(city) : previous(city); };
  const auto behind = [&](int city) { return forward ? previous(city) : next(city); };
  const int left = behind(a);
  int piece[longest_piece];
  for (int count = 1, end = a; count <= std::min(longest_piece, n_ - 3); ++count, end = ahead(end)) {
    piece[count - 1] = end;
    const int right = ahead(end);
    const double removed = costs(left, a) + costs(end, right) - costs(left, right);
    for (int k = 0; k < near_; ++k) {
      const int c = neighbours_[static_cast<std::size_t>(a * near_ + k)];
      const double open_gain = removed - costs(a, c);
      if (open_gain <= costs.tolerance()) break;
      if (std::find(piece, piece + count, c) != piece + count) continue;
      for (const bool before_c : {false, true}) {
        const int d = before_c ? behind(c) : ahead(c);
        if (std::find(piece, piece + count, d) != piece + count) continue;
        const double gain = open_gain + costs(c, d) - costs(end, d);
        if (gain <= costs.tolerance()) continue;
        insert(a, count, forward, c, d);
        for (const int city : {a, end, left, right, c, d}) wake(city);
        return gain;
      }
    }
  }
  return 0;
}

// Turns the part of the tour from `first` forward to `last` round, or, where that is shorter, the rest of it.
void LocalSearch::reverse(int first, int last) {
  std::size_t i = place_[static_cast<std::size_t>(first)], j = place_[static_cast<std::size_t>(last)];
  std::size_t count = (j >= i ? j - i : j + tour_.size() - i) + 1;
  if (2 * count > tour_.size()) {
    std::swap(i, j);
    i = after(i);
    j = before(j);
    count = tour_.size() - count;
  }
  for (std::size_t k = 0; k < count / 2; ++k, i = after(i), j = before(j)) {
    std::swap(tour_[i], tour_[j]);
    place_[static_cast<std::size_t>(tour_[i])] = i;
    place_[static_cast<std::size_t>(tour_[j])] = j;
  }
}

// Puts the `count` cities from `first` on, forward or backward, between c and its neighbour d, `first` beside c.
void LocalSearch::insert(int first, int count, bool forward, int c, int d) {
  const std::size_t n = tour_.size(), length = static_cast<std::size_t>(count);
  int piece[longest_piece];
  for (int k = 0, city = first; k < count; ++k) {
    piece[k] = city;
    city = forward ? next(city) : previous(city);
  }
  const bool c_first = next(c) == d;  // c stands before d in the tour
  const int low = c_first ? c : d;    // the piece goes behind this one
  std::size_t start = place_[static_cast<std::size_t>(forward ? piece[0] : piece[count - 1])];
  const std::size_t end = (start + length - 1) % n, target = place_[static_cast<std::size_t>(low)];
  const std::size_t distance_ahead = (target + n - end) % n, distance_behind = (start + n - target - 1) % n;
  const auto put = [&](std::size_t place, int city) {
    tour_[place] = city;
    place_[static_cast<std::size_t>(city)] = place;
  };
  std::size_t place;
  if (distance_ahead <= distance_behind) {  // the cities between move back
    place = start;
    for (std::size_t k = 0, from = after(end); k < distance_ahead; ++k) {
      put(place, tour_[from]);
      place = after(place);
      from = after(from);
    }
  } else {  // the cities between move ahead
    place = end;
    for (std::size_t k = 0, from = before(start); k < distance_behind; ++k) {
      put(place, tour_[from]);
      place = before(place);
      from = before(from);
    }
    place = (place + n - length + 1) % n;
  }
  for (int k = 0; k < count; ++k, place = after(place)) put(place, piece[c_first ? k : count - 1 - k]);
}

// Two pieces that follow each other change places. Returns by how much longer the tour is.
double LocalSearch::kick(std::uint32_t random_place, std::uint32_t random_lengths) {
  const EdgeCosts& costs = *costs_;
  const auto n = static_cast<std::uint32_t>(n_);
  const std::uint32_t longest = std::min<std::uint32_t>(longest_swap, (n - 2) / 2);
  const std::uint32_t first_length = 1 + (random_lengths & 0xffff) % longest;
  const std::uint32_t second_length = 1 + (random_lengths >> 16) % longest;
  const std::uint32_t start = random_place % n;
  const auto at = [&](std::uint32_t offset) { return tour_[(start + offset) % n]; };

  const int before_pieces = at(0), first_start = at(1), first_end = at(first_length);
  const int second_start = at(first_length + 1), second_end = at(first_length + second_length);
  const int after_pieces = at(first_length + second_length + 1);
  piece_.clear();
  for (std::uint32_t k = 1; k <= first_length; ++k) piece_.push_back(at(k));
  for (std::uint32_t k = 1; k <= first_length + second_length; ++k) {
    const int city = k <= second_length ? at(first_length + k) : piece_[k - second_length - 1];
    const std::size_t place = (start + k) % n;
    tour_[place] = city;
    place_[static_cast<std::size_t>(city)] = place;
  }
  for (const int city : {before_pieces, first_start, first_end, second_start, second_end, after_pieces}) wake(city);
  return costs(before_pieces, second_start) + costs(second_end, first_start) + costs(first_end, after_pieces) -
         costs(before_pieces, first_start) - costs(first_end, second_start) - costs(second_end, after_pieces);
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
