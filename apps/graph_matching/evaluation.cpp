#include <cotape/apps/graph_matching/evaluation.h>
#include <cotape/apps/graph_matching/step.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/assignment/assignment.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr std::int64_t pairs_at_once = 16;

}  // namespace

void MatchScore::add(const ViewPair& pair, std::span<const real> matching) {
  const std::size_t rows = pair.right_of_left.size(), columns = matching.size() / rows;
  bool faultless = true;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::int64_t partner = pair.right_of_left[i];
    const auto own = matching.subspan(i * columns, columns);
    const auto found = std::find(own.begin(), own.end(), real(1));
    const std::int64_t guess = found == own.end() ? -1 : found - own.begin();
    wanted += partner >= 0 ? 1 : 0;
    proposed += guess >= 0 ? 1 : 0;
    right += partner >= 0 && guess == partner ? 1 : 0;
    faultless = faultless && guess == partner;
  }
  ++pairs;
  perfect += faultless ? 1 : 0;
}

MatchScore& MatchScore::operator+=(const MatchScore& other) {
  wanted += other.wanted;
  proposed += other.proposed;
  right += other.right;
  pairs += other.pairs;
  perfect += other.perfect;
  return *this;
}

Evaluator::Evaluator(const MatchingOptions& options, const MatchingData& data)
    : data_(data),
      nodes_only_(options.nodes_only),
      layout_(data.layout(!options.nodes_only)),
      oracle_(make_solver(options, layout_, data.partial)) {}

Tensor Evaluator::solve(Matcher& model, std::span<const ViewPair* const> pairs) {
  const PairBatch batch = make_batch(data_, pairs, layout_);
  model.eval();
  tape_.clear();
  Var scores = neg(model(patches_of(batch, {}, Rng(0), tape_), batch));
  if (nodes_only_) scores = reshape(scores, {-1, layout_.left_nodes, layout_.right_nodes});
  Tensor solutions(scores.shape());
  oracle_.argmax(scores.value(), solutions, Phase::forward, nodes_only_ ? Instances() : Instances(batch.graphs));
  model.train();
  const std::int64_t nodes = layout_.left_nodes * layout_.right_nodes, stride = solutions.size() / batch.pairs;
  Tensor matchings(Shape{batch.pairs, nodes});
  for (std::int64_t b = 0; b < batch.pairs; ++b)
    std::copy_n(solutions.data() + b * stride, nodes, matchings.data() + b * nodes);
  return matchings;
}

MatchScore Evaluator::evaluate(Matcher& model, const PairGroup& group) {
  MatchScore score;
  const auto count = std::ssize(group.pairs);
  std::vector<const ViewPair*> pairs;
  for (std::int64_t begin = 0; begin < count; begin += pairs_at_once) {
    pairs.clear();
    for (std::int64_t i = begin; i < std::min(count, begin + pairs_at_once); ++i)
      pairs.push_back(&group.pairs[static_cast<std::size_t>(i)]);
    const Tensor matchings = solve(model, pairs);
    const std::int64_t size = matchings.shape()[1];
    for (std::size_t b = 0; b < pairs.size(); ++b)
      score.add(*pairs[b],
                matchings.values().subspan(b * static_cast<std::size_t>(size), static_cast<std::size_t>(size)));
  }
  return score;
}

std::vector<std::int64_t> Evaluator::match(Matcher& model, const ViewPair& pair) {
  const ViewPair* const one[] = {&pair};
  const Tensor matching = solve(model, one);
  std::vector<std::int64_t> partners;
  for (std::int64_t i = 0; i < layout_.left_nodes; ++i) {
    const real* const own = matching.data() + i * layout_.right_nodes;
    const real* const found = std::find(own, own + layout_.right_nodes, real(1));
    partners.push_back(found == own + layout_.right_nodes ? -1 : found - own);
  }
  return partners;
}

MatchScore match_patches(const MatchingData& data, const PairGroup& group) {
  MatchScore score;
  for (const ViewPair& pair : group.pairs) {
    const View& left = data.views[static_cast<std::size_t>(pair.left)];
    const View& right = data.views[static_cast<std::size_t>(pair.right)];
    std::vector<double> costs = patch_similarities(left, right);
    for (double& cost : costs) cost = -cost;
    const auto rows = std::ssize(left.points), columns = std::ssize(right.points);
    const AssignmentResult found = solve_assignment(costs, rows, columns);
    std::vector<real> matching(costs.size());
    for (std::int64_t i = 0; i < rows; ++i)
      matching[static_cast<std::size_t>(i * columns + found.column_of_row[static_cast<std::size_t>(i)])] = 1;
    score.add(pair, matching);
  }
  return score;
}

}  // namespace cotape::app
