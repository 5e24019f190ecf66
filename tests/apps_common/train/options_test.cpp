#include <cotape/apps/common/train/options.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

using namespace cotape;
using namespace cotape::app;

namespace {

struct Run {
  int code;
  std::string out;
  std::string err;
};

class Redirect {
 public:
  Redirect(std::ostream& stream, std::ostringstream& target) : stream_(stream), old_(stream.rdbuf(target.rdbuf())) {}
  ~Redirect() { stream_.rdbuf(old_); }
  Redirect(const Redirect&) = delete;
  Redirect& operator=(const Redirect&) = delete;

 private:
  std::ostream& stream_;
  std::streambuf* old_;
};

Run run(
    std::vector<const char*> arguments, CommonOptions& options,
    const std::function<Outcome()>& body = [] { return Outcome::finished; }) {
  CommandLine line("A program", "prog");
  options.data = "fashion-mnist";
  options.rule = "identity";
  options.out = "runs/prog";
  Options declared(line);
  options.declare(declared, {"identity", "blackbox"}, "Name or folder");
  double rate = 1e-3;
  double decay = 0;
  declared.add("lr", rate, "Learning rate", positive());
  declared.add("decay", decay, "Weight decay", non_negative());
  arguments.insert(arguments.begin(), "prog");
  std::ostringstream out;
  std::ostringstream err;
  const Redirect redirect_out(std::cout, out);
  const Redirect redirect_err(std::cerr, err);
  const int code = run_program(static_cast<int>(arguments.size()), arguments.data(), line, body);
  return {code, out.str(), err.str()};
}

// One option of each kind.
struct Settings {
  bool flag = false;
  int whole = 1;
  std::uint64_t seed = 2;
  double number = 0.5;
  std::string text = "a";
  std::filesystem::path file;
  std::vector<std::int64_t> numbers = {1, 2};
  std::vector<double> rates;
  std::vector<std::string> words;

  void declare(Options& options) {
    options.add("flag", flag, "A flag");
    options.add("whole-number", whole, "From 0 to 9", between(0, 9));
    options.recorded(false);
    options.add("seed", seed, "Seed", a_seed());
    options.recorded(true);
    options.entry_name("value");
    options.add("number", number, "Number", positive());
    options.add("text", text, "Text");
    options.add("file", file, "File");
    options.add("numbers", numbers, "Numbers", between(0, 9));
    options.add("rates", rates, "Rates");
    options.add_words("words", words, "Words");
  }
};

}  // namespace

TEST_CASE("options: one declaration is the command line and config.json") {
  Settings settings;
  CommandLine line("A program", "prog");
  Options options(line);
  settings.declare(options);
  CHECK(options.has("whole-number"));
  CHECK_FALSE(options.has("inspect"));
  const std::string before = to_json(settings_of(settings));
  CHECK(before ==
        "{\n  \"flag\": false,\n  \"whole_number\": 1,\n  \"value\": 0.5,\n  \"text\": \"a\",\n  \"file\": \"\",\n"
        "  \"numbers\": \"1,2\",\n  \"rates\": \"\",\n  \"words\": \"\"\n}\n");
  CHECK(line.parse({"--flag", "--whole-number", "7", "--seed", "3", "--number", "2", "--text", "b", "--file", "c/d",
                    "--numbers", "3,4,5", "--rates", "0.1", "--words", "x", "y,z"}));
  CHECK(settings.seed == 3);
  CHECK(settings.words == std::vector<std::string>{"x", "y,z"});
  CHECK(to_json(settings_of(settings)) ==
        "{\n  \"flag\": true,\n  \"whole_number\": 7,\n  \"value\": 2,\n  \"text\": \"b\",\n  \"file\": \"c/d\",\n"
        "  \"numbers\": \"3,4,5\",\n  \"rates\": \"0.1\",\n  \"words\": \"x,y,z\"\n}\n");
  CHECK_THROWS_AS(line.parse({"--numbers", "3,10"}), OptionError);
  CHECK_THROWS_AS(line.parse({"--whole-number", "10"}), OptionError);
}

TEST_CASE("options: what is given and what is left") {
  CommonOptions options;
  const Run result = run({"--seed", "18446744073709551615", "--epochs=3", "--resume", "--rule", "blackbox"}, options);
  CHECK(result.code == 0);
  CHECK(result.err == "");
  CHECK(options.seed == 18446744073709551615ULL);
  CHECK(options.epochs == 3);
  CHECK(options.resume);
  CHECK(options.data == "fashion-mnist");
  CHECK(to_json(options.settings()) ==
        "{\n  \"data\": \"fashion-mnist\",\n  \"seed\": 18446744073709551615,\n  \"threads\": 0,\n  \"epochs\": 3,\n"
        "  \"rule\": \"blackbox\",\n  \"out\": \"runs/prog\",\n  \"resume\": true\n}\n");
}

TEST_CASE("options: the step to inspect") {
  CommonOptions options;
  CHECK(run({}, options).code == 0);
  CHECK_FALSE(options.inspect.has_value());
  CHECK(run({"--inspect", "2,300"}, options).code == 0);
  CHECK(options.inspect == StepNumber{2, 300});
}

TEST_CASE("options: --help shows the defaults, the program's own too") {
  CommonOptions options;
  const Run result = run({"--help"}, options);
  CHECK(result.code == 0);
  for (const char* text :
       {"--data", "=fashion-mnist", "--seed", "=1", "--threads", "=0", "--epochs", "=10", "--rule", "identity,blackbox",
        "--out", "=runs/prog", "--inspect", "--resume", "--lr", "=0.001", "--decay"})
    CHECK_MESSAGE(result.out.find(text) != std::string::npos, text);
}

TEST_CASE("options: bad ones end with CLI11's code, the option's name and the usage") {
  const std::vector<std::vector<const char*>> bad = {{"--epochs", "0"},    {"--epochs", "many"},
                                                     {"--seed", "-1"},     {"--threads", "-1"},
                                                     {"--rule", "magic"},  {"--lr", "0"},
                                                     {"--lr", "nan"},      {"--lr", "inf"},
                                                     {"--decay", "-0.1"},  {"--out", ""},
                                                     {"--data", ""},       {"--lr", "1x"},
                                                     {"--seed", "1.5"},    {"--seed", "18446744073709551616"},
                                                     {"--inspect", "1"},   {"--inspect", "0,1"},
                                                     {"--inspect", "1,0"}, {"--inspect", "1,2x"},
                                                     {"--inspect", "a,1"}, {"--inspect", "1,"}};
  for (const std::vector<const char*>& arguments : bad) {
    CAPTURE(std::string(arguments[0]));
    CAPTURE(std::string(arguments[1]));
    CommonOptions options;
    bool ran = false;
    const Run result = run(arguments, options, [&] {
      ran = true;
      return Outcome::finished;
    });
    CHECK(!ran);
    CHECK(result.code >= 100);
    CHECK(result.code < 127);
    CHECK(result.err.rfind("prog: ", 0) == 0);
    CHECK(result.err.substr(0, result.err.find('\n')).find(arguments[0]) != std::string::npos);
    CHECK(result.err.find("Usage: prog") != std::string::npos);
    CHECK(result.out == "");
  }
  CommonOptions options;
  CHECK(run({"--epoch", "3"}, options).err.find("--epoch") != std::string::npos);
  CHECK(run({"--decay", "0"}, options).code == 0);
}

TEST_CASE("options: how a body ends is the exit code, an error is one line") {
  CommonOptions options;
  CHECK(run({}, options, [] { return Outcome::interrupted; }).code == 130);
  const Run data = run({}, options, []() -> Outcome { fail<FileError>("a.gz:\nbroken"); });
  CHECK(data.code == 2);
  CHECK(data.err == "prog: a.gz: broken\n");
  const Run other = run({}, options, []() -> Outcome { throw std::logic_error("oops"); });
  CHECK(other.code == 3);
  CHECK(other.err == "prog: unexpected error: oops\n");
}
