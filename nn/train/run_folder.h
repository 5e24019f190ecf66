#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/nn/train/metrics.h>
#include <cotape/nn/train/value.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Makes a folder and those above it, unless it is there. Throws FileError, naming it.
void create_folder(const std::filesystem::path& folder);

// The output folder of a run: config.json, metrics.csv, summary.json, checkpoint.safetensors, report.html, pictures,
// inspect.html where a step was inspected.
// Every file is replaced as a whole. In a program:
//
//   RunFolder folder(out);
//   if (resume) folder.check_resume(config);       // touches nothing
//   ... read the data, and the checkpoint when resuming ...
//   Metrics metrics = resume ? folder.resume(config, columns, checkpoint_epoch) : folder.start(config, columns);
//   ... each epoch: metrics.append(row), then the checkpoint (in this order: a kill between the two costs nothing) ...
//   folder.write_summary(summary);
class RunFolder {
 public:
  // Nothing is read or created yet. `option_prefix` is what messages write before "resume": "--" on a command line.
  explicit RunFolder(std::filesystem::path folder, std::string option_prefix = "")
      : folder_(std::move(folder)), resume_(std::move(option_prefix) + "resume: ") {}

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::filesystem::path checkpoint() const { return file("checkpoint.safetensors"); }
  std::filesystem::path report() const { return file("report.html"); }
  std::filesystem::path inspection() const { return file("inspect.html"); }

  // Whether the run in the folder can be continued under `config`. Throws FileError when the folder has no checkpoint
  // (or no `progress`, the file in which a program that has no checkpoints keeps how far it is) or no readable
  // config.json, ValueError naming the first setting that differs. Settings that do not change what is computed may
  // differ: epochs, threads, out, resume.
  void check_resume(const Record& config, const std::string& progress = "checkpoint.safetensors") const;

  // Creates the folder and removes these files of an old run in it, in this order. Throws FileError.
  void clear(const std::vector<std::string>& names) const;

  // Starts a new run: creates the folder, removes the files of an old run in it, writes config.json and a metrics.csv
  // without rows. Call it when all input is read, so that a run that cannot start destroys nothing. Throws FileError.
  Metrics start(const Record& config, std::vector<std::string> columns) const;

  // Continues from a checkpoint that was written after `epoch` epochs: check_resume, then drops the rows of later
  // epochs from metrics.csv and updates config.json. Throws also when metrics.csv has other columns or not one row for
  // each epoch from 1 on; then nothing has been changed.
  Metrics resume(const Record& config, std::vector<std::string> columns, std::int64_t epoch) const;

  void write_config(const Record& config) const;
  void write_summary(const Record& summary) const;

 private:
  std::filesystem::path folder_;
  std::string resume_;  // what errors of resuming begin with
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
