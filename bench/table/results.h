#pragma once
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cotape::bench {

// What stands for a number that was not measured.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

// The median, and between which values the rest lie; NaN for an empty list.
struct Spread {
  double median, lowest, highest;
};
Spread spread(std::vector<double> values);

// One program on one training step with so many threads, once a round.
struct StepRuns {
  std::string setting;                 // of libtorch: how images lie in memory, how its threads wait
  std::vector<double> seconds;         // each round's median step
  double peak_bytes = 0;               // of the process, the largest of all rounds
  double tensor_bytes = not_measured;  // that cotape's tape holds; libtorch does not tell it, nor what follows
  double allocations = not_measured;   // of tensor memory in a step
  double flops = not_measured;         // of a step
};

// Both programs on one step.
struct StepResult {
  std::string step;
  int threads = 0;
  // libtorch at its quickest, and with memory as it is by default.
  StepRuns cotape, torch, torch_default;

  // How many times as long libtorch takes: of the medians, and the lowest and highest of a round.
  Spread ratio() const { return ratio(torch); }
  Spread ratio(const StepRuns& of_torch) const;
  // Of one program, by the operations of the step.
  double gflops(const StepRuns& runs) const;
};

// How far both engines' numbers for the same weights and inputs are apart, relative.
struct CheckResult {
  std::string step;
  double output_error = not_measured;          // of the whole batch
  double whole_gradient_error = not_measured;  // likewise: there a gradient may jump between two nearly equal numbers
  std::int64_t examples = 0;                   // of the batch without such a place …
  double gradient_error = not_measured;        // … on which gradients are compared
  std::string gradient_tensor;                 // whose error that is
};

// One engine on the instances of a problem; microseconds an instance.
struct SolverResult {
  std::string problem, size, kind, engine;
  std::int64_t instances = 0;
  double median_us = not_measured, percentile99_us = not_measured;
};

// One engine's gradient of one problem, or the objective alone.
struct TapeResult {
  std::string problem, size, engine;
  std::int64_t parameters = 0;
  double median_us = not_measured, objective_us = not_measured;  // of the gradient, of the objective in plain numbers
  double tape_bytes = not_measured;                              // as the library counts them
  double peak_growth_bytes = not_measured;                       // of the process
};

// What bench_micro tells of one benchmark; NaN where it has no such counter.
struct MicroResult {
  double microseconds = not_measured;
  double gflops = not_measured;
  double bytes_per_second = not_measured;
  double row_seconds = not_measured;  // an instance of a batch
  double overhead = not_measured;     // of a rule over its solver calls, as a share of their time
  double noise = not_measured;        // the part of it in which noise is drawn
};

// Everything that bench/run.sh leaves in its folder. What was not measured is empty.
struct Results {
  nlohmann::json machine = nlohmann::json::object();
  std::map<int, double> sgemm;  // threads → GFLOP/s
  std::vector<StepResult> steps;
  std::vector<CheckResult> checks;
  std::vector<nlohmann::json> calibration;
  std::vector<SolverResult> solvers;
  std::vector<TapeResult> tapes;
  std::string profile;                                      // tables of bench_steps --profile, as they are printed
  std::vector<std::string> micro_names;                     // in the program's order
  std::map<int, std::map<std::string, MicroResult>> micro;  // threads → name → result

  // Nothing when it was not measured.
  const StepResult* find(const std::string& step, int threads) const;
  const MicroResult* find_micro(const std::string& name, int threads) const;
  const SolverResult* find_solver(const std::string& problem, const std::string& size, const std::string& kind,
                                  const std::string& engine) const;
  const TapeResult* find_tape(const std::string& problem, const std::string& size, const std::string& engine) const;
  // NaN likewise: the median of the fastest engine other than cotape.
  double fastest_peer_us(const std::string& problem, const std::string& size, const std::string& kind) const;
  double sgemm_gflops(int threads) const;
};

// What bench_torch was told to choose: memory format, and whether waiting threads spin (active) or sleep (passive).
std::string setting_of(const nlohmann::json& line);

// Reads machine.json, sgemm.jsonl, rounds.jsonl, default_rounds.jsonl, calibration.jsonl, check.jsonl, solvers.jsonl,
// tapes.jsonl, profile.md, micro_1.json and micro_2.json. A file that is not there counts as not measured. Throws
// FileError, naming file and line, for what is no such result.
Results read_results(const std::filesystem::path& folder);

}  // namespace cotape::bench
