#include <cotape/apps/common/train/command_line.h>
#include <cotape/nn/train/value.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>

namespace cotape::app {
namespace {

Check number_check(const char* what, bool zero_allowed) {
  const auto refusal = [what, zero_allowed](const std::string& text) -> std::string {
    double number = 0;
    const bool valid = CLI::detail::lexical_cast(text, number) && std::isfinite(number) &&
                       (number > 0 || (zero_allowed && number == 0));
    return valid ? std::string() : "value " + text + " is not " + what;
  };
  return {zero_allowed ? ">=0" : ">0", refusal};
}

template <class Validator>
Check check_of(const Validator& validator) {
  return {validator.get_description(), validator};
}

void set_check(CLI::Option& option, const Check& check) {
  if (check.refusal) option.check(CLI::Validator(check.refusal, check.words));
}

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

[[noreturn]] void raise(const CLI::ParseError& error) { throw OptionError(error.what(), error.get_exit_code()); }

}  // namespace

Check positive() { return number_check("a finite number above 0", false); }

Check non_negative() { return number_check("a finite number of 0 or more", true); }

// CLI11 takes -1 for the largest number.
Check a_seed() {
  const auto refusal = [](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool valid = error == std::errc() && end == text.data() + text.size();
    return valid ? "" : "value " + text + " is not a whole number from 0 to 2^64 - 1";
  };
  return {"", refusal};
}

Check not_empty() {
  return {"", [](const std::string& text) { return std::string(text.empty() ? "empty" : ""); }};
}

Check one_of(const std::vector<std::string>& names) { return check_of(CLI::IsMember(names)); }

Check between(std::int64_t low, std::int64_t high) { return {"", CLI::Range(low, high)}; }

Check between_numbers(double low, double high) {
  const auto refusal = [low, high](const std::string& text) -> std::string {
    double number = 0;
    const bool valid = CLI::detail::lexical_cast(text, number) && number >= low && number <= high;
    return valid ? "" : "value " + text + " is not from " + short_number(low) + " to " + short_number(high);
  };
  return {"", refusal};
}

template <class T>
Check range(T low, T high) {
  return check_of(CLI::Range(low, high));
}
template Check range(int, int);
template Check range(std::int64_t, std::int64_t);
template Check range(double, double);

Check existing_folder() { return check_of(CLI::ExistingDirectory); }

void refuse_option(const std::string& option, const std::string& why) { raise(CLI::ValidationError(option, why)); }

void demand_option(const std::string& option) { raise(CLI::RequiredError(option)); }

struct CommandLine::Parser {
  std::shared_ptr<CLI::App> app;

  // A part of this one, which owns it.
  std::shared_ptr<Parser> part(CLI::App* inner) const {
    return std::make_shared<Parser>(Parser{std::shared_ptr<CLI::App>(app, inner)});
  }
};

CommandLine::CommandLine(const std::string& about, const std::string& name, HelpLayout layout)
    : parser_(std::make_shared<Parser>(Parser{std::make_shared<CLI::App>(about, name)})) {
  parser_->app->get_formatter()->column_width(layout.column);
  parser_->app->option_defaults()->always_capture_default(layout.defaults);
}

void CommandLine::add_at(const std::string& name, Place place, const std::string& help, const Check& check) {
  std::visit(
      [&]<class T>(T* value) {
        if constexpr (std::same_as<T, bool>) {
          parser_->app->add_flag(name, *value, help);
        } else {
          CLI::Option* option = parser_->app->add_option(name, *value, help);
          if constexpr (IsList<T>::value) option->delimiter(',')->allow_extra_args(false);
          set_check(*option, check);
        }
      },
      place);
}

void CommandLine::add_words(const std::string& name, std::vector<std::string>& words, const std::string& help) {
  parser_->app->add_option(name, words, help);
}

void CommandLine::add_read(const std::string& name, const std::function<void(const std::string&)>& read,
                           const std::string& help, const Check& check) {
  set_check(*parser_->app->add_option_function<std::string>(name, read, help), check);
}

void CommandLine::require(const std::string& name) { parser_->app->get_option(name)->required(); }

CommandLine CommandLine::add_choice(const std::string& title) {
  CLI::Option_group* group = parser_->app->add_option_group(title);
  group->require_option(1);
  return CommandLine(parser_->part(group));
}

CommandLine CommandLine::add_subcommand(const std::string& name, const std::string& about) {
  CLI::App* subcommand = parser_->app->add_subcommand(name, about);
  parser_->app->require_subcommand(0, 1);
  return CommandLine(parser_->part(subcommand));
}

void CommandLine::set_footer(const std::string& text) { parser_->app->footer(text); }

void CommandLine::after_parsing(const std::function<void()>& function) { parser_->app->callback(function); }

bool CommandLine::parse(std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    parser_->app->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    raise(error);
  }
  return true;
}

bool CommandLine::given() const { return parser_->app->parsed(); }

std::string CommandLine::name() const { return parser_->app->get_name(); }

std::string CommandLine::help() const { return parser_->app->help(); }

}  // namespace cotape::app
