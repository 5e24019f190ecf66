#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cotape/nn/train/training.h>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cotape::app {

// What every program takes. A program sets its own defaults before it registers them.
struct CommonOptions {
  std::string data;                   // a name the program knows, or a folder
  std::uint64_t seed = 1;             // of every random number
  int threads = 0;                    // 0: as many as the machine has
  int epochs = 10;                    // passes over the training data
  std::string rule;                   // gradient rule of the solver
  std::filesystem::path out;          // folder for everything that is written
  bool resume = false;                // continue the run in `out`
  std::optional<StepNumber> inspect;  // the step whose backward pass becomes a page

  // Adds --data --seed --threads --epochs --rule --out --resume --inspect, with defaults shown by --help and ranges
  // checked. `rules` are the names that --rule accepts; `data_help` says what --data may be. The options of the app
  // that are added later show their defaults too.
  void add_to(CLI::App& app, const std::vector<std::string>& rules, const std::string& data_help);

  // The entries of config.json, in the order of the members. Without `inspect`, which changes nothing of a run.
  Record settings() const;
};

// Checks for a program's own options: a finite number that is > 0, or ≥ 0.
CLI::Option* require_positive(CLI::Option* option);
CLI::Option* require_non_negative(CLI::Option* option);
// A seed: any number of 64 bits.
CLI::Option* require_seed(CLI::Option* option);

// The frame of every program: parses the command line, runs the body, and returns the exit code of main:
//   0    finished, or --help
//   2    cotape::Error (data, files, values): one line on stderr
//   3    any other exception: one line on stderr
//   130  interrupted, with everything saved
//   100… bad options (CLI11's codes): the message and the usage on stderr
int run_program(int argc, const char* const* argv, CLI::App& app, const std::function<Outcome()>& body);

}  // namespace cotape::app
