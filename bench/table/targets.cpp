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

void add_paths(const Results& results, Targets& targets) {
  for (const std::int64_t size : {12, 32})
    for (const std::string costs : {"terrain", "uniform"}) {
      double own = not_measured, peer = not_measured;
      for (const nlohmann::json& line : results.paths) {
        if (line.at("size") != size || line.at("costs") != costs) continue;
        const double median = line.at("median_us");
        if (line.at("engine") == "cotape")
          own = median;
        else
          peer = std::fmin(peer, median);
      }
      const std::string name =
          "grid path " + std::to_string(size) + "x" + std::to_string(size) + ", " + costs + " costs: ";
      targets.at_most(name + "median us", size == 12 ? 5 : 50, own);
      targets.at_least(name + "fastest peer's time by cotape's", 2, peer / own);
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
  add_paths(results, targets);
  add_micro(results, targets);
  return {
      .name = "targets",
      .note = "What cotape set out to reach, and whether this run did. \"At most\": the larger of one thread and two.",
      .columns = {"target", "wanted", "measured", "met"},
      .rows = std::move(targets.rows)};
}

}  // namespace cotape::bench
