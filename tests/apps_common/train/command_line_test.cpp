#include <cotape/apps/common/train/command_line.h>

#include <doctest/doctest.h>

using namespace cotape::app;

namespace {

// The refusal of these arguments and its exit code.
struct Refusal {
  std::string message;
  int code = 0;
};

Refusal refusal_of(CommandLine& line, const std::vector<std::string>& arguments) {
  try {
    line.parse(arguments);
  } catch (const OptionError& error) {
    return {error.what(), error.exit_code()};
  }
  return {};
}

std::string refusal_of(const Check& check, const std::string& text) { return check.refusal(text); }

}  // namespace

TEST_CASE("command line: arguments by place, and what must be given") {
  CommandLine line("A program", "prog");
  std::string kind;
  std::vector<std::string> files;
  std::filesystem::path out;
  line.add("kind", kind, "Kind", one_of({"a", "b"}));
  line.require("kind");
  line.add_words("files", files, "Files");
  line.add("--out", out, "Folder");
  line.require("--out");
  CHECK(line.parse({"a", "x", "--out", "y", "z,z"}));
  CHECK(kind == "a");
  CHECK(files == std::vector<std::string>{"x", "z,z"});
  CHECK(out == "y");
  CHECK(refusal_of(line, {"a"}).message == "--out is required");
  CHECK(refusal_of(line, {"a"}).code == 106);
  CHECK(refusal_of(line, {"c", "--out", "y"}).message == "kind: c not in {a,b}");
  CHECK(refusal_of(line, {"c", "--out", "y"}).code == 105);
  CHECK(refusal_of(line, {"a", "--out", "y", "--magic"}).code == 109);
  CHECK_FALSE(line.parse({"--help"}));
  CHECK(line.help().find("kind TEXT:{a,b} REQUIRED") != std::string::npos);
}

TEST_CASE("command line: one of several options, and subcommands") {
  CommandLine line("A program", "prog");
  int number = 0, inner = 0;
  line.add("--number", number, "Number");
  CommandLine show = line.add_subcommand("show", "Shows"), save = line.add_subcommand("save", "Saves");
  CommandLine choice = show.add_choice("source");
  std::string text, file;
  choice.add("--text", text, "Text");
  choice.add("--file", file, "File");
  save.add("--number", inner, "Another number");

  CHECK(line.parse({"--number", "3"}));
  CHECK_FALSE(show.given());
  CHECK(line.parse({"show", "--text", "x"}));
  CHECK(show.given());
  CHECK_FALSE(save.given());
  CHECK(text == "x");
  CHECK(line.parse({"--number", "4", "save", "--number", "5"}));
  CHECK(save.given());
  CHECK(number == 4);
  CHECK(inner == 5);
  CHECK(refusal_of(line, {"show"}).code == 106);
  CHECK(refusal_of(line, {"show", "--text", "x", "--file", "y"}).code == 106);
  CHECK(refusal_of(line, {"show", "--text", "x", "save"}).code == 109);
  CHECK_FALSE(line.parse({"save", "--help"}));
  CHECK(line.help().find("Another number") != std::string::npos);
}

TEST_CASE("command line: what is run when all values are there") {
  CommandLine line("A program", "prog");
  int number = 0;
  line.add("--number", number, "Number");
  line.after_parsing([&] {
    if (number == 0) demand_option("--number");
    if (number < 0) refuse_option("--number " + std::to_string(number), "less than nothing");
  });
  CHECK(line.parse({"--number", "1"}));
  CHECK(refusal_of(line, {"--number", "-2"}).message == "--number -2: less than nothing");
  CHECK(refusal_of(line, {"--number", "-2"}).code == 105);
  CHECK(refusal_of(line, {"--number", "0"}).message == "--number is required");
  CHECK(refusal_of(line, {"--number", "0"}).code == 106);
}

TEST_CASE("command line: defaults and the column of texts in --help") {
  const auto help = [](HelpLayout layout) {
    CommandLine line("A program", "prog", layout);
    double rate = 0.5;
    line.add("--rate", rate, "Rate", positive());
    line.set_footer("The end");
    return line.help();
  };
  CHECK(help({}).find("  --rate FLOAT:>0=0.5             Rate") != std::string::npos);
  CHECK(help({.column = 30}).find("  --rate FLOAT:>0=0.5         Rate") != std::string::npos);
  CHECK(help({.defaults = false}).find("  --rate FLOAT:>0                 Rate") != std::string::npos);
  CHECK(help({}).find("The end") != std::string::npos);
}

TEST_CASE("command line: checks, what they show and what they say") {
  CHECK(positive().words == ">0");
  CHECK(refusal_of(positive(), "0") == "value 0 is not a finite number above 0");
  CHECK(refusal_of(positive(), "1e-3") == "");
  CHECK(non_negative().words == ">=0");
  CHECK(refusal_of(non_negative(), "0") == "");
  CHECK(refusal_of(non_negative(), "inf") == "value inf is not a finite number of 0 or more");
  CHECK(between(0, 9).words == "");
  CHECK(refusal_of(between(0, 9), "10") == "Value 10 not in range 0 to 9");
  CHECK(refusal_of(between(0, 9), "x") == "Value x not in range 0 to 9");
  CHECK(refusal_of(between(0, 9), "9") == "");
  CHECK(range(0, 9).words == "INT in [0 - 9]");
  CHECK(range(0.5, 9.0).words == "FLOAT in [0.5 - 9]");
  CHECK(refusal_of(between_numbers(0, 0.5), "0.6") == "value 0.6 is not from 0 to 0.5");
  CHECK(refusal_of(between_numbers(0, 0.5), "nan") != "");
  CHECK(one_of({"a", "b"}).words == "{a,b}");
  CHECK(refusal_of(one_of({"a", "b"}), "c") == "c not in {a,b}");
  CHECK(refusal_of(one_of({"a", "b"}), "b") == "");
  CHECK(refusal_of(a_seed(), "-1") == "value -1 is not a whole number from 0 to 2^64 - 1");
  CHECK(refusal_of(not_empty(), "") == "empty");
  CHECK(existing_folder().words == "DIR");
  CHECK(refusal_of(existing_folder(), "no such folder") == "Directory does not exist: no such folder");
}
