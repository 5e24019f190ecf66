#include <cotape/solvers/tsp/decisions.h>

#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

void Decisions::reset(const EdgeCosts& costs) {
  costs_ = &costs;
  n_ = costs.n();
  const auto n = static_cast<std::size_t>(n_);
  used_edges_ = 0;
  states_.assign(n * n, State::open);
  weights_ = costs.matrix();
  for (int i = 0; i < n_; ++i) {
    states_[static_cast<std::size_t>(i * n_ + i)] = State::out;
    weights_(i, i) = excluded;
  }
  used_.assign(n, 0);
  left_.assign(n, n_ - 1);
  other_end_.resize(n);
  std::iota(other_end_.begin(), other_end_.end(), 0);
  trail_.clear();
  unsettled_.clear();
}

void Decisions::set(int i, int j, State state, double weight) {
  states_[static_cast<std::size_t>(i * n_ + j)] = states_[static_cast<std::size_t>(j * n_ + i)] = state;
  weights_(i, j) = weights_(j, i) = weight;
}

bool Decisions::use(int i, int j) {
  unsettled_.clear();
  return put_in(i, j) && draw_consequences();
}

bool Decisions::leave_out(int i, int j) {
  unsettled_.clear();
  return take_out(i, j) && draw_consequences();
}

bool Decisions::put_in(int i, int j) {
  if (state(i, j) != State::open) return state(i, j) == State::used;
  if (used(i) == 2 || used(j) == 2) return false;
  const int end_i = other_end_[static_cast<std::size_t>(i)], end_j = other_end_[static_cast<std::size_t>(j)];
  const bool closes = end_i == j;
  if (closes && used_edges_ != n_ - 1) return false;
  set(i, j, State::used, forced);
  ++used_[static_cast<std::size_t>(i)];
  ++used_[static_cast<std::size_t>(j)];
  ++used_edges_;
  trail_.push_back({i, j, end_i, end_j});
  if (!closes) {
    other_end_[static_cast<std::size_t>(end_i)] = end_j;
    other_end_[static_cast<std::size_t>(end_j)] = end_i;
    if (used_edges_ < n_ - 1) {
      if (state(end_i, end_j) != State::used && !take_out(end_i, end_j)) return false;
    } else if (!put_in(end_i, end_j)) {
      return false;
    }
  }
  unsettled_.push_back(i);
  unsettled_.push_back(j);
  return true;
}

bool Decisions::take_out(int i, int j) {
  if (state(i, j) != State::open) return state(i, j) == State::out;
  set(i, j, State::out, excluded);
  trail_.push_back({i, j});
  unsettled_.push_back(i);
  unsettled_.push_back(j);
  const int left_i = --left_[static_cast<std::size_t>(i)], left_j = --left_[static_cast<std::size_t>(j)];
  return left_i >= 2 && left_j >= 2;
}

bool Decisions::draw_consequences() {
  while (!unsettled_.empty()) {
    const int city = unsettled_.back();
    unsettled_.pop_back();
    if (!settle(city)) return false;
  }
  return true;
}

bool Decisions::settle(int city) {
  const auto c = static_cast<std::size_t>(city);
  if (used_[c] == 2 && left_[c] > 2) {
    for (int j = 0; j < n_; ++j)
      if (open(city, j) && !take_out(city, j)) return false;
  } else if (left_[c] == 2 && used_[c] < 2) {
    for (int j = 0; j < n_; ++j)
      if (open(city, j) && !put_in(city, j)) return false;
  }
  return true;
}

void Decisions::undo(std::size_t mark) {
  while (trail_.size() > mark) {
    const Step step = trail_.back();
    trail_.pop_back();
    set(step.i, step.j, State::open, (*costs_)(step.i, step.j));
    if (step.end_i < 0) {
      ++left_[static_cast<std::size_t>(step.i)];
      ++left_[static_cast<std::size_t>(step.j)];
    } else {
      --used_[static_cast<std::size_t>(step.i)];
      --used_[static_cast<std::size_t>(step.j)];
      --used_edges_;
      other_end_[static_cast<std::size_t>(step.end_i)] = step.i;
      other_end_[static_cast<std::size_t>(step.end_j)] = step.j;
    }
  }
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
