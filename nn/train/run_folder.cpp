#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/json_text.h>
#include <cotape/nn/train/run_folder.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

bool may_differ(const std::string& setting) {
  constexpr std::array<std::string_view, 4> names = {"epochs", "threads", "out", "resume"};
  return std::find(names.begin(), names.end(), setting) != names.end();
}

}  // namespace

void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    fail<FileError>(shown_path(folder),
                    ": cannot create the folder: ", error ? error.message() : "something else has this name");
}

void RunFolder::check_resume(const Record& config, const std::string& progress) const {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file(progress), ignored))
    fail<FileError>(resume_, "no checkpoint ", shown_path(file(progress)));
  const std::filesystem::path path = file("config.json");
  nlohmann::json old = nlohmann::json::parse(read_json_object(path));
  for (const auto& [name, value] : config) {
    const bool known = old.contains(name);
    if (!may_differ(name) && (!known || old[name] != nlohmann::json::parse(value.json())))
      fail<ValueError>(resume_, name, " is ", value.json(), " now but ", known ? shown(old[name].dump()) : "not set",
                       " in ", shown_path(path));
    old.erase(name);
  }
  for (const auto& [name, value] : old.items())
    if (!may_differ(name))
      fail<ValueError>(resume_, shown(name), " is not set now but ", shown(value.dump()), " in ", shown_path(path));
}

void RunFolder::clear(const std::vector<std::string>& names) const {
  create_folder(folder_);
  std::error_code error;
  for (const std::string& name : names) {
    std::filesystem::remove(file(name), error);
    if (error) fail<FileError>(shown_path(file(name)), ": cannot remove: ", error.message());
  }
}

Metrics RunFolder::start(const Record& config, std::vector<std::string> columns) const {
  // The checkpoint goes first: what is left after a kill in between cannot be resumed by mistake.
  clear({"checkpoint.safetensors", "summary.json", "report.html", "inspect.html", "metrics.csv", "config.json"});
  write_config(config);
  Metrics metrics(file("metrics.csv"), std::move(columns));
  metrics.save();
  return metrics;
}

Metrics RunFolder::resume(const Record& config, std::vector<std::string> columns, std::int64_t epoch) const {
  check_resume(config);
  Metrics metrics = Metrics::read(file("metrics.csv"), std::move(columns));
  metrics.drop_after(epoch);
  if (epoch > 0 && metrics.last_epoch() != epoch)
    fail<FileError>(shown_path(file("metrics.csv")), ": ends at epoch ", metrics.last_epoch(),
                    " but the checkpoint is of epoch ", epoch);
  // Epochs increase from row to row, so as many rows as epochs are one for each, unless the first is epoch 0.
  const auto& rows = metrics.rows();
  if (std::ssize(rows) != epoch || (epoch > 0 && rows[0][0] != 1))
    fail<FileError>(shown_path(file("metrics.csv")), ": ", rows.size(), " rows from epoch ", rows[0][0], " to ", epoch,
                    ": not one for each");
  metrics.save();
  write_config(config);
  return metrics;
}

void RunFolder::write_config(const Record& config) const { write_file(file("config.json"), to_json(config)); }

void RunFolder::write_summary(const Record& summary) const { write_file(file("summary.json"), to_json(summary)); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
