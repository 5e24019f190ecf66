#include <cotape/solvers/flow/push_relabel.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {
namespace {

constexpr std::int32_t none = -1;

// Calls f(arc) for the arcs from first to last − 1 of which test(arc) is true, until f returns false. The tests are
// made 64 at a time and without branches, most of which could not be foretold.
template <class Test, class F>
void for_arcs_where(std::int32_t first, std::int32_t last, Test test, F f) {
  constexpr std::int32_t block = 64;
  for (; first < last; first += block) {
    std::uint64_t bits = 0;
    for (std::int32_t arc = std::min(first + block, last); arc-- > first;)
      bits = 2 * bits + static_cast<std::uint64_t>(test(arc));
    for (; bits != 0; bits &= bits - 1)
      if (!f(first + std::countr_zero(bits))) return;
  }
}

}  // namespace

void PushRelabel::clear(const Arcs& arcs) {
  nodes_ = arcs.node_count();
  const auto nodes = static_cast<std::size_t>(nodes_);
  residual_.assign(static_cast<std::size_t>(arcs.arc_count()), 0);
  excess_.assign(nodes, 0);
  label_.assign(nodes, nodes_);
  active_.assign(nodes, none);
  at_label_.assign(nodes + 1, 0);
  on_source_side_.assign(nodes, 0);
  current_.resize(nodes);
  next_.resize(nodes);
  queue_.resize(nodes);
  source_side_.reserve(nodes);
}

void PushRelabel::run(const Arcs& arcs, std::int32_t source, std::int32_t target) {
  if (label(arcs, source, target)) {
    for (std::int32_t v = 0; v < nodes_; ++v) current_[v] = arcs.first(v);
    excess_[source] = std::numeric_limits<double>::infinity();  // so that it is never pushed on
    while (flood(arcs, source, target))
      for (; highest_ > 0; --highest_)
        for (std::int32_t v; (v = active_[highest_]) != none;) {
          active_[highest_] = next_[v];
          discharge(arcs, v);
        }
  }
  find_source_side(arcs, source);
}

bool PushRelabel::label(const Arcs& arcs, std::int32_t source, std::int32_t target) {
  std::int32_t* const label = label_.data();
  const double* const residual = residual_.data();
  std::int32_t seen = 0, found = 0;
  label[source] = 0;
  queue_[found++] = source;
  while (seen < found && label[target] == nodes_) {
    const std::int32_t v = queue_[seen++];
    for_arcs_where(
        arcs.first(v), arcs.last(v), [&](std::int32_t arc) { return label[arcs.head(arc)] == nodes_; },
        [&](std::int32_t arc) {
          const std::int32_t u = arcs.head(arc);
          if (!(residual[arcs.reverse(arc)] > 0) || label[u] != nodes_) return true;  // labelled by a parallel arc
          label[u] = label[v] + 1;
          ++at_label_[label[u]];
          queue_[found++] = u;
          return true;
        });
  }
  const std::int32_t distance = label[target];
  if (distance == nodes_) return false;
  for (std::int32_t v = 0; v < nodes_; ++v) label[v] = std::min(label[v], distance);
  label[target] = nodes_;
  at_label_[distance] += nodes_ - found - 1;
  return true;
}

bool PushRelabel::flood(const Arcs& arcs, std::int32_t source, std::int32_t target) {
  double wanted = 0;
  for (std::int32_t arc = arcs.first(source); arc < arcs.last(source); ++arc) wanted += residual_[arcs.reverse(arc)];
  bool any = false;
  for (std::int32_t arc = arcs.first(target); wanted > 0 && arc < arcs.last(target); ++arc) {
    const std::int32_t v = arcs.head(arc);
    const double amount = std::min(wanted, residual_[arc]);
    if (!(amount > 0) || label_[v] == nodes_) continue;
    push(arcs, arc, v, amount);
    highest_ = std::max(highest_, label_[v]);
    wanted -= amount;
    any = true;
  }
  return any;
}

void PushRelabel::push(const Arcs& arcs, std::int32_t arc, std::int32_t to, double amount) {
  residual_[arc] -= amount;
  residual_[arcs.reverse(arc)] += amount;
  const double before = excess_[to];
  excess_[to] = before + amount;
  if (before != 0) return;
  const std::int32_t label = label_[to];
  next_[to] = active_[label];
  active_[label] = to;
}

void PushRelabel::discharge(const Arcs& arcs, std::int32_t v) {
  const std::int32_t first = arcs.first(v), last = arcs.last(v);
  const std::int32_t* const labels = label_.data();
  const double* const residual = residual_.data();
  double left = excess_[v];
  for (;;) {
    const std::int32_t label = labels[v];
    highest_ = std::max(highest_, label);
    std::int32_t current = last;
    for_arcs_where(
        current_[v], last,
        [&](std::int32_t arc) { return (labels[arcs.head(arc)] == label - 1) & (residual[arc] > 0); },
        [&](std::int32_t arc) {
          const double amount = std::min(left, residual[arc]);
          push(arcs, arc, arcs.head(arc), amount);
          left -= amount;
          if (left > 0) return true;
          current = arc;
          return false;
        });
    current_[v] = current;
    if (!(left > 0)) break;

    std::int32_t lowest = nodes_ - 1;
    for (std::int32_t arc = first; arc < last; ++arc) {
      const std::int32_t other = labels[arcs.head(arc)];
      lowest = (static_cast<int>(other < lowest) & static_cast<int>(residual[arc] > 0)) != 0 ? other : lowest;
    }
    label_[v] = lowest + 1;
    ++at_label_[lowest + 1];
    current_[v] = first;
    if (--at_label_[label] == 0) {
      cut_off(label);
      break;
    }
    if (lowest + 1 == nodes_) break;
  }
  excess_[v] = left;
}

void PushRelabel::cut_off(std::int32_t label) {
  for (std::int32_t& other : label_) other = other < label ? other : nodes_;
  std::fill(at_label_.begin() + label, at_label_.begin() + nodes_, 0);
  std::fill(active_.begin() + label, active_.begin() + highest_ + 1, none);
  highest_ = label - 1;
}

void PushRelabel::find_source_side(const Arcs& arcs, std::int32_t source) {
  std::int32_t* const seen = on_source_side_.data();
  const double* const residual = residual_.data();
  // Those that are cut off cannot be reached.
  const auto at_most = nodes_ - std::count(label_.begin(), label_.end(), nodes_);
  source_side_.assign(1, source);
  seen[source] = 1;
  for (std::ptrdiff_t i = 0; i < std::ssize(source_side_) && std::ssize(source_side_) < at_most; ++i)
    for_arcs_where(
        arcs.first(source_side_[i]), arcs.last(source_side_[i]),
        [&](std::int32_t arc) {
          return (static_cast<int>(seen[arcs.head(arc)] == 0) & static_cast<int>(residual[arcs.reverse(arc)] > 0)) != 0;
        },
        [&](std::int32_t arc) {
          const std::int32_t v = arcs.head(arc);
          if (seen[v] == 0) source_side_.push_back(v);
          seen[v] = 1;
          return true;
        });
}

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
