#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/retrieval/study.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/json_text.h>
#include <cotape/nn/train/progress.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <optional>

namespace cotape::app {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::string>;

constexpr const char* progress_file = "summary.json";

// A number of a score under its name.
struct Quantity {
  std::string name, title;
  double (*of)(const RetrievalScore&);
};
const std::vector<Quantity> quantities = {{"recall_1", "recall@1", [](const RetrievalScore& s) { return s.recall[0]; }},
                                          {"recall_2", "@2", [](const RetrievalScore& s) { return s.recall[1]; }},
                                          {"recall_4", "@4", [](const RetrievalScore& s) { return s.recall[2]; }},
                                          {"recall_8", "@8", [](const RetrievalScore& s) { return s.recall[3]; }},
                                          {"map_at_r", "MAP@R", [](const RetrievalScore& s) { return s.map_at_r; }},
                                          {"one_shot", "one-shot", [](const RetrievalScore& s) { return s.one_shot; }}};

// One run; nothing when `stopped` has ended it.
std::optional<StudyRun> train_one(const RetrievalOptions& options, const RetrievalData& data, const std::string& method,
                                  std::int64_t number, const std::function<bool()>& stopped) {
  const auto start = std::chrono::steady_clock::now();
  RetrievalOptions own = options.method(method);
  own.common.seed += static_cast<std::uint64_t>(number);
  RetrievalTask task(own, data, {});
  for (std::int64_t epoch = 0; epoch < own.common.epochs; ++epoch) {
    Meter meter;
    for (std::int64_t step = 0; step < task.steps_per_epoch(); ++step) {
      if (stopped()) return std::nullopt;
      task.step(epoch, step, meter);
    }
  }
  const RetrievalScore score = task.evaluate();
  return StudyRun{method, number, score,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

Json json_of(const RetrievalScore& score) {
  Json json;
  for (const Quantity& quantity : quantities) json[quantity.name] = quantity.of(score);
  return json;
}

double share(const Json& json, const std::string& name) {
  const Json& value = json.at(name);
  if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 1))
    fail<FileError>("\"", name, "\" is ", shown(value.dump()), ", no share");
  return value;
}

// A run as numbers, for another process.
JobResult numbers_of(const StudyRun& run) {
  JobResult numbers{run.seconds, run.score.map_at_r, run.score.one_shot};
  numbers.insert(numbers.end(), run.score.recall.begin(), run.score.recall.end());
  return numbers;
}

StudyRun run_from(const std::string& method, std::int64_t number, std::span<const double> numbers) {
  StudyRun run{.method = method, .number = number, .score = {}, .seconds = numbers[0]};
  run.score.map_at_r = numbers[1];
  run.score.one_shot = numbers[2];
  std::copy(numbers.begin() + 3, numbers.end(), run.score.recall.begin());
  return run;
}

StudyRun run_from(const Json& json, const RetrievalOptions& options) {
  StudyRun run{.method = json.at("method"), .number = json.at("run"), .score = {}, .seconds = json.at("seconds")};
  if (std::count(options.study.begin(), options.study.end(), run.method) == 0 || run.number < 0 ||
      run.number >= options.seeds || !(run.seconds >= 0))
    fail<FileError>("no run of this study");
  for (std::size_t c = 0; c < run.score.recall.size(); ++c) run.score.recall[c] = share(json, quantities[c].name);
  run.score.map_at_r = share(json, "map_at_r");
  run.score.one_shot = share(json, "one_shot");
  return run;
}

bool is_done(const std::vector<StudyRun>& runs, const std::string& method, std::int64_t number) {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const StudyRun& run) { return run.method == method && run.number == number; });
}

std::vector<StudyRun> read_runs(const std::filesystem::path& path, const RetrievalOptions& options) {
  std::vector<StudyRun> runs;
  const Json summary = Json::parse(read_json_object(path));
  const auto place = [&] { return shown_path(path) + ": entry " + std::to_string(runs.size() + 1) + " of runs"; };
  try {
    for (const Json& entry : summary.at("runs")) {
      StudyRun run = run_from(entry, options);
      if (is_done(runs, run.method, run.number)) fail<FileError>("the run is there twice");
      runs.push_back(std::move(run));
    }
  } catch (const Json::exception& error) {
    fail<FileError>(place(), " is not one of this program: ", shown(error.what(), 200));
  } catch (const Error& error) {
    fail<FileError>(place(), ": ", error.what());
  }
  return runs;
}

// A number of all runs of a method.
std::vector<double> over_runs(const std::vector<StudyRun>& runs, const std::string& method, const Quantity& quantity) {
  std::vector<double> values;
  for (const StudyRun& run : runs)
    if (run.method == method) values.push_back(quantity.of(run.score));
  return values;
}

std::vector<Cells> rows_of(const RetrievalOptions& options, const std::vector<StudyRun>& runs,
                           const RetrievalScore& raw) {
  std::vector<Cells> rows;
  for (const std::string& method : options.study) {
    Cells row = {method, std::to_string(over_runs(runs, method, quantities[0]).size())};
    if (row[1] == "0") continue;
    for (const Quantity& quantity : quantities) {
      const Statistic percent = statistic(over_runs(runs, method, quantity));
      row.push_back(decimals(100 * percent.mean, 1) + " ± " + decimals(100 * percent.deviation, 1));
    }
    rows.push_back(std::move(row));
  }
  Cells last = {"raw pixels", ""};
  for (const Quantity& quantity : quantities) last.push_back(decimals(100 * quantity.of(raw), 1));
  rows.push_back(std::move(last));
  return rows;
}

Cells head_of_table() {
  Cells head = {"method", "runs"};
  for (const Quantity& quantity : quantities) head.push_back(quantity.title + " %");
  return head;
}

void write_runs(const RunFolder& folder, const RetrievalOptions& options, std::vector<StudyRun> runs,
                const RetrievalScore& raw, bool finished) {
  // In the order of the study, whichever was finished first.
  const auto place = [&](const StudyRun& run) {
    return std::pair(std::find(options.study.begin(), options.study.end(), run.method), run.number);
  };
  std::sort(runs.begin(), runs.end(), [&](const StudyRun& a, const StudyRun& b) { return place(a) < place(b); });
  Json json = {{"app", "retrieval"}, {"seed", options.common.seed}, {"data", options.common.data}};
  json["raw"] = json_of(raw);
  json["runs"] = Json::array();
  std::string table = "method,run";
  for (const Quantity& quantity : quantities) table += "," + quantity.name;
  table += "\n";
  double seconds = 0;
  for (const StudyRun& run : runs) {
    Json entry = {{"method", run.method}, {"run", run.number}};
    entry.update(json_of(run.score));
    entry["seconds"] = run.seconds;
    json["runs"].push_back(std::move(entry));
    seconds += run.seconds;
    table += run.method + "," + std::to_string(run.number);
    for (const Quantity& quantity : quantities) table += "," + format_number(quantity.of(run.score));
    table += "\n";
  }
  json["seconds"] = seconds;
  json["finished"] = finished;
  write_file(folder.file(progress_file), json.dump(1) + "\n");
  write_file(folder.file("table.csv"), table);

  Report report("Rules for ranking beside each other",
                "Each method trains the same net on the same batches, from several seeds; it is judged on classes that "
                "were never seen.");
  report.section("Means and standard deviations over the runs");
  report.table(head_of_table(), rows_of(options, runs, raw));
  write_report(folder, std::move(report), options.settings());
}

std::vector<StudyRun> start_runs(const RunFolder& folder, const RetrievalOptions& options) {
  std::vector<StudyRun> runs;
  if (options.common.resume) {
    folder.check_resume(options.settings(), progress_file);
    runs = read_runs(folder.file(progress_file), options);
  } else {
    folder.clear({progress_file, "report.html", "inspect.html", "table.csv", "config.json"});
  }
  folder.write_config(options.settings());
  return runs;
}

// A run that is to be done.
struct Missing {
  std::string method;
  std::int64_t number;
};
// Those that are not among the first process's runs, in every process: the first one of each method, the second …
std::vector<Missing> missing_runs(const RetrievalOptions& options, const std::vector<StudyRun>& runs) {
  std::vector<Missing> all;
  std::string done;  // '1' or '0' for each
  for (std::int64_t number = 0; number < options.seeds; ++number)
    for (const std::string& method : options.study) {
      all.push_back({method, number});
      done += is_done(runs, method, number) ? '1' : '0';
    }
  broadcast(processes(), done);
  std::vector<Missing> missing;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (done[i] == '0') missing.push_back(all[i]);
  return missing;
}

}  // namespace

Outcome run_study(const RetrievalOptions& options, const RetrievalData& data) {
  // Too few pictures are told of before anything is written.
  ClassBatches(data.train.classes, options.batch, options.per_class, Rng(options.common.seed));
  const RunFolder folder(options.common.out, "--");
  const bool first = processes().is_first();  // that alone reads and writes the folder
  std::vector<StudyRun> runs;
  RetrievalScore raw;
  if (first) {
    runs = start_runs(folder, options);
    raw = raw_score(options, data);
    if (!options.common.resume) write_runs(folder, options, runs, raw, false);
  }
  const auto all = std::ssize(options.study) * options.seeds;
  const std::vector<Missing> missing = missing_runs(options, runs);
  const Interrupt interrupt;
  std::int64_t done = all - std::ssize(missing);
  Progress progress(all, "runs", done);
  std::mutex mutex;  // of what is finished
  const auto finish = [&](StudyRun run) {
    progress.line(run.method + " " + std::to_string(run.number) + "  " + line_of(run.score));
    runs.push_back(std::move(run));
    write_runs(folder, options, runs, raw, std::ssize(runs) == all);
  };
  const auto count_one = [&] {
    const std::lock_guard lock(mutex);
    progress.step(++done);
  };
  // Processes tell each other of their runs after each round.
  for (auto begin = missing.begin(); begin != missing.end();) {
    const auto end =
        processes().count() == 1
            ? missing.end()
            : std::find_if(begin, missing.end(), [&](const Missing& m) { return m.number != begin->number; });
    const auto job = [&](std::size_t i) -> JobResult {
      const Missing& one = begin[static_cast<std::ptrdiff_t>(i)];
      std::optional<StudyRun> run =
          train_one(options, data, one.method, one.number, [&] { return interrupt.requested(); });
      if (!run) return {};
      JobResult numbers = numbers_of(*run);
      const std::lock_guard lock(mutex);
      if (first) finish(std::move(*run));
      return numbers;
    };
    const auto take = [&](std::size_t i, std::span<const double> numbers) {
      const Missing& one = begin[static_cast<std::ptrdiff_t>(i)];
      if (first && !is_done(runs, one.method, one.number)) finish(run_from(one.method, one.number, numbers));
    };
    const bool whole = run_jobs(end - begin, job, take, {count_one, [&] { return interrupt.requested(); }});
    if (!whole && (!first || std::ssize(runs) < all)) {
      progress.line("interrupted; what was finished is saved, continue with --resume");
      return Outcome::interrupted;
    }
    begin = end;
  }
  if (!first) return Outcome::finished;
  write_runs(folder, options, runs, raw, true);
  std::vector<Cells> rows = rows_of(options, runs, raw);
  rows.insert(rows.begin(), head_of_table());
  write_table(std::cout, rows);
  return Outcome::finished;
}

}  // namespace cotape::app
