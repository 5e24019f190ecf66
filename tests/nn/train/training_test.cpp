#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/training.h>

#include <doctest/doctest.h>

#include <csignal>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

constexpr std::int64_t toy_steps_per_epoch = 3;

// Where something happens to a run: during a step, at an epoch's end, while a checkpoint or a report is written. Counts
// from 0, within one process.
struct Moment {
  enum Place { in_step, in_end, in_save, in_report } place;
  int count;
  auto operator<=>(const Moment&) const = default;
};

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

// A random walk that is pulled towards 0; its loss is the mean of x over an epoch.
class Walk : public TrainingTask {
 public:
  std::optional<Moment> killed_at, interrupted_at;
  std::vector<bool> finished;  // as every report's summary said

  std::int64_t steps_per_epoch() const override { return toy_steps_per_epoch; }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override {
    reach(Moment::in_step);
    tape_.clear();
    const Var x = tape_.variable(Tensor::scalar(static_cast<real>(x_))).named("x");
    tape_.backward(square(x));
    x_ =
        0.9 * x_ + static_cast<double>(rng_.uniform()) + static_cast<double>(epoch * toy_steps_per_epoch + step) / 1000;
    meter.mean("x", x_);
    meter.sum("steps", 1);
  }
  Tape& tape() override { return tape_; }
  std::vector<std::string> columns() const override { return {"loss", "steps"}; }
  void end_epoch(std::int64_t epoch, Meter& meter) override {
    reach(Moment::in_end);
    meter.latest("loss", meter.value("x") + static_cast<double>(epoch));
  }
  std::string line(const Meter& meter) const override { return "steps " + format_number(meter.value("steps")); }
  void save(Checkpoint& checkpoint) const override {
    reach(Moment::in_save);
    checkpoint.put_number("walk.x", x_);
    checkpoint.put("walk.rng", rng_);
  }
  void load(const Checkpoint& checkpoint) override {
    x_ = checkpoint.number("walk.x");
    rng_ = checkpoint.rng("walk.rng");
  }
  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override {
    reach(Moment::in_report);
    finished.push_back(nlohmann::json::parse(to_json(summary))["finished"]);
    write_file(folder.report(), std::to_string(metrics.rows().size()));
  }
  Record results(const Metrics& metrics) const override { return metrics.last_row({"loss"}); }

 private:
  void reach(Moment::Place place) const {
    const Moment now{place, reached_[place]++};
    if (now == killed_at) throw Killed();
    if (now == interrupted_at) std::raise(SIGINT);
  }

  double x_ = 1;
  Tape tape_;
  Rng rng_{5};
  mutable std::map<Moment::Place, int> reached_;
};

// What is printed on stdout while it lives.
class Printed {
 public:
  Printed() : old_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(old_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* old_;
};

struct Run {
  std::optional<Outcome> outcome;  // nothing: killed
  std::string printed;
  std::vector<bool> finished;
};

Run run(const TemporaryFolder& folder, int epochs, bool resume, std::optional<Moment> killed_at = {},
        std::optional<Moment> interrupted_at = {}, std::optional<StepNumber> inspect = {}) {
  TrainingOptions options{.app = "walk", .out = folder / "run", .epochs = epochs, .resume = resume, .inspect = inspect};
  options.config = {{"data", "numbers"}, {"seed", 1}, {"epochs", epochs}, {"out", "run"}, {"resume", resume}};
  Walk task;
  task.killed_at = killed_at;
  task.interrupted_at = interrupted_at;
  Run result;
  const Printed printed;
  try {
    result.outcome = train(task, options);
  } catch (const Killed&) {
  }
  result.printed = printed.text();
  result.finished = task.finished;
  return result;
}

std::string without_last_column(const std::string& csv) {
  std::istringstream in(csv);
  std::string text, line;
  while (std::getline(in, line)) text += line.substr(0, line.rfind(',')) + "\n";
  return text;
}

// All that a run leaves, but the time it took.
struct Left {
  std::string checkpoint, metrics, report;
  nlohmann::json summary;
  explicit Left(const TemporaryFolder& folder)
      : checkpoint(folder.get("run/checkpoint.safetensors")),
        metrics(without_last_column(folder.get("run/metrics.csv"))),
        report(folder.get("run/report.html")),
        summary(nlohmann::json::parse(folder.get("run/summary.json"))) {
    summary.erase("seconds");
    summary.erase("steps_per_second");
  }
  bool operator==(const Left&) const = default;
};

Left uninterrupted(int epochs) {
  const TemporaryFolder folder;
  REQUIRE(run(folder, epochs, false).outcome == Outcome::finished);
  return Left(folder);
}

}  // namespace

TEST_CASE("training: a run prints a line an epoch and leaves config, metrics, checkpoint, report and summary") {
  const TemporaryFolder folder;
  const Run done = run(folder, 2, false);
  CHECK(done.outcome == Outcome::finished);
  CHECK(done.printed == "epoch 1/2  steps 3\nepoch 2/2  steps 3\n");
  CHECK(done.finished == std::vector<bool>{false, true});

  std::istringstream metrics(folder.get("run/metrics.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(metrics, line);) lines.push_back(line);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "epoch,loss,steps,seconds");
  Rng rng(5);
  double x = 1, sum = 0;
  for (int step = 0; step < 3; ++step) sum += x = 0.9 * x + static_cast<double>(rng.uniform()) + step / 1000.0;
  CHECK(lines[1].starts_with("1," + format_number(sum / 3) + ",3,"));
  CHECK(lines[2].starts_with("2,"));

  const Checkpoint checkpoint = load_checkpoint(folder / "run/checkpoint.safetensors");
  CHECK(checkpoint.integer("loop.epoch") == 2);
  CHECK(checkpoint.integer("loop.step") == 0);
  CHECK(checkpoint.text("loop.meter").empty());

  const auto summary = nlohmann::ordered_json::parse(folder.get("run/summary.json"));
  std::vector<std::string> keys;
  for (const auto& [key, value] : summary.items()) keys.push_back(key);
  CHECK(keys ==
        std::vector<std::string>{"app", "data", "seed", "epochs", "loss", "seconds", "steps_per_second", "finished"});
  CHECK(summary["app"] == "walk");
  CHECK(summary["epochs"] == 2);
  CHECK(summary["finished"] == true);
  const double seconds = summary["seconds"];
  CHECK(seconds > 0);
  CHECK(summary["steps_per_second"].get<double>() == doctest::Approx(2 * toy_steps_per_epoch / seconds));
  CHECK(lines[2].ends_with("," + format_number(seconds)));
  CHECK(nlohmann::json::parse(folder.get("run/config.json"))["epochs"] == 2);
}

TEST_CASE("training: an inspected step leaves its page, and all else as it was") {
  const TemporaryFolder folder, plain;
  run(folder, 2, false, {}, {}, StepNumber{2, 3});
  run(plain, 2, false);
  const std::string page = folder.get("run/inspect.html");
  const std::string tag = "id=\"inspection\">";
  const std::size_t begin = page.find(tag) + tag.size();
  const auto seen = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  CHECK(seen["title"] == "walk: epoch 2, step 3");
  REQUIRE(seen["nodes"].size() == 2);
  CHECK(seen["nodes"][0]["name"] == "x");
  CHECK(seen["nodes"][0]["gradient"]["mean"].get<double>() ==
        doctest::Approx(2 * seen["nodes"][0]["value"]["mean"].get<double>()).epsilon(1e-5));

  CHECK(Left(folder) == Left(plain));
  CHECK(folder.get("run/config.json") != "");
  CHECK_FALSE(std::filesystem::exists(plain / "run/inspect.html"));

  run(folder, 3, true);  // the page stays
  CHECK(folder.get("run/inspect.html") == page);
  CHECK_THROWS_WITH_AS(run(plain, 2, true, {}, {}, StepNumber{1, 4}), "inspect 1,4: the run has 2 epochs of 3 steps",
                       ValueError);
  run(folder, 1, false);  // a new run begins without
  CHECK_FALSE(std::filesystem::exists(folder / "run/inspect.html"));
}

TEST_CASE("training: killed at any moment and resumed, a run ends with the same bytes as one that never stopped") {
  const Left whole = uninterrupted(3);
  // Of each kind more moments than there are: those that never come are not killed at all.
  int killed = 0;
  for (const auto place : {Moment::in_step, Moment::in_end, Moment::in_save, Moment::in_report})
    for (int count = 0; count < 3 * toy_steps_per_epoch; ++count) {
      CAPTURE(place);
      CAPTURE(count);
      const TemporaryFolder folder;
      killed += !run(folder, 3, false, Moment{place, count}).outcome;
      const bool begun = std::filesystem::exists(folder / "run/checkpoint.safetensors");
      CHECK(begun == (place != Moment::in_save || count > 0));
      if (begun) run(folder, 3, true, Moment{place, count / 2});  // a second time, somewhere else
      CHECK(run(folder, 3, begun).outcome == Outcome::finished);
      CHECK(Left(folder) == whole);
    }
  CHECK(killed == 9 + 3 + 4 + 3);
}

TEST_CASE("training: interrupted at any moment, a run saves, says how to continue, and ends with the same bytes") {
  const Left whole = uninterrupted(3);
  for (int count = 0; count < 3 * toy_steps_per_epoch; ++count) {
    CAPTURE(count);
    const TemporaryFolder folder;
    const Run stopped = run(folder, 3, false, {}, Moment{Moment::in_step, count});
    const std::int64_t epoch = count / toy_steps_per_epoch, step = count % toy_steps_per_epoch + 1;
    if (count + 1 == 3 * toy_steps_per_epoch) {  // there is nothing left to interrupt
      CHECK(stopped.outcome == Outcome::finished);
    } else {
      CHECK(stopped.outcome == Outcome::interrupted);
      const std::string message = step < toy_steps_per_epoch ? "interrupted in epoch " : "interrupted after epoch ";
      CHECK(stopped.printed.ends_with(message + std::to_string(epoch + 1) + "; continue with resume\n"));
      const Checkpoint checkpoint = load_checkpoint(folder / "run/checkpoint.safetensors");
      CHECK(checkpoint.integer("loop.epoch") * toy_steps_per_epoch + checkpoint.integer("loop.step") == count + 1);
      CHECK_FALSE(std::filesystem::exists(folder / "run/summary.json"));
    }
    const Run rest = run(folder, 3, true);
    CHECK(rest.outcome == Outcome::finished);
    CHECK(Left(folder) == whole);
  }
  const TemporaryFolder folder;
  for (const auto place : {Moment::in_end, Moment::in_save, Moment::in_report})
    CHECK(run(folder, 2, false, {}, Moment{place, place == Moment::in_save}).outcome == Outcome::interrupted);
}

TEST_CASE("training: a finished run is trained on with more epochs, and left alone with as many") {
  const TemporaryFolder folder;
  run(folder, 2, false);
  const Run same = run(folder, 2, true);
  CHECK(same.outcome == Outcome::finished);
  CHECK(same.printed == "nothing to train: the run has 2 epochs, and epochs is 2\n");
  CHECK(Left(folder) == uninterrupted(2));
  CHECK(run(folder, 3, true).printed == "epoch 3/3  steps 3\n");
  CHECK(Left(folder) == uninterrupted(3));
}

TEST_CASE("training: a folder in which another program trains is left alone") {
  const TemporaryFolder folder;
  run(folder, 2, false);
  const std::string config = folder.get("run/config.json");
  const Left before(folder);
  {
    const FolderLock other((folder / "run"));
    for (const bool resume : {false, true})
      CHECK_THROWS_WITH_AS(run(folder, 3, resume),
                           ((folder / "run").string() + ": another program is writing into this folder").c_str(),
                           FileError);
  }
  CHECK(Left(folder) == before);
  CHECK(folder.get("run/config.json") == config);
  CHECK(run(folder, 3, true).outcome == Outcome::finished);
}

TEST_CASE("training: the seconds of a resumed run go on from where they were") {
  const TemporaryFolder folder;
  run(folder, 1, false);
  const std::string metrics = folder.get("run/metrics.csv");
  folder.put("run/metrics.csv", metrics.substr(0, metrics.rfind(',')) + ",1000\n");
  run(folder, 2, true);
  CHECK(nlohmann::json::parse(folder.get("run/summary.json"))["seconds"].get<double>() > 1000);
}

TEST_CASE("training: a checkpoint that is not of this run is refused, and nothing is changed") {
  const TemporaryFolder folder;
  run(folder, 2, false);
  const std::string metrics = folder.get("run/metrics.csv"), summary = folder.get("run/summary.json");
  const std::filesystem::path path = folder / "run/checkpoint.safetensors";
  const Checkpoint good = load_checkpoint(path);
  const auto refuses = [&](const auto& change, const std::string& message) {
    Checkpoint bad = good;
    change(bad);
    save_checkpoint(path, bad);
    CHECK_THROWS_WITH_AS(run(folder, 3, true), (path.string() + ": " + message).c_str(), FileError);
    CHECK(folder.get("run/metrics.csv") == metrics);
    CHECK(folder.get("run/summary.json") == summary);
  };
  refuses([](Checkpoint& c) { c.put_integer("loop.step", toy_steps_per_epoch); },
          "epoch 2 step 3 is no place in a run of 3 steps an epoch");
  refuses([](Checkpoint& c) { c.put_integer("loop.epoch", -1); },
          "epoch -1 step 0 is no place in a run of 3 steps an epoch");
  refuses(
      [](Checkpoint& c) {
        c = Checkpoint();
        c.put_integer("loop.epoch", 1);
        c.put_integer("loop.step", 1);
      },
      "text loop.meter is missing");
  refuses([](Checkpoint& c) { c.put_text("loop.meter", "median loss"); },
          "\"median loss\" in loop.meter is no kind and name of a number");
  refuses([](Checkpoint& c) { c.put_integer("loop.epoch", std::numeric_limits<std::int64_t>::max() / 2); },
          "epoch 4611686018427387903 step 0 is no place in a run of 3 steps an epoch");
  save_checkpoint(path, good);
  CHECK(run(folder, 3, true).outcome == Outcome::finished);
}

TEST_CASE("training: a checkpoint without its checksum is not resumed") {
  const TemporaryFolder folder;
  run(folder, 2, false);
  std::string bytes = folder.get("run/checkpoint.safetensors");
  // A flipped bit in each name of a sum leaves what looks like a file of another program.
  for (const char* name : {"cotape.crc32", "cotape.tensors_crc32"}) bytes[bytes.find(name)] ^= 1;
  const auto path = folder.put("run/checkpoint.safetensors", bytes);
  CHECK_THROWS_WITH_AS(
      run(folder, 3, true),
      (path.string() + ": byte 8: the checksum cotape.crc32 is missing: the file is damaged, or cotape "
                       "has not written it")
          .c_str(),
      FileError);
}

TEST_CASE("training: rows that are not those of the checkpoint are refused, and nothing is changed") {
  const TemporaryFolder folder;
  run(folder, 2, false);
  const std::string metrics = folder.get("run/metrics.csv");
  std::vector<std::string> lines;
  std::istringstream text(metrics);
  for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
  REQUIRE(lines.size() == 3);
  const auto refuses = [&](const std::string& changed, const std::string& message) {
    const auto path = folder.put("run/metrics.csv", changed);
    CHECK_THROWS_WITH_AS(run(folder, 3, true), (path.string() + ": " + message).c_str(), FileError);
    CHECK(folder.get("run/metrics.csv") == changed);
  };
  const std::string others = "not the rows that the checkpoint was written beside, up to epoch 2";
  refuses(lines[0] + lines[2], others);
  refuses(lines[0] + lines[1] + "2,nan,3,1\n", others);
  refuses(lines[0] + lines[1], "ends at epoch 1 but the checkpoint is of epoch 2");
  const std::string second = lines[2].substr(0, lines[2].rfind(','));
  for (const char* seconds : {",nan", ",-1", ",inf"})
    refuses(lines[0] + lines[1] + second + seconds + "\n", "seconds that are no time in the rows up to epoch 2");
  folder.put("run/metrics.csv", metrics + "3,1,1,1\n");  // as a kill before the checkpoint leaves it
  CHECK(run(folder, 3, true).outcome == Outcome::finished);
  CHECK(Left(folder) == uninterrupted(3));
}

TEST_CASE("training: columns of time may differ from run to run, checkpoints do not") {
  class Timed final : public Walk {
   public:
    std::vector<std::string> columns() const override { return {"loss", "steps", "time"}; }
    std::size_t time_columns() const override { return 1; }
    void end_epoch(std::int64_t epoch, Meter& meter) override {
      Walk::end_epoch(epoch, meter);
      meter.latest("time", time);
    }
    double time = 1;
  };
  const TemporaryFolder folder;
  std::string checkpoints[2];
  for (std::string& checkpoint : checkpoints) {
    Timed task;
    if (&checkpoint == checkpoints) task.time = 2;
    const Printed printed;
    train(task, {.app = "walk", .out = folder / "run", .epochs = 2});
    checkpoint = folder.get("run/checkpoint.safetensors");
  }
  CHECK(checkpoints[0] == checkpoints[1]);
}

TEST_CASE("training: a checkpoint whose sums have no names is resumed between two epochs, and explained within one") {
  const Left whole = uninterrupted(3);
  const TemporaryFolder folder;
  run(folder, 2, false);
  const std::filesystem::path path = folder / "run/checkpoint.safetensors";
  const auto without_names = [&](std::int64_t step) {
    const Checkpoint now = load_checkpoint(path);
    Checkpoint old;
    for (const auto& [name, entry] : now.entries())
      if (!name.starts_with("loop.meter") && name != "loop.rows_crc32") old.put(name, entry);
    old.put_number("loop.sum.0", 0);
    old.put_integer("loop.step", step);
    save_checkpoint(path, old);
  };
  without_names(1);
  CHECK_THROWS_WITH_AS(run(folder, 3, true),
                       (path.string() + ": an older version wrote it in the middle of epoch 3, after step 1; resume "
                                        "with that version and stop it after an epoch, or start anew")
                           .c_str(),
                       FileError);
  without_names(0);
  CHECK(run(folder, 3, true).outcome == Outcome::finished);
  CHECK(Left(folder) == whole);
}

TEST_CASE("training: the bar's detail and an epoch's line are the columns that the meter knows") {
  class Plain final : public Walk {
   public:
    std::string line(const Meter& meter) const override { return TrainingTask::line(meter); }
  };
  Meter meter;
  meter.sum("steps", 3);
  meter.sum("unseen", 1);
  CHECK(Plain().detail(meter) == "steps 3");
  meter.latest("loss", 0.123456);
  CHECK(Plain().line(meter) == "loss 0.12346  steps 3");
}

TEST_CASE("training: a column that was not recorded is named") {
  class Forgetful final : public Walk {
   public:
    std::vector<std::string> columns() const override { return {"loss", "accuracy"}; }
  };
  const TemporaryFolder folder;
  Forgetful task;
  const Printed printed;
  CHECK_THROWS_WITH_AS(train(task, {.app = "walk", .out = folder / "run", .epochs = 1}),
                       "meter: nothing was recorded as accuracy, only x,steps,loss", ValueError);
}
