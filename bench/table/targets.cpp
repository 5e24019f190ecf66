#include <cotape/bench/table/tables.h>

#include <algorithm>
#include <cmath>

namespace cotape::bench {
namespace {

class Targets {
 public:
  // What was not measured is not met.
  void at_least(const std::string& what, double limit, double measured) {
    add(what, "≥ " + format_number(limit), measured, measured >= limit);
  }
  void at_most(const std::string& what, double limit, double measured) {
    add(what, "≤ " + format_number(limit), measured, measured <= limit);
  }

  std::vector<std::vector<Value>> rows;

 private:
  void add(const std::string& what, const std::string& wanted, double measured, bool met) {
    rows.push_back({what, wanted, measured, std::isnan(measured) ? "not measured" : met ? "yes" : "no"});
  }
};

void add_steps(const Results& results, Targets& targets) {
  struct Goal {
    const char* step;
    double ratio;  // to libtorch with two threads; 0: none is set
    double speed_up;
  };
  constexpr Goal goals[] = {{"dvae", 3, 1.5},          {"dvae-table", 3, 1.5},   {"combresnet-12", 2, 1.7},
                            {"combresnet-30", 0, 1.7}, {"pure-conv-12", 3, 1.7}, {"globe", 3, 1.7}};
  for (const Goal& goal : goals) {
    const std::string step = std::string(goal.step) + ": ";
    const StepResult *one = results.find(goal.step, 1), *two = results.find(goal.step, 2);
    if (goal.ratio > 0)
      targets.at_least(step + "libtorch's time by cotape's, two threads", goal.ratio,
                       two ? two->ratio().median : not_measured);
    targets.at_least(step + "libtorch's time by cotape's, one thread", 1.5, one ? one->ratio().median : not_measured);
    targets.at_least(
        step + "two threads against one", goal.speed_up,
        one && two ? spread(one->cotape.seconds).median / spread(two->cotape.seconds).median : not_measured);
    double memory = not_measured, allocations = not_measured;
    for (const StepResult* r : {one, two}) {
      if (!r || r->cotape.seconds.empty()) continue;
      allocations = std::fmax(allocations, r->cotape.allocations);
      if (!r->torch.seconds.empty()) memory = std::fmax(memory, r->cotape.peak_bytes / r->torch.peak_bytes);
    }
    targets.at_most(step + "peak memory by libtorch's, at most", 1, memory);
    targets.at_most(step + "tensor allocations a step, at most", 0, allocations);
    double error = not_measured;
    for (const CheckResult& check : results.checks)
      if (check.step == goal.step) error = std::max(check.output_error, check.gradient_error);
    targets.at_most(step + "relative difference to libtorch, results and gradients", 1e-4, error);
  }
}

void add_solvers(const Results& results, Targets& targets) {
  struct Goal {
    const char *problem, *size;
    std::vector<const char*> kinds;
    double ratio;           // the fastest peer's time by cotape's
    double microseconds{};  // at most; 0: no limit is set
  };
  // At the sizes of learning twice as fast as the best peer, and nowhere slower.
  const Goal goals[] = {{"grid path", "12x12", {"terrain", "uniform"}, 2, 5},
                        {"grid path", "32x32", {"terrain", "uniform"}, 2, 50},
                        {"assignment", "10", {"uniform"}, 2},
                        {"assignment", "50", {"uniform"}, 2, 30},
                        {"assignment", "200", {"uniform"}, 1},
                        {"perfect matching", "20", {"distances", "uniform"}, 2},
                        {"perfect matching", "50", {"distances", "uniform"}, 1},
                        {"perfect matching", "200", {"distances", "uniform"}, 1},
                        {"heaviest matching", "20", {"distances", "uniform"}, 2},
                        {"heaviest matching", "50", {"distances", "uniform"}, 1},
                        {"heaviest matching", "200", {"distances", "uniform"}, 1},
                        {"spanning tree", "10", {"uniform"}, 2, 1},
                        {"spanning tree", "50", {"uniform"}, 2},
                        {"spanning tree", "200", {"uniform"}, 1},
                        {"arborescence", "20", {"uniform"}, 2},
                        {"arborescence", "100", {"uniform"}, 1},
                        {"knapsack", "48", {"capacity 120"}, 2, 5},
                        {"knapsack", "50", {"whole weights", "real weights"}, 2},
                        {"grid cut", "32x32", {"segmentation", "random"}, 2},
                        {"grid cut", "64x64", {"segmentation", "random"}, 1},
                        {"minimum cut", "100", {"random"}, 2},
                        {"minimum cut", "10x10", {"levels"}, 2},
                        {"minimum cut", "32x32", {"levels"}, 1},
                        {"minimum-cost flow", "100", {"grid", "random"}, 2},
                        {"minimum-cost flow", "1000", {"random"}, 1}};
  for (const Goal& goal : goals)
    for (const char* kind : goal.kinds) {
      const SolverResult* own = results.find_solver(goal.problem, goal.size, kind, "cotape");
      const double median = own ? own->median_us : not_measured;
      const std::string name = std::string(goal.problem) + " " + goal.size + ", " + kind + ": ";
      if (goal.microseconds > 0) targets.at_most(name + "median us", goal.microseconds, median);
      targets.at_least(name + "fastest peer's time by cotape's", goal.ratio,
                       results.fastest_peer_us(goal.problem, goal.size, kind) / median);
    }
}

void add_micro(const Results& results, Targets& targets) {
  const MicroResult* top = results.find_micro("solver/top_10_of_20", 1);
  targets.at_most("top 10 of 20 in a batch: ns a row, one thread", 100, top ? 1e9 * top->row_seconds : not_measured);
  for (const std::string& name : results.micro_names) {
    if (!name.starts_with("rule/")) continue;
    const MicroResult* r = results.find_micro(name, 1);
    targets.at_most(name + ": overhead but for drawing its noise, one thread", 0.1,
                    r ? r->overhead - (std::isnan(r->noise) ? 0 : r->noise) : not_measured);
  }
}

}  // namespace

Table target_table(const Results& results) {
  Targets targets;
  add_steps(results, targets);
  add_solvers(results, targets);
  add_micro(results, targets);
  return {
      .name = "targets",
      .note = "What cotape set out to reach, and whether this run did. \"At most\": the larger of one thread and two.",
      .columns = {"target", "wanted", "measured", "met"},
      .rows = std::move(targets.rows)};
}

}  // namespace cotape::bench
