#include <cotape/bench/steps/flops.h>
#include <cotape/bench/steps/profile.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <map>
#include <string>
#include <vector>

namespace cotape::bench {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Sums over all steps.
struct Row {
  std::string name, pass;
  double calls = 0, seconds = 0, flops = 0;
};

// Gives the time that passes to the ops of a tape: while one computes its value, and in the backward pass from one
// node's gradient to the next one's, in which that node's products are computed.
class Profiler final : public Observer {
 public:
  Profiler(Tape& tape, ProfileBy by) : graph_(tape.graph()), by_(by) { graph_.observer = this; }
  ~Profiler() override { graph_.observer = nullptr; }
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  void begin_value(std::uint32_t) override { start_ = now(); }
  void end_value(std::uint32_t node) override { add(node, "forward", flops_of(graph_, node).forward); }
  void begin_backward(std::uint32_t) override {}
  void gradient(std::uint32_t node, const Tensor&) override {
    end_products();
    current_ = node;
    start_ = now();
  }
  void product(std::uint32_t, std::size_t, const Tensor&, const Tensor&) override {}
  void solver_call(std::uint32_t, const SolverCall&) override {}

  // The backward pass is over: the time of the node that was last goes to it.
  void end_products() {
    if (current_) add(*current_, "backward", flops_of(graph_, *current_).backward);
    current_.reset();
  }

  std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (const auto& [key, row] : rows_) rows.push_back(row);
    return rows;
  }

 private:
  void add(std::uint32_t id, const char* pass, double flops) {
    const double seconds = now() - start_;
    const Node& node = graph_.nodes[id];
    if (node.is_leaf()) return;
    std::string name = node.op.name;
    if (by_ == ProfileBy::layer && !graph_.path(node).empty()) name += " " + graph_.path(node);
    Row& row = rows_.try_emplace({name, pass}, Row{name, pass}).first->second;
    row.calls += 1;
    row.seconds += seconds;
    row.flops += flops;
  }

  Graph& graph_;
  ProfileBy by_;
  double start_ = 0;
  std::optional<std::uint32_t> current_;  // whose products are being computed
  std::map<std::pair<std::string, std::string>, Row> rows_;
};

void write_row(std::ostream& out, const Row& row, double steps, double total) {
  out << "| " << row.name << " | " << row.pass << " | ";
  if (row.calls > 0) out << std::setprecision(0) << row.calls / steps;
  out << " | " << std::setprecision(3) << 1e3 * row.seconds / steps << " | " << std::setprecision(1)
      << 100 * row.seconds / total << " % | ";
  if (row.flops > 0) out << 1e-9 * row.flops / row.seconds;
  out << " |\n";
}

}  // namespace

void write_profile(std::ostream& out, Step& step, int steps, ProfileBy by) {
  Profiler profiler(step.tape(), by);
  Row update{"adam, gradients cleared", "update"}, rest{"in no op", ""}, solver{"(of these: the solver)", "forward"};
  const double solver_before = step.diagnostics().seconds();
  const double start = now();
  for (int i = 0; i < steps; ++i) {
    step.backward(step.forward().loss);
    profiler.end_products();
    const double begin = now();
    step.update();
    update.seconds += now() - begin;
  }
  const double total = now() - start;
  solver.seconds = step.diagnostics().seconds() - solver_before;

  std::vector<Row> rows = profiler.rows();
  rest.seconds = total - update.seconds;
  for (const Row& row : rows) rest.seconds -= row.seconds;
  rows.push_back(update);
  rows.push_back(rest);
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });

  out << std::fixed << "| op | pass | calls | ms a step | share | GFLOP/s |\n|---|---|--:|--:|--:|--:|\n";
  for (const Row& row : rows) write_row(out, row, steps, total);
  write_row(out, solver, steps, total);
  write_row(out, {"**step**", "", 0, total, 0}, steps, total);
}

}  // namespace cotape::bench
