#include <cotape/apps/common/train/options.h>
#include <cotape/engine/base/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>

namespace cotape::app {

namespace {

CLI::Option* require(CLI::Option* option, const char* what, bool zero_allowed) {
  const auto check = [what, zero_allowed](const std::string& text) -> std::string {
    double number = 0;
    const bool valid = CLI::detail::lexical_cast(text, number) && std::isfinite(number) &&
                       (number > 0 || (zero_allowed && number == 0));
    return valid ? std::string() : "value " + text + " is not " + what;
  };
  return option->check(CLI::Validator(check, zero_allowed ? ">=0" : ">0"));
}

// CLI11 takes -1 for the largest number.
std::string not_a_seed(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool valid = error == std::errc() && end == text.data() + text.size();
  return valid ? "" : "value " + text + " is not a whole number from 0 to 2^64 - 1";
}

std::string not_empty(const std::string& text) { return text.empty() ? "empty" : ""; }

std::optional<StepNumber> parse_step(const std::string& text) {
  StepNumber number;
  const char* const end = text.data() + text.size();
  const auto epoch = std::from_chars(text.data(), end, number.epoch);
  if (epoch.ec != std::errc() || epoch.ptr == end || *epoch.ptr != ',') return {};
  const auto step = std::from_chars(epoch.ptr + 1, end, number.step);
  if (step.ec != std::errc() || step.ptr != end || number.epoch < 1 || number.step < 1) return {};
  return number;
}

// Without the range in --help: the description tells what there is to tell.
CLI::Validator between(int low, int high) { return CLI::Range(low, high).description(""); }

// One line, whatever the message holds.
void print_error(const CLI::App& app, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << app.get_name() << ": " << message << std::endl;
}

}  // namespace

void CommonOptions::add_to(CLI::App& app, const std::vector<std::string>& rules, const std::string& data_help) {
  app.get_formatter()->column_width(34);
  app.option_defaults()->always_capture_default();
  app.add_option("--data", data, data_help)->check(CLI::Validator(not_empty, ""));
  require_seed(app.add_option("--seed", seed, "Seed of every random number"));
  app.add_option("--threads", threads, "Threads that work; 0: all. Results do not depend on it")
      ->check(between(0, 1024));
  app.add_option("--epochs", epochs, "Passes over the training data")->check(between(1, 1000000));
  app.add_option("--rule", rule, "Gradient rule of the solver")->check(CLI::IsMember(rules));
  app.add_option("--out", out, "Folder for everything that is written")->check(CLI::Validator(not_empty, ""));
  app.add_option_function<std::string>(
         "--inspect", [this](const std::string& text) { inspect = parse_step(text); },
         "EPOCH,STEP, from 1,1 on: writes inspect.html, the backward pass of that step")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return parse_step(text) ? "" : "value " + text + " is not EPOCH,STEP, two whole numbers from 1 on";
          },
          ""));
  app.add_flag("--resume", resume, "Continue the run in --out from its last checkpoint, bit for bit");
}

Record CommonOptions::settings() const {
  return {{"data", data}, {"seed", seed},        {"threads", threads}, {"epochs", epochs},
          {"rule", rule}, {"out", out.string()}, {"resume", resume}};
}

CLI::Option* require_positive(CLI::Option* option) { return require(option, "a finite number above 0", false); }

CLI::Option* require_non_negative(CLI::Option* option) { return require(option, "a finite number of 0 or more", true); }

CLI::Option* require_seed(CLI::Option* option) { return option->check(CLI::Validator(not_a_seed, "")); }

int run_program(int argc, const char* const* argv, CLI::App& app, const std::function<Outcome()>& body) {
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return failed->get_name() + ": " + error.what() + "\n\n" + failed->help();
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  try {
    return body() == Outcome::interrupted ? 130 : 0;
  } catch (const Error& error) {
    print_error(app, error.what());
    return 2;
  } catch (const std::exception& error) {
    print_error(app, std::string("unexpected error: ") + error.what());
    return 3;
  }
}

}  // namespace cotape::app
