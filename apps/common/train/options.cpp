#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

namespace cotape::app {

namespace {

Check a_power_of_two() {
  const auto refusal = [](const std::string& text) -> std::string {
    constexpr std::int64_t most = 4096;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && is_power_of_two(number) && number <= most) return "";
    return "value " + text + " is not a power of two from 1 to " + std::to_string(most);
  };
  return {"", refusal};
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

Check a_step() {
  const auto refusal = [](const std::string& text) {
    return parse_step(text) ? "" : "value " + text + " is not EPOCH,STEP, two whole numbers from 1 on";
  };
  return {"", refusal};
}

// One line, whatever the message holds.
void print_error(const CommandLine& line, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << line.name() << ": " << shown(message, 10'000) << std::endl;  // a path may hold control characters
}

// The exit code by what has become of stdout.
int check_output(const CommandLine& line) {
  if (std::cout.flush()) return 0;
  print_error(line, "cannot write to stdout: what was printed is lost, at least in part");
  return 2;
}

}  // namespace

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

void Options::add_words(const std::string& name, std::vector<std::string>& words, const std::string& help) {
  if (begin(name, join(words))) line_->add_words("--" + name, words, help);
}

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
  options.add("rule", rule, "Gradient rule of the solver", one_of(rules));
  options.add("out", out, "Folder for everything that is written", not_empty());
  if (CommandLine* line = options.command_line())
    line->add_read(
        "--inspect", [this](const std::string& text) { inspect = parse_step(text); },
        "EPOCH,STEP, from 1,1 on: writes inspect.html, the backward pass of that step", a_step());
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
std::optional<int> parse(int argc, const char* const* argv, CommandLine& line) {
  const bool first = launch().rank == 0;
  try {
    if (line.parse({argv + 1, argv + argc})) return std::nullopt;
    if (!first) return 0;
    std::cout << line.help();
    return check_output(line);
  } catch (const OptionError& error) {
    if (first) std::cerr << line.name() << ": " << error.what() << "\n\n" << line.help() << std::flush;
    return error.exit_code();
  }
}

// The body's exit code, or that of what it throws, which `failed` is told in one line.
int run(const CommandLine& line, const std::function<Outcome()>& body,
        const std::function<void(const std::string&)>& failed) {
  try {
    const int code = body() == Outcome::interrupted ? 130 : 0;
    const int printed = check_output(line);
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

int run_program(int argc, const char* const* argv, CommandLine& line, const std::function<Outcome()>& body) {
  if (const auto code = parse(argc, argv, line)) return *code;
  if (launch().rank > 0) return 0;
  return run(line, body, [&](const std::string& message) { print_error(line, message); });
}

int run_parallel_program(int argc, const char* const* argv, CommandLine& line, const std::function<Outcome()>& body) {
  if (const auto code = parse(argc, argv, line)) return *code;
  const std::int64_t rank = launch().rank;
  if (rank > 0 && !std::freopen("/dev/null", "w", stdout)) return 2;
  bool broken = false;
  const auto all = [&] {
    start_processes();
    return body();
  };
  const int code = run(line, all, [&](std::string message) {
    broken = true;
    // Most errors are the same in all processes; the first one has then told them before this one wakes up.
    if (rank > 0) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      message = "process " + std::to_string(rank) + ": " + message;
    }
    print_error(line, message);
  });
  if (broken && processes().count() > 1) abort_processes(code);
  end_processes();
  return code;
}

}  // namespace cotape::app
