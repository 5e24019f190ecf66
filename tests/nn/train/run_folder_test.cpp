#include <cotape/engine/base/error.h>
#include <cotape/nn/train/run_folder.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

const std::vector<std::string> columns = {"epoch", "loss", "seconds"};

Record config(int epochs = 10, int k = 10) {
  return {{"app", "dvae"},    {"k", k},     {"lr", 1e-3},     {"threads", epochs},
          {"epochs", epochs}, {"out", "x"}, {"resume", false}};
}

// A run of three epochs whose last checkpoint is of the second.
RunFolder finished_run(const TemporaryFolder& folder) {
  const RunFolder run(folder / "run", "--");
  Metrics metrics = run.start(config(), columns);
  for (int epoch = 1; epoch <= 3; ++epoch) metrics.append({double(epoch), 1.0 / epoch, 0.5});
  folder.put("run/checkpoint.safetensors", "weights");
  return run;
}

}  // namespace

TEST_CASE("run folder: a start makes the folder with config and empty metrics") {
  const TemporaryFolder folder;
  const RunFolder run(folder / "a/b/run");
  CHECK(folder.files() == 0);
  run.start(config(), columns);
  CHECK(folder.get("a/b/run/metrics.csv") == "epoch,loss,seconds\n");
  CHECK(folder.get("a/b/run/config.json") ==
        "{\n  \"app\": \"dvae\",\n  \"k\": 10,\n  \"lr\": 0.001,\n  \"threads\": 10,\n  \"epochs\": 10,\n"
        "  \"out\": \"x\",\n  \"resume\": false\n}\n");
  run.write_summary({{"test_nelbo", 230.5}});
  CHECK(folder.get("a/b/run/summary.json") == "{\n  \"test_nelbo\": 230.5\n}\n");
}

TEST_CASE("run folder: only a start removes an old run") {
  const TemporaryFolder folder;
  finished_run(folder).write_summary({});
  folder.put("run/notes.txt", "mine");
  const RunFolder run(folder / "run");
  CHECK(folder.get("run/checkpoint.safetensors") == "weights");
  run.start(config(), columns);
  CHECK(!std::filesystem::exists(run.checkpoint()));
  CHECK(!std::filesystem::exists(run.file("summary.json")));
  CHECK(folder.get("run/metrics.csv") == "epoch,loss,seconds\n");
  CHECK(folder.get("run/notes.txt") == "mine");
}

TEST_CASE("run folder: a start where no folder can be names it") {
  const TemporaryFolder folder;
  folder.put("file", "");
  CHECK_THROWS_WITH_AS(RunFolder(folder / "file").start(config(), columns),
                       doctest::Contains("file: cannot create the folder"), FileError);
  CHECK_THROWS_WITH_AS(RunFolder(folder / "file/under").start(config(), columns),
                       doctest::Contains("file/under: cannot create the folder"), FileError);
}

TEST_CASE("run folder: resuming drops what came after the checkpoint") {
  const TemporaryFolder folder;
  const RunFolder run = finished_run(folder);
  const Metrics metrics = run.resume(config(20), columns, 2);
  CHECK(metrics.last_epoch() == 2);
  CHECK(folder.get("run/metrics.csv") == "epoch,loss,seconds\n1,1,0.5\n2,0.5,0.5\n");
  CHECK(folder.get("run/config.json").find("\"epochs\": 20") != std::string::npos);
  CHECK(run.resume(config(20), columns, 0).rows().empty());
}

TEST_CASE("run folder: resuming refuses other settings, columns or a gap, and changes nothing") {
  const TemporaryFolder folder;
  const RunFolder run = finished_run(folder);
  const std::string metrics = folder.get("run/metrics.csv");
  const std::string settings = folder.get("run/config.json");
  const std::string path = run.file("config.json").string();
  CHECK_THROWS_WITH_AS(run.check_resume(config(10, 1)), ("--resume: k is 1 now but 10 in " + path).c_str(), ValueError);
  Record more = config();
  more.emplace_back("noise", "sog");
  CHECK_THROWS_WITH_AS(run.check_resume(more), ("--resume: noise is \"sog\" now but not set in " + path).c_str(),
                       ValueError);
  Record fewer = config();
  fewer.erase(fewer.begin());
  CHECK_THROWS_WITH_AS(run.check_resume(fewer), ("--resume: app is not set now but \"dvae\" in " + path).c_str(),
                       ValueError);
  CHECK_THROWS_WITH_AS(run.resume(config(), {"epoch", "bce"}, 2), doctest::Contains("its columns are"), FileError);
  CHECK_THROWS_WITH_AS(run.resume(config(), columns, 4),
                       doctest::Contains("metrics.csv: ends at epoch 3 but the checkpoint is of epoch 4"), FileError);
  CHECK(folder.get("run/metrics.csv") == metrics);
  CHECK(folder.get("run/config.json") == settings);
  run.check_resume(config());
}

TEST_CASE("run folder: resuming what is not there or broken names the file") {
  const TemporaryFolder folder;
  const RunFolder none(folder / "none");
  CHECK_THROWS_WITH_AS(none.check_resume(config()), ("resume: no checkpoint " + none.checkpoint().string()).c_str(),
                       FileError);
  CHECK(folder.files() == 0);
  const RunFolder run = finished_run(folder);
  for (const char* broken : {"", "{", "[1]", "{\"k\": 10"}) {
    folder.put("run/config.json", broken);
    CHECK_THROWS_WITH_AS(run.check_resume(config()), doctest::Contains("config.json: not a JSON object"), FileError);
  }
  const auto refused = [&](const std::string& text, const std::string& reason) {
    const auto path = folder.put("run/config.json", text);
    CHECK_THROWS_WITH_AS(run.check_resume(config()), (path.string() + ": not a JSON object: it " + reason).c_str(),
                         FileError);
  };
  refused("{\"k\": 10", "is not valid JSON (at byte 8)");
  refused("[1]", "does not begin with '{' (at byte 0)");
  refused("{\"k\": 10, \"k\": 11}", "has two entries \"k\" (at byte 0)");
  const std::string nested = std::string(100'000, '[') + std::string(100'000, ']');
  refused("{\"k\": " + nested + "}", "is nested deeper than 64 levels (at byte 69)");
}

TEST_CASE("run folder: what a config.json holds is shown short and harmless") {
  const TemporaryFolder folder;
  const RunFolder run = finished_run(folder);
  folder.put("run/config.json", "{\"k\": \"\\u001b" + std::string(100'000, 'x') + "\"}");
  CHECK_THROWS_WITH_AS(
      run.check_resume({{"k", 1}}),
      ("--resume: k is 1 now but \"\\u001b" + std::string(53, 'x') + "… in " + run.file("config.json").string())
          .c_str(),
      ValueError);
}

TEST_CASE("run folder: resuming wants one row for each epoch") {
  const TemporaryFolder folder;
  const RunFolder run = finished_run(folder);
  const auto refused = [&](const std::string& rows) {
    const std::string text = "epoch,loss,seconds\n" + rows;
    folder.put("run/metrics.csv", text);
    CHECK_THROWS_WITH_AS(run.resume(config(), columns, 3), doctest::Contains("not one for each"), FileError);
    CHECK(folder.get("run/metrics.csv") == text);
  };
  refused("1,1,1\n3,1,1\n");
  refused("2,1,1\n3,1,1\n");
  refused("0,1,1\n2,1,1\n3,1,1\n");
  refused("0,1,1\n1,1,1\n2,1,1\n3,1,1\n");
}

TEST_CASE("run folder: a program without checkpoints names its own files") {
  const TemporaryFolder folder;
  const RunFolder run(folder / "run");
  run.clear({"table.csv"});
  run.write_config(config());
  CHECK_THROWS_WITH_AS(run.check_resume(config(), "table.csv"),
                       ("resume: no checkpoint " + run.file("table.csv").string()).c_str(), FileError);
  folder.put("run/table.csv", "x");
  folder.put("run/notes.txt", "mine");
  run.check_resume(config(), "table.csv");
  run.clear({"table.csv", "config.json"});
  CHECK(!std::filesystem::exists(run.file("table.csv")));
  CHECK(!std::filesystem::exists(run.file("config.json")));
  CHECK(folder.get("run/notes.txt") == "mine");
}
