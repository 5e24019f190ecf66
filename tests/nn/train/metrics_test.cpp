#include <cotape/engine/base/error.h>
#include <cotape/nn/train/metrics.h>

#include <doctest/doctest.h>

#include <cmath>

#include "../../temporary_folder.h"

using namespace cotape;

TEST_CASE("metrics: rows are written as they are appended, and read back") {
  const TemporaryFolder folder;
  Metrics metrics(folder / "m.csv", {"epoch", "loss", "seconds"});
  CHECK(folder.files() == 0);
  metrics.append({1, 0.1, 2.5});
  metrics.append({2, std::nan(""), 1e-7});
  CHECK(folder.get("m.csv") == "epoch,loss,seconds\n1,0.1,2.5\n2,nan,1e-07\n");
  const Metrics again = Metrics::read(folder / "m.csv", {"epoch", "loss", "seconds"});
  CHECK(again.last_epoch() == 2);
  CHECK(again.column("seconds") == std::vector<double>{2.5, 1e-7});
  CHECK(std::isnan(again.rows()[1][1]));
  again.save();
  CHECK(folder.get("m.csv") == "epoch,loss,seconds\n1,0.1,2.5\n2,nan,1e-07\n");
  CHECK_THROWS_WITH_AS(again.column("lost"), "metrics: no column lost in epoch,loss,seconds", ValueError);
}

TEST_CASE("metrics: later rows are dropped") {
  const TemporaryFolder folder;
  const auto path = folder.put("m.csv", "epoch,loss\n1,3\n2,2\n3,1\n");
  Metrics metrics = Metrics::read(path, {"epoch", "loss"});
  metrics.drop_after(2);
  CHECK(metrics.last_epoch() == 2);
  metrics.append({3, 1.5});
  CHECK(folder.get("m.csv") == "epoch,loss\n1,3\n2,2\n3,1.5\n");
  metrics.drop_after(0);
  CHECK(metrics.rows().empty());
  CHECK(metrics.last_epoch() == 0);
}

TEST_CASE("metrics: a last line without its end is not a row") {
  const TemporaryFolder folder;
  CHECK(Metrics::read(folder.put("m.csv", "epoch,loss\n1,3\n2,2."), {"epoch", "loss"}).last_epoch() == 1);
}

TEST_CASE("metrics: bad files are refused by name and line") {
  const TemporaryFolder folder;
  const auto read = [&](const char* text) { return Metrics::read(folder.put("m.csv", text), {"epoch", "loss"}); };
  CHECK_THROWS_WITH_AS(Metrics::read(folder / "none.csv", {"epoch"}), doctest::Contains("none.csv"), FileError);
  CHECK_THROWS_WITH_AS(read("epoch,bce\n"),
                       doctest::Contains("its columns are epoch,bce, this program writes epoch,loss"), FileError);
  CHECK_THROWS_WITH_AS(read(""), doctest::Contains("m.csv: no line of column names"), FileError);
  CHECK_THROWS_WITH_AS(read("epoch,loss\n1,x\n"), doctest::Contains("m.csv line 2: \"x\" is no number"), FileError);
  CHECK_THROWS_WITH_AS(read("epoch,loss\n1,2\n2\n"), doctest::Contains("line 3: metrics: 1 values for 2 columns"),
                       FileError);
  CHECK_THROWS_WITH_AS(read("epoch,loss\n2,2\n1,2\n"), doctest::Contains("line 3: metrics: epoch 1 after epoch 2"),
                       FileError);
  CHECK_THROWS_WITH_AS(read("epoch,loss\n1.5,2\n"), doctest::Contains("epoch 1.5 is not a whole number"), FileError);
  CHECK_THROWS_AS(read("epoch,loss\nnan,2\n"), FileError);
  const std::string long_line = "epoch,loss\n1,\x1b" + std::string(5'000'000, 'x') + "\n";
  CHECK_THROWS_WITH_AS(
      read(long_line.c_str()),
      ((folder / "m.csv").string() + " line 2: \"\\x1b" + std::string(59, 'x') + "…\" is no number").c_str(),
      FileError);
  CHECK_THROWS_WITH_AS(
      Metrics::read(folder.put("own.csv", "\x1b[2J\n1\n")),
      ((folder / "own.csv").string() + " line 1: metrics: the first column must be epoch, not \\x1b[2J").c_str(),
      FileError);
}

TEST_CASE("metrics: bad columns and rows are refused") {
  CHECK_THROWS_AS(Metrics("m.csv", {}), ValueError);
  CHECK_THROWS_WITH_AS(Metrics("m.csv", {"loss"}), "metrics: the first column must be epoch, not loss", ValueError);
  CHECK_THROWS_AS(Metrics("m.csv", {"epoch", "a,b"}), ValueError);
  const TemporaryFolder folder;
  Metrics metrics(folder / "m.csv", {"epoch", "loss"});
  metrics.append({1, 2});
  CHECK_THROWS_AS(metrics.append({1, 2}), ValueError);
  CHECK_THROWS_AS(metrics.append({2}), ValueError);
  CHECK(metrics.rows().size() == 1);
}

TEST_CASE("metrics: a byte order mark and numbers too small or large for a double are read") {
  const TemporaryFolder folder;
  const auto path = folder.put("m.csv",
                               "\xEF\xBB\xBF"
                               "epoch,loss\n1,1e-400\n2,-1e400\n");
  const Metrics metrics = Metrics::read(path);
  CHECK(metrics.columns() == std::vector<std::string>{"epoch", "loss"});
  CHECK(metrics.column("loss") == std::vector<double>{0, -INFINITY});
  CHECK(Metrics::read(path, {"epoch", "loss"}).last_epoch() == 2);
}

TEST_CASE("metrics: the checksum is of the rows' first columns") {
  const TemporaryFolder folder;
  const auto sum = [&](const std::string& rows, std::size_t columns) {
    return Metrics::read(folder.put("m.csv", "epoch,loss,seconds\n" + rows)).checksum(columns);
  };
  const std::string rows = "1,0.5,10\n2,nan,20\n";
  CHECK(sum(rows, 2) == sum("1,0.5,11\n2,nan,21\n", 2));
  CHECK(sum(rows, 3) != sum("1,0.5,11\n2,nan,21\n", 3));
  CHECK(sum(rows, 2) != sum("1,0.5,10\n2,0.5,20\n", 2));
  CHECK(sum(rows, 2) != sum("1,0.5,10\n", 2));
  CHECK(sum(rows, 2) == 0xf78692f9);  // of "1,0.5\n2,nan\n"
  CHECK(sum("", 2) == 0);
}
