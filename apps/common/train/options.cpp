#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <thread>

namespace cotape::app {

namespace {

CLI::Validator number_check(const char* what, bool zero_allowed) {
  const auto check = [what, zero_allowed](const std::string& text) -> std::string {
    double number = 0;
    const bool valid = CLI::detail::lexical_cast(text, number) && std::isfinite(number) &&
                       (number > 0 || (zero_allowed && number == 0));
    return valid ? std::string() : "value " + text + " is not " + what;
  };
  return CLI::Validator(check, zero_allowed ? ">=0" : ">0");
}

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

template <class T>
Value value_of(const T& value) {
  if constexpr (IsList<T>::value)
    return join(value);
  else if constexpr (std::same_as<T, std::filesystem::path>)
    return value.string();
  else
    return value;
}

CLI::Validator a_power_of_two() {
  const auto check = [](const std::string& text) -> std::string {
    constexpr std::int64_t most = 4096;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && is_power_of_two(number) && number <= most) return "";
    return "value " + text + " is not a power of two from 1 to " + std::to_string(most);
  };
  return CLI::Validator(check, "");
}

std::optional<StepNumber> parse_step(const std::string& text) {
  StepNumber number;
  const char* const end = text.data() + text.size();
  const auto epoch = std::from_chars(text.data(), end, number.epoch);
  if (epoch.ec != std::errc() || epoch.ptr == end || *epoch.ptr != ',') return {};
  const auto step = std::from_chars(epoch.ptr + 1, end, number.step);
  if (step.ec != std::errc() || step.ptr != end || number.epoch < 1 || number.step < 1) return {};
  return number;
}

// One line, whatever the message holds.
void print_error(const CLI::App& app, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << app.get_name() << ": " << shown(message, 10'000) << std::endl;  // a path may hold control characters
}

// The exit code by what has become of stdout.
int check_output(const CLI::App& app) {
  if (std::cout.flush()) return 0;
  print_error(app, "cannot write to stdout: what was printed is lost, at least in part");
  return 2;
}

}  // namespace

Options::Options(CLI::App& app) : app_(&app) {
  app.get_formatter()->column_width(34);
  app.option_defaults()->always_capture_default();
}

bool Options::begin(const std::string& name, const Value& value) {
  names_.insert(name);
  if (!record_) return true;
  std::string entry = std::exchange(entry_name_, "");
  if (entry.empty()) {
    entry = name;
    std::replace(entry.begin(), entry.end(), '-', '_');
  }
  if (recorded_) record_->emplace_back(std::move(entry), value);
  return false;
}

void Options::add_at(const std::string& name, Place place, const std::string& help, const CLI::Validator* check) {
  std::visit(
      [&]<class T>(T* value) {
        if (!begin(name, value_of(*value))) return;
        if constexpr (std::same_as<T, bool>) {
          app_->add_flag("--" + name, *value, help);
        } else {
          CLI::Option* option = app_->add_option("--" + name, *value, help);
          if constexpr (IsList<T>::value) option->delimiter(',')->allow_extra_args(false);
          if (check) option->check(*check);
        }
      },
      place);
}

void Options::add_words(const std::string& name, std::vector<std::string>& words, const std::string& help) {
  if (begin(name, join(words))) app_->add_option("--" + name, words, help);
}

CLI::Validator positive() { return number_check("a finite number above 0", false); }

CLI::Validator non_negative() { return number_check("a finite number of 0 or more", true); }

// CLI11 takes -1 for the largest number.
CLI::Validator a_seed() {
  const auto check = [](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool valid = error == std::errc() && end == text.data() + text.size();
    return valid ? "" : "value " + text + " is not a whole number from 0 to 2^64 - 1";
  };
  return CLI::Validator(check, "");
}

CLI::Validator not_empty() {
  return CLI::Validator([](const std::string& text) { return std::string(text.empty() ? "empty" : ""); }, "");
}

CLI::Validator between_numbers(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double number = 0;
    const bool valid = CLI::detail::lexical_cast(text, number) && number >= low && number <= high;
    return valid ? "" : "value " + text + " is not from " + short_number(low) + " to " + short_number(high);
  };
  return CLI::Validator(check, "");
}

CLI::Validator between(std::int64_t low, std::int64_t high) { return CLI::Range(low, high).description(""); }

void CommonOptions::declare(Options& options, const std::vector<std::string>& rules, const std::string& data_help,
                            const std::string& more_of_shards) {
  options.add("data", data, data_help, not_empty());
  options.add("seed", seed, "Seed of every random number", a_seed());
  options.add("threads", threads, "Threads that work; 0: all. Results do not depend on it", between(0, 1024));
  options.recorded(shards > 1);  // runs of before know no shards
  options.add("shards", shards,
              "Parts that a step's batch is cut into, a power of two; mpirun's processes, at most as many, share them. "
              "Results depend on it, not on the processes" +
                  more_of_shards,
              a_power_of_two());
  options.recorded(true);
  options.add("epochs", epochs, "Passes over the training data", between(1, 1000000));
  options.add("rule", rule, "Gradient rule of the solver", CLI::IsMember(rules));
  options.add("out", out, "Folder for everything that is written", not_empty());
  if (CLI::App* app = options.app())
    app->add_option_function<std::string>(
           "--inspect", [this](const std::string& text) { inspect = parse_step(text); },
           "EPOCH,STEP, from 1,1 on: writes inspect.html, the backward pass of that step")
        ->check(CLI::Validator(
            [](const std::string& text) {
              return parse_step(text) ? "" : "value " + text + " is not EPOCH,STEP, two whole numbers from 1 on";
            },
            ""));
  options.add("resume", resume, "Continue the run in --out from its last checkpoint, bit for bit");
}

Record CommonOptions::settings() const {
  CommonOptions copy = *this;
  Record record;
  Options options(record);
  copy.declare(options, {}, "");
  return record;
}

namespace {

// The exit code where the command line alone decides; rank > 0 says nothing of it.
std::optional<int> parse(int argc, const char* const* argv, CLI::App& app) {
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return failed->get_name() + ": " + error.what() + "\n\n" + failed->help();
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (launch().rank > 0) return error.get_exit_code();
    const int code = app.exit(error);
    return code == 0 ? check_output(app) : code;
  }
  return std::nullopt;
}

// The body's exit code, or that of what it throws, which `failed` is told in one line.
int run(const CLI::App& app, const std::function<Outcome()>& body,
        const std::function<void(const std::string&)>& failed) {
  try {
    const int code = body() == Outcome::interrupted ? 130 : 0;
    const int printed = check_output(app);
    return printed != 0 ? printed : code;
  } catch (const Error& error) {
    failed(error.what());
    return 2;
  } catch (const std::exception& error) {
    failed(std::string("unexpected error: ") + error.what());
    return 3;
  }
}

}  // namespace

int run_program(int argc, const char* const* argv, CLI::App& app, const std::function<Outcome()>& body) {
  if (const auto code = parse(argc, argv, app)) return *code;
  if (launch().rank > 0) return 0;
  return run(app, body, [&](const std::string& message) { print_error(app, message); });
}

int run_parallel_program(int argc, const char* const* argv, CLI::App& app, const std::function<Outcome()>& body) {
  if (const auto code = parse(argc, argv, app)) return *code;
  const std::int64_t rank = launch().rank;
  if (rank > 0 && !std::freopen("/dev/null", "w", stdout)) return 2;
  bool broken = false;
  const auto all = [&] {
    start_processes();
    return body();
  };
  const int code = run(app, all, [&](std::string message) {
    broken = true;
    // Most errors are the same in all processes; the first one has then told them before this one wakes up.
    if (rank > 0) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      message = "process " + std::to_string(rank) + ": " + message;
    }
    print_error(app, message);
  });
  if (broken && processes().count() > 1) abort_processes(code);
  end_processes();
  return code;
}

}  // namespace cotape::app
