#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace cotape::app {

// What a value must be. Of a list each element must be so.
struct Check {
  std::string words;  // that --help shows behind the value's type: ">0", "{a,b}", or none
  std::function<std::string(const std::string& text)> refusal;  // what is wrong with a value's text, or ""
};

// A finite number that is > 0, or ≥ 0.
Check positive();
Check non_negative();
// A seed: any number of 64 bits.
Check a_seed();
Check not_empty();
Check one_of(const std::vector<std::string>& names);
// From `low` to `high`. --help does not show the range: the help tells what there is to tell.
Check between(std::int64_t low, std::int64_t high);
// The same for numbers that need not be whole; the message names the range.
Check between_numbers(double low, double high);
// From `low` to `high`, as --help shows too. T: int, std::int64_t, double.
template <class T>
Check range(T low, T high);
Check existing_folder();

// A command line that cannot be run.
class OptionError : public std::runtime_error {
 public:
  OptionError(const std::string& message, int exit_code) : std::runtime_error(message), exit_code_(exit_code) {}
  // CLI11's: 100 and more.
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// Throws OptionError: this option as it was given cannot be, and why; or it must be given.
[[noreturn]] void refuse_option(const std::string& option, const std::string& why);
[[noreturn]] void demand_option(const std::string& option);

// How --help looks: the column where texts begin, and whether defaults are shown, those that values have when they are
// added.
struct HelpLayout {
  std::size_t column = 34;
  bool defaults = true;
};

// A program's command line: what it may hold, and where its values go. This is the one place that knows CLI11. A copy
// is another handle of the same.
class CommandLine {
 public:
  explicit CommandLine(const std::string& about = "", const std::string& name = "", HelpLayout layout = {});

  // An option, "--NAME", or an argument without a name before it, "NAME": a number, text, a path, a flag (bool), or a
  // list with commas between (vector). The value must outlive parse().
  template <class T>
  void add(const std::string& name, T& value, const std::string& help, const Check& check = {}) {
    add_at(name, &value, help, check);
  }
  // A list of words, whatever they hold, one after the other.
  void add_words(const std::string& name, std::vector<std::string>& words, const std::string& help);
  // An option whose text `read` is given.
  void add_read(const std::string& name, const std::function<void(const std::string&)>& read, const std::string& help,
                const Check& check);
  // One that has been added must be given.
  void require(const std::string& name);
  // Options with a title of their own, of which exactly one must be given.
  CommandLine add_choice(const std::string& title);
  // A command line that follows the word `name`; of several such words at most one is given.
  CommandLine add_subcommand(const std::string& name, const std::string& about);
  // The end of --help.
  void set_footer(const std::string& text);
  // What is run when all values are there; it may refuse_option().
  void after_parsing(const std::function<void()>& function);

  // Reads the arguments. Throws OptionError. Returns false when they ask for help().
  bool parse(std::vector<std::string> arguments);
  // Of a subcommand, after parse(): whether it was given.
  bool given() const;

  std::string name() const;
  // The usage; of the subcommand, where one was given.
  std::string help() const;

 private:
  using Place = std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::filesystem::path*,
                             std::vector<std::int64_t>*, std::vector<double>*, std::vector<std::string>*>;
  struct Parser;
  explicit CommandLine(std::shared_ptr<Parser> parser) : parser_(std::move(parser)) {}
  void add_at(const std::string& name, Place place, const std::string& help, const Check& check);

  std::shared_ptr<Parser> parser_;
};

}  // namespace cotape::app
