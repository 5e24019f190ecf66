#include <cotape/bench/table/results.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/json_text.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

namespace cotape::bench {
namespace {

using nlohmann::json;

std::string read_if_there(const std::filesystem::path& path) {
  return std::filesystem::exists(path) ? read_file(path) : std::string();
}

// Calls `use` with each line of a file; its errors and those of the parser get the line's place.
void for_lines(const std::filesystem::path& path, const std::function<void(const json&)>& use) {
  std::istringstream lines(read_if_there(path));
  std::string line;
  for (std::int64_t number = 1; std::getline(lines, line); ++number) try {
      if (const auto fault = find_json_fault(line))
        fail<FileError>(path.string(), ":", number, ": not a JSON object: it ", fault->what);
      use(json::parse(line));
    } catch (const json::exception& error) {
      fail<FileError>(path.string(), ":", number, ": ", error.what());
    }
}

json parse_file(const std::filesystem::path& path) {
  const bool there = std::filesystem::exists(path) && std::filesystem::file_size(path) > 0;
  return there ? json::parse(read_json_object(path)) : json();
}

double number_or_nan(const json& entry, const char* name) { return entry.value(name, not_measured); }

// Of an entry that is there, and null where nothing was measured.
double number_or_null(const json& entry) { return entry.is_null() ? not_measured : entry.get<double>(); }

StepResult& step_of(std::vector<StepResult>& steps, const json& line) {
  const std::string step = line.at("step");
  const int threads = line.at("threads");
  const auto place = std::find_if(steps.begin(), steps.end(),
                                  [&](const StepResult& s) { return s.step == step && s.threads == threads; });
  if (place != steps.end()) return *place;
  return steps.emplace_back(
      StepResult{.step = step, .threads = threads, .cotape = {}, .torch = {}, .torch_default = {}});
}

void add_line(StepRuns& runs, const json& line) {
  runs.setting = setting_of(line);
  runs.seconds.push_back(line.at("median"));
  runs.peak_bytes = std::max(runs.peak_bytes, line.at("peak_bytes").get<double>());
  runs.tensor_bytes = number_or_nan(line, "tensor_bytes");
  runs.allocations = number_or_nan(line, "tensor_allocations_per_step");
  runs.flops = number_or_nan(line, "flops");
}

void add_round(std::vector<StepResult>& steps, const json& line) {
  StepResult& result = step_of(steps, line);
  add_line(line.at("engine") == "torch" ? result.torch : result.cotape, line);
}

// A benchmark's name without what Google Benchmark appends to it.
std::string plain_name(std::string name) {
  for (const std::string suffix : {"/real_time", "/manual_time"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

void add_micro(Results& results, int threads, const std::filesystem::path& path) {
  const json file = parse_file(path);
  if (file.is_null()) return;
  try {
    for (const json& entry : file.at("benchmarks")) {
      if (entry.at("time_unit") != "us") fail<FileError>(path.string(), ": ", entry.at("name"), " is not in us");
      const std::string name = plain_name(entry.at("name"));
      if (std::find(results.micro_names.begin(), results.micro_names.end(), name) == results.micro_names.end())
        results.micro_names.push_back(name);
      results.micro[threads][name] = {
          entry.at("real_time"),       number_or_nan(entry, "GFLOP/s"),  number_or_nan(entry, "bytes_per_second"),
          number_or_nan(entry, "row"), number_or_nan(entry, "overhead"), number_or_nan(entry, "noise")};
    }
  } catch (const json::exception& error) {
    fail<FileError>(path.string(), ": ", error.what());
  }
}

}  // namespace

Spread spread(std::vector<double> values) {
  if (values.empty()) return {not_measured, not_measured, not_measured};
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

Spread StepResult::ratio(const StepRuns& of_torch) const {
  std::vector<double> rounds;
  for (std::size_t i = 0; i < std::min(cotape.seconds.size(), of_torch.seconds.size()); ++i)
    rounds.push_back(of_torch.seconds[i] / cotape.seconds[i]);
  Spread result = spread(rounds);
  result.median = spread(of_torch.seconds).median / spread(cotape.seconds).median;
  return result;
}

double StepResult::gflops(const StepRuns& runs) const { return 1e-9 * cotape.flops / spread(runs.seconds).median; }

std::string setting_of(const json& line) {
  return line.value("format", "") + ", waiting " + line.value("omp_wait_policy", "default") + ", memory " +
         line.value("memory", "default");
}

const StepResult* Results::find(const std::string& step, int threads) const {
  for (const StepResult& result : steps)
    if (result.step == step && result.threads == threads) return &result;
  return nullptr;
}

const MicroResult* Results::find_micro(const std::string& name, int threads) const {
  const auto all = micro.find(threads);
  if (all == micro.end()) return nullptr;
  const auto place = all->second.find(name);
  return place == all->second.end() ? nullptr : &place->second;
}

const SolverResult* Results::find_solver(const std::string& problem, const std::string& size, const std::string& kind,
                                         const std::string& engine) const {
  for (const SolverResult& r : solvers)
    if (r.problem == problem && r.size == size && r.kind == kind && r.engine == engine) return &r;
  return nullptr;
}

const TapeResult* Results::find_tape(const std::string& problem, const std::string& size,
                                     const std::string& engine) const {
  for (const TapeResult& r : tapes)
    if (r.problem == problem && r.size == size && r.engine == engine) return &r;
  return nullptr;
}

double Results::fastest_peer_us(const std::string& problem, const std::string& size, const std::string& kind) const {
  double fastest = not_measured;
  for (const SolverResult& r : solvers)
    if (r.problem == problem && r.size == size && r.kind == kind && r.engine != "cotape")
      fastest = std::fmin(fastest, r.median_us);
  return fastest;
}

double Results::sgemm_gflops(int threads) const {
  const auto place = sgemm.find(threads);
  return place == sgemm.end() ? not_measured : place->second;
}

Results read_results(const std::filesystem::path& folder) {
  Results results;
  if (const json machine = parse_file(folder / "machine.json"); !machine.is_null()) results.machine = machine;
  for_lines(folder / "sgemm.jsonl", [&](const json& line) { results.sgemm[line.at("threads")] = line.at("gflops"); });
  for_lines(folder / "rounds.jsonl", [&](const json& line) { add_round(results.steps, line); });
  for_lines(folder / "default_rounds.jsonl",
            [&](const json& line) { add_line(step_of(results.steps, line).torch_default, line); });
  for_lines(folder / "calibration.jsonl", [&](const json& line) { results.calibration.push_back(line); });
  for_lines(folder / "check.jsonl", [&](const json& line) {
    const json &whole = line.at("whole_batch"), &part = line.at("agreement");
    results.checks.push_back({line.at("check"), whole.at("output_error"), whole.at("gradient_error"),
                              line.at("examples"), part.at("gradient_error"), part.at("gradient_tensor")});
  });
  for_lines(folder / "solvers.jsonl", [&](const json& line) {
    results.solvers.push_back({line.at("problem"), line.at("size"), line.at("kind"), line.at("engine"),
                               line.at("instances"), line.at("median_us"), line.at("percentile99_us")});
  });
  for_lines(folder / "tapes.jsonl", [&](const json& line) {
    results.tapes.push_back({line.at("problem"), line.at("size"), line.at("engine"), line.at("parameters"),
                             line.at("median_us"), line.at("objective_us"), number_or_null(line.at("tape_bytes")),
                             number_or_null(line.at("peak_growth_bytes"))});
  });
  results.profile = read_if_there(folder / "profile.md");
  for (const int threads : {1, 2}) add_micro(results, threads, folder / ("micro_" + std::to_string(threads) + ".json"));
  return results;
}

}  // namespace cotape::bench
