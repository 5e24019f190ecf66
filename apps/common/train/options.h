#pragma once
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <cotape/apps/common/train/command_line.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// Declares a program's options, each once: name, place of its value, help, check. Of one declaration both the option of
// the command line and the entry of config.json are made. A program's settings have a function
//   void declare(Options& options);
// that adds their members one after the other; settings_of() calls it again for config.json.
class Options {
 public:
  // Adds to the command line.
  explicit Options(CommandLine& line) : line_(&line) {}
  // Adds to a record, under the options' names with _ for -.
  explicit Options(Record& record) : record_(&record) {}

  // The option --NAME of a value that is a number, text, a path, a flag (bool), or a list with commas between (vector).
  template <class T>
  void add(const std::string& name, T& value, const std::string& help, const Check& check = {}) {
    if (begin(name, value_of(value))) line_->add("--" + name, value, help, check);
  }
  // --NAME WORD WORD …: a list of words, whatever they hold.
  void add_words(const std::string& name, std::vector<std::string>& words, const std::string& help);

  // Whether the options that follow become entries of config.json; they do at first.
  void recorded(bool on) { recorded_ = on; }
  // The entry of the option that follows has a name of its own.
  void entry_name(std::string name) { entry_name_ = std::move(name); }

  // Whether an option of this name has been added.
  bool has(const std::string& name) const { return names_.count(name) > 0; }
  // The command line; nullptr for a record.
  CommandLine* command_line() const { return line_; }

 private:
  template <class T>
  static Value value_of(const T& value) {
    if constexpr (std::same_as<T, std::filesystem::path>)
      return value.string();
    else if constexpr (requires { join(value); })
      return join(value);
    else
      return value;
  }
  // Whether it goes to the command line; if not, it has been recorded.
  bool begin(const std::string& name, const Value& value);

  CommandLine* line_ = nullptr;
  Record* record_ = nullptr;
  bool recorded_ = true;
  std::string entry_name_;
  std::set<std::string> names_;
};

// The entries of config.json of a program's settings, in the order of --help.
template <class Settings>
Record settings_of(Settings settings) {
  Record record;
  Options options(record);
  settings.declare(options);
  return record;
}

// What every program takes. A program sets its own defaults before it registers them.
struct CommonOptions {
  std::string data;                   // a name the program knows, or a folder
  std::uint64_t seed = 1;             // of every random number
  int threads = 0;                    // 0: as many as the machine has
  std::int64_t shards = 1;            // that a step's batch is cut into, for several processes (ShardedStep)
  int epochs = 10;                    // passes over the training data
  std::string rule;                   // gradient rule of the solver
  std::filesystem::path out;          // folder for everything that is written
  bool resume = false;                // continue the run in `out`
  std::optional<StepNumber> inspect;  // the step whose backward pass becomes a page

  // Adds --data --seed --threads --shards --epochs --rule --out --inspect --resume. `rules` are the names that --rule
  // accepts; `data_help` says what --data may be, `more_of_shards` what else a program's shards mean. --inspect, which
  // changes nothing of a run, is no entry of config.json, nor is --shards 1.
  void declare(Options& options, const std::vector<std::string>& rules, const std::string& data_help,
               const std::string& more_of_shards = "");
  // The entries of config.json.
  Record settings() const;
};

// The frame of every program: parses the command line, runs the body, and returns the exit code of main:
//   0    finished, or --help
//   2    cotape::Error (data, files, values), or a stdout that takes no more: one line on stderr
//   3    any other exception: one line on stderr
//   130  interrupted, with everything saved
//   100… bad options (CLI11's codes): the message and the usage on stderr
// Started by mpirun as several processes, the first alone does the work.
int run_program(int argc, const char* const* argv, CommandLine& line, const std::function<Outcome()>& body);
// The same for a program whose body is run by all processes that mpirun has started, together (processes()). The first
// alone prints; an error in one ends all.
int run_parallel_program(int argc, const char* const* argv, CommandLine& line, const std::function<Outcome()>& body);

}  // namespace cotape::app
