#include <cotape/bench/table/tables.h>

namespace cotape::bench {
namespace {

constexpr double mebibyte = 1 << 20;

Value value_of(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_null()) return not_measured;
  return json.is_string() ? json.get<std::string>() : json.dump();
}

}  // namespace

Table machine_table(const Results& results) {
  Table table{.name = "machine",
              .note =
                  "Idle shares are of all cores, over two seconds before and after the run. SGEMM: OpenBLAS with its "
                  "own threads on square matrices of 2,048 rows.",
              .columns = {"what", "value"},
              .rows = {}};
  for (const auto& [name, value] : results.machine.items()) table.rows.push_back({name, value_of(value)});
  for (const auto& [threads, gflops] : results.sgemm)
    table.rows.push_back({"SGEMM GFLOP/s, threads: " + std::to_string(threads), gflops});
  return table;
}

Table step_table(const Results& results) {
  Table table{
      .name = "training steps",
      .note =
          "Forward, loss, backward and Adam. Times are medians over rounds of each process's median step; "
          "ratio: libtorch's time by cotape's, with the lowest and highest of a round; the same with libtorch's "
          "memory as it is by default. GFLOP/s count the "
          "sums that define the layers, for both programs, whichever way they are computed; share: of "
          "SGEMM's rate with as many threads.",
      .columns = {"step", "threads", "rounds", "cotape ms", "libtorch ms", "ratio", "lowest", "highest",
                  "cotape GFLOP/s", "share of SGEMM", "libtorch GFLOP/s", "libtorch setting",
                  "libtorch ms, default memory", "ratio to that", "lowest of that", "highest of that"},
      .rows = {}};
  for (const StepResult& r : results.steps) {
    const Spread ratio = r.ratio(), to_default = r.ratio(r.torch_default);
    const double gflops = r.gflops(r.cotape);
    table.rows.push_back({r.step, r.threads, r.cotape.seconds.size(), 1e3 * spread(r.cotape.seconds).median,
                          1e3 * spread(r.torch.seconds).median, ratio.median, ratio.lowest, ratio.highest, gflops,
                          gflops / results.sgemm_gflops(r.threads), r.gflops(r.torch), r.torch.setting,
                          1e3 * spread(r.torch_default.seconds).median, to_default.median, to_default.lowest,
                          to_default.highest});
  }
  return table;
}

Table memory_table(const Results& results) {
  Table table{.name = "memory and threads",
              .note =
                  "Peak memory of each process in MiB, the largest of all rounds, libraries included; tensor memory "
                  "that cotape's tape holds, and how often a steady step asks the system for more. Speed-up: "
                  "cotape's step with one thread by that with two.",
              .columns = {"step", "threads", "cotape peak MiB", "libtorch peak MiB", "cotape tensors MiB",
                          "allocations a step", "speed-up"},
              .rows = {}};
  for (const StepResult& r : results.steps) {
    const StepResult* one = results.find(r.step, 1);
    const double speed_up =
        one && r.threads > 1 ? spread(one->cotape.seconds).median / spread(r.cotape.seconds).median : not_measured;
    const double torch_peak = r.torch.seconds.empty() ? not_measured : r.torch.peak_bytes / mebibyte;
    table.rows.push_back({r.step, r.threads, r.cotape.peak_bytes / mebibyte, torch_peak,
                          r.cotape.tensor_bytes / mebibyte, r.cotape.allocations, speed_up});
  }
  return table;
}

Table calibration_table(const Results& results) {
  Table table{.name = "libtorch's settings",
              .note =
                  "Three processes each before the rounds; the setting with the fastest median is what the rounds "
                  "compare with. Formats say how "
                  "images lie in memory; waiting threads of OpenMP spin (active) or sleep (passive); freed memory goes "
                  "back to the system (default) or is kept. dvae-table: the "
                  "DVAE with libtorch drawing from a table of quantiles as cotape does, instead of its own Gammas.",
              .columns = {"step", "threads", "setting", "ms"},
              .rows = {}};
  for (const nlohmann::json& line : results.calibration)
    table.rows.push_back({value_of(line.at("step")), value_of(line.at("threads")), setting_of(line),
                          1e3 * line.at("median").get<double>()});
  return table;
}

Table check_table(const Results& results) {
  Table table{.name = "agreement with libtorch",
              .note =
                  "Relative errors of the output and of the parameters' gradients, the largest of them, for the same "
                  "weights and inputs. Where a ReLU's input or the difference of two candidates of a maximum is 0 but "
                  "for rounding, gradients jump; they are compared on the largest batch tried without such a place.",
              .columns = {"step", "output error", "gradient error, whole batch", "examples", "gradient error", "of"},
              .rows = {}};
  for (const CheckResult& check : results.checks)
    table.rows.push_back({check.step, check.output_error, check.whole_gradient_error, check.examples,
                          check.gradient_error, check.gradient_tensor});
  return table;
}

Table solver_table(const Results& results) {
  Table table{
      .name = "solvers",
      .note =
          "One instance at a time on one core; microseconds a solve, of the fastest of several repeats. By "
          "cotape's: how many times as long as cotape the engine takes. All engines' answers cost the same.",
      .columns = {"problem", "size", "kind", "engine", "median us", "99th percentile us", "by cotape's", "instances"},
      .rows = {}};
  for (const SolverResult& r : results.solvers) {
    const SolverResult* own = results.find_solver(r.problem, r.size, r.kind, "cotape");
    table.rows.push_back({r.problem, r.size, r.kind, r.engine, r.median_us, r.percentile99_us,
                          own ? r.median_us / own->median_us : not_measured, r.instances});
  }
  return table;
}

Table tape_table(const Results& results) {
  Table table{.name = "tapes",
              .note =
                  "One gradient on one core, in double: recording and the reverse pass, or for a replayed tape both "
                  "passes over what was recorded before. By the objective's: how many times as long as the objective "
                  "alone in loops of plain numbers. By cotape's: how many times as long as cotape's single ops. Tape: "
                  "as the library counts it; growth: of the process's resident memory at most, from one mebibyte on.",
              .columns = {"problem", "size", "parameters", "engine", "us", "by the objective's", "by cotape's",
                          "tape MiB", "growth MiB"},
              .rows = {}};
  for (const TapeResult& r : results.tapes) {
    const TapeResult* own = results.find_tape(r.problem, r.size, "cotape");
    table.rows.push_back({r.problem, r.size, r.parameters, r.engine, r.median_us, r.median_us / r.objective_us,
                          own ? r.median_us / own->median_us : not_measured, r.tape_bytes / mebibyte,
                          r.peak_growth_bytes / mebibyte});
  }
  return table;
}

Table rule_table(const Results& results) {
  Table table{.name = "rules over the grid path",
              .note =
                  "Forward and backward through a layer on a batch of 70 grids of 12 × 12 cells. Overhead: what is "
                  "not the solver's, by what is; noise: the part of it in which noise is drawn.",
              .columns = {"rule", "threads", "us", "overhead", "noise"},
              .rows = {}};
  for (const std::string& name : results.micro_names)
    for (const int threads : {1, 2})
      if (const MicroResult* r = results.find_micro(name, threads); r && name.starts_with("rule/"))
        table.rows.push_back({name, threads, r->microseconds, r->overhead, r->noise});
  return table;
}

Table solver_times_table(const Results& results) {
  Table table{.name = "solver times",
              .note = "Random instances in a batch, one thread; microseconds an instance.",
              .columns = {"instance", "µs"},
              .rows = {}};
  const std::string prefix = "solver/";
  for (const std::string& name : results.micro_names) {
    const MicroResult* r = results.find_micro(name, 1);
    if (r && name.starts_with(prefix))
      table.rows.push_back({"`" + name.substr(prefix.size()) + "`", 1e6 * r->row_seconds});
  }
  return table;
}

Table micro_table(const Results& results) {
  Table table{
      .name = "micro-benchmarks",
      .note = "By bench_micro, with one thread and with two; ns a row: of solvers, for one instance of a batch.",
      .columns = {"benchmark", "us, 1 thread", "us, 2 threads", "GFLOP/s, 1", "GFLOP/s, 2", "GiB/s, 1", "GiB/s, 2",
                  "ns a row, 1", "ns a row, 2"},
      .rows = {}};
  for (const std::string& name : results.micro_names) {
    const MicroResult* found[] = {results.find_micro(name, 1), results.find_micro(name, 2)};
    const MicroResult one = found[0] ? *found[0] : MicroResult{}, two = found[1] ? *found[1] : MicroResult{};
    table.rows.push_back({name, one.microseconds, two.microseconds, one.gflops, two.gflops,
                          one.bytes_per_second / 0x1p30, two.bytes_per_second / 0x1p30, 1e9 * one.row_seconds,
                          1e9 * two.row_seconds});
  }
  return table;
}

}  // namespace cotape::bench
