#include <cotape/apps/classify/study.h>
#include <cotape/apps/classify/study_report.h>
#include <cotape/apps/classify/task.h>
#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>
#include <cotape/nn/train/serialize.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>

namespace cotape::app {
namespace {

// Where one training of the study stands: its whole epochs, and the file of its rows.
class TrainingFolder {
 public:
  TrainingFolder(const ClassifyOptions& options, const ClassifyTask& task)
      : folder_(options.common.out, "--"), config_(options.settings()), columns_{"epoch"} {
    for (const std::string& name : task.columns()) columns_.push_back(name);
    lasting_ = columns_.size() - task.time_columns();
    columns_.emplace_back("seconds");
  }

  Metrics start() const { return folder_.start(config_, columns_); }
  // The rows as they are in the folder, up to an epoch.
  Metrics read(std::int64_t epochs) const {
    Metrics metrics = Metrics::read(folder_.file("metrics.csv"), columns_);
    metrics.drop_after(epochs);
    return metrics;
  }
  bool can_resume() const {
    std::error_code ignored;
    return std::filesystem::exists(folder_.checkpoint(), ignored);
  }
  Metrics resume(ClassifyTask& task) const {
    const Checkpoint checkpoint = load_checkpoint(folder_.checkpoint(), Checksum::required);
    task.load(checkpoint);
    Metrics metrics = folder_.resume(config_, columns_, checkpoint.integer("study.epoch"));
    if (checkpoint.integer("study.rows_crc32") != metrics.checksum(lasting_))
      fail<FileError>(shown_path(folder_.file("metrics.csv")), ": not the rows that the checkpoint was written beside");
    return metrics;
  }
  // A row for one epoch more, and the checkpoint behind it.
  void append(const ClassifyTask& task, const Meter& meter, double seconds, Metrics& metrics) const {
    const std::int64_t epoch = metrics.last_epoch() + 1;
    std::vector<double> row = {static_cast<double>(epoch)};
    for (const std::string& name : task.columns()) row.push_back(meter.value(name));
    row.push_back(seconds);
    metrics.append(row);
    Checkpoint checkpoint;
    task.save(checkpoint);
    checkpoint.put_integer("study.epoch", epoch);
    checkpoint.put_integer("study.rows_crc32", metrics.checksum(lasting_));
    save_checkpoint(folder_.checkpoint(), checkpoint);
  }

 private:
  RunFolder folder_;
  Record config_;
  std::vector<std::string> columns_;
  std::size_t lasting_;  // columns that are not of time
};

// One training, to its last epoch; nothing when it was stopped before. `saw` is told after each epoch, and at first,
// how many more are done.
std::optional<Metrics> train_one(const ClassifyOptions& options, const LabelledImages& images,
                                 const std::function<bool()>& stopped, const std::function<void(std::int64_t)>& saw) {
  ClassifyTask task(options, images);
  const TrainingFolder folder(options, task);
  Metrics metrics = options.common.resume && folder.can_resume() ? folder.resume(task) : folder.start();
  const double before = metrics.rows().empty() ? 0 : metrics.last("seconds");
  const auto start = std::chrono::steady_clock::now();
  saw(std::min<std::int64_t>(metrics.last_epoch(), options.common.epochs));
  while (metrics.last_epoch() < options.common.epochs) {
    const std::int64_t epoch = metrics.last_epoch();
    Meter meter;
    for (std::int64_t step = 0; step < task.steps_per_epoch(); ++step) {
      if (stopped()) return {};
      task.step(epoch, step, meter);
    }
    task.end_epoch(epoch, meter);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    folder.append(task, meter, before + seconds, metrics);
    saw(1);
  }
  metrics.drop_after(options.common.epochs);
  return metrics;
}

ClassifyOptions options_of(const ClassifyOptions& options, const ClassifySetting& setting, std::int64_t seed) {
  const std::uint64_t own_seed = options.common.seed + static_cast<std::uint64_t>(seed);
  ClassifyOptions one = options.one_of_study(setting.loss, setting.samples, setting.epsilon, own_seed);
  one.common.out = options.common.out / "runs" / (setting.name() + "_seed" + std::to_string(own_seed));
  return one;
}

std::string line_of(const ClassifySetting& setting, std::uint64_t seed, const Metrics& metrics) {
  return setting.title() + ", seed " + std::to_string(seed) + "  right train " +
         short_number(100 * metrics.last("train_accuracy")) + " %  test " +
         short_number(100 * metrics.last("test_accuracy")) + " %";
}

// Makes the folder ready. A new study leaves nothing of an old one of the same settings.
void start(const RunFolder& folder, const ClassifyOptions& options, const ClassifyStudy& study) {
  if (options.common.resume) {
    folder.check_resume(options.settings(), "summary.json");
  } else {
    folder.clear({"summary.json", "report.html", "study.csv", "config.json"});
    for (const ClassifySetting& setting : study.settings)
      for (std::int64_t seed = 0; seed < study.seeds; ++seed) {
        const auto run = options_of(options, setting, seed).common.out;
        if (std::filesystem::exists(run)) RunFolder(run).clear({"checkpoint.safetensors"});
      }
  }
  folder.write_config(options.settings());
}

}  // namespace

std::string ClassifySetting::title() const {
  if (loss == "cross-entropy") return "Cross-entropy";
  if (loss == "sparsemax") return "Sparsemax";
  if (loss == "discrete") return "Discrete";
  return "Fenchel-Young, M = " + std::to_string(samples) + ", ε = " + short_number(epsilon);
}

std::string ClassifySetting::name() const {
  if (!fenchel_young()) return loss;
  return loss + "_M" + std::to_string(samples) + "_e" + short_number(epsilon);
}

std::vector<double> ClassifyStudy::last(std::size_t setting, const std::string& column) const {
  std::vector<double> values;
  for (std::int64_t seed = 0; seed < seeds; ++seed)
    if (const auto& metrics = of(setting, seed)) values.push_back(metrics->last(column));
  return values;
}

std::vector<double> ClassifyStudy::difference(std::size_t setting, std::size_t other) const {
  std::vector<double> values;
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    const auto &a = of(setting, seed), &b = of(other, seed);
    if (a && b) values.push_back(a->last("test_accuracy") - b->last("test_accuracy"));
  }
  return values;
}

std::vector<ClassifySetting> settings_of_study(const ClassifyOptions& options) {
  std::vector<ClassifySetting> settings;
  for (const std::string& loss : options.losses) {
    if (loss != "fenchel-young") {
      settings.push_back({loss, 1, options.epsilon});
      continue;
    }
    for (const std::int64_t samples : options.sample_counts)
      for (const double epsilon : options.epsilons) settings.push_back({loss, samples, epsilon});
  }
  return settings;
}

Outcome run_classify_study(const ClassifyOptions& options, const LabelledImages& images) {
  ClassifyStudy study{settings_of_study(options), options.seeds, {}};
  const std::int64_t jobs = std::ssize(study.settings) * study.seeds;
  study.trained.resize(static_cast<std::size_t>(jobs));
  const Interrupt interrupt;
  const RunFolder folder(options.common.out, "--");
  const bool first = processes().is_first();  // that alone writes what tells of the study
  if (first) {
    start(folder, options, study);
    write_classify_study(folder, options, study);
  }
  std::string ready;
  broadcast(processes(), ready);  // what was left of an old study is gone

  Progress progress(jobs * options.common.epochs, "epochs");
  std::int64_t done = 0;
  std::mutex mutex;  // of progress, study.trained and what is written of them
  const auto settings_of_job = [&](std::size_t i) -> const ClassifySetting& {
    return study.settings[i / static_cast<std::size_t>(study.seeds)];
  };
  const auto options_of_job = [&](std::size_t i) {
    return options_of(options, settings_of_job(i), static_cast<std::int64_t>(i) % study.seeds);
  };
  const auto finish = [&](std::size_t i, std::optional<Metrics> metrics) {
    progress.line(line_of(settings_of_job(i), options_of_job(i).common.seed, *metrics));
    study.trained[i] = std::move(metrics);
  };
  const auto job = [&](std::size_t i) -> JobResult {  // everything is in its folder and in study.trained
    std::optional<Metrics> metrics = train_one(
        options_of_job(i), images, [&] { return interrupt.requested(); },
        [&](std::int64_t epochs) {
          const std::lock_guard lock(mutex);
          done += epochs * processes().count();  // the others are taken to be as far
          progress.step(std::min(done, jobs * options.common.epochs));
        });
    if (!metrics || !first) return {};
    const std::lock_guard lock(mutex);
    finish(i, std::move(metrics));
    write_classify_study(folder, options, study);
    return {};
  };
  const auto take = [&](std::size_t i, std::span<const double>) {
    if (!first || study.trained[i]) return;
    const ClassifyOptions one = options_of_job(i);
    finish(i, TrainingFolder(one, ClassifyTask(one, images)).read(one.common.epochs));
  };
  if (!run_jobs(jobs, job, take, {[] {}, [&] { return interrupt.requested(); }})) {
    progress.line("interrupted; whole epochs are saved, continue with --resume");
    return Outcome::interrupted;
  }
  if (!first) return Outcome::finished;
  if (processes().count() > 1) write_classify_study(folder, options, study);
  for (const std::string& line : study_table_lines(study)) progress.line(line);
  return Outcome::finished;
}

}  // namespace cotape::app
