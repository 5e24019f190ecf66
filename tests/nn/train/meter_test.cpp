#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/meter.h>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../allocations.h"

using namespace cotape;

namespace {

// Three steps of an epoch: whole numbers and halves, whose sums are exact.
void record(Meter& meter, int first, int last) {
  for (int step = first; step < last; ++step) {
    meter.mean("loss", 0.5 * step, step + 1);
    meter.share("right", step, 4);
    meter.sum("calls", 10 + step);
    meter.maximum("largest", -step);
    meter.latest("rate", step);
  }
}

}  // namespace

TEST_CASE("meter: each kind of number adds up as it says, in the order in which the names came") {
  Meter meter;
  record(meter, 0, 3);
  CHECK(meter.names() == std::vector<std::string>{"loss", "right", "calls", "largest", "rate"});
  CHECK(meter.value("loss") == (0.5 * 2 + 1 * 3) / 6);
  CHECK(meter.total("loss") == 4);
  CHECK(meter.weight("loss") == 6);
  CHECK(meter.value("right") == 0.25);
  CHECK(meter.value("calls") == 33);
  CHECK(meter.value("largest") == 0);
  CHECK(meter.value("rate") == 2);
  CHECK(meter.contains("rate"));
  CHECK_FALSE(meter.contains("accuracy"));
  meter.mean("plain", 1);
  meter.mean("plain", 4);
  CHECK(meter.value("plain") == 2.5);
  meter.share("nothing", 0, 0);
  CHECK(meter.value("nothing") == 0);
}

TEST_CASE("meter: a NaN is a maximum that stays, and the first value is one even when it is negative") {
  Meter meter;
  meter.maximum("x", -5);
  CHECK(meter.value("x") == -5);
  meter.maximum("x", std::numeric_limits<double>::quiet_NaN());
  meter.maximum("x", 7);
  CHECK(std::isnan(meter.value("x")));
}

TEST_CASE("meter: two meters merged are one that recorded everything") {
  Meter whole, first, second;
  record(whole, 0, 5);
  record(first, 0, 2);
  record(second, 2, 5);
  first.merge(second);
  CHECK(first == whole);
  Meter empty;
  empty.merge(first);
  CHECK(empty == whole);
  empty.merge(Meter());
  CHECK(empty == whole);

  Meter other;
  other.sum("new", 1);
  other.sum("loss", 1);
  CHECK_THROWS_WITH_AS(first.merge(other), "meter: loss was recorded as a share and is now a sum", ValueError);
  CHECK(first == whole);
}

TEST_CASE("meter: a checkpoint gives it back bit for bit and in its order") {
  Meter meter;
  record(meter, 0, 3);
  meter.mean("third", 1.0 / 3, 0.1);
  meter.sum("name with spaces", 1);
  Checkpoint checkpoint("file");
  meter.save(checkpoint, "loop.meter");
  CHECK(checkpoint.text("loop.meter") ==
        "share loss,share right,sum calls,maximum largest,latest rate,share third,sum name with spaces");
  CHECK(checkpoint.number("loop.meter.loss.total") == 4);
  Meter loaded;
  loaded.sum("old", 1);
  loaded.load(checkpoint, "loop.meter");
  CHECK(loaded == meter);
  record(loaded, 3, 5);
  record(meter, 3, 5);
  CHECK(loaded == meter);

  Checkpoint nothing;
  Meter().save(nothing);
  CHECK(nothing.entries().empty());
  loaded.load(nothing);
  CHECK(loaded == Meter());

  const auto refuses = [&](const char* text, const char* message) {
    checkpoint.put_text("loop.meter", text);
    Meter kept = meter;
    CHECK_THROWS_WITH_AS(kept.load(checkpoint, "loop.meter"), message, FileError);
    CHECK(kept == meter);
  };
  refuses("share loss,sum more", "file: loop.meter.more.total is missing");
  refuses("share loss,median calls", "file: \"median calls\" in loop.meter is no kind and name of a number");
  refuses("loss", "file: \"loss\" in loop.meter is no kind and name of a number");
  refuses("sum calls,sum calls", "file: \"sum calls\" in loop.meter is no kind and name of a number");
  for (const double count : {-1.0, 0.5, 1e300, std::nan("")}) {
    checkpoint.put_number("loop.meter.calls.weight", count);
    refuses("sum calls", ("file: loop.meter.calls.weight is " + format_number(count) + ", no number of calls").c_str());
  }
}

TEST_CASE("meter: what is unknown, of two kinds or cannot be a column is named") {
  Meter meter;
  meter.sum("calls", 1);
  meter.mean("loss", 1);
  CHECK_THROWS_WITH_AS(meter.value("los"), "meter: nothing was recorded as los, only calls,loss", ValueError);
  CHECK_THROWS_WITH_AS(meter.mean("calls", 1), "meter: calls was recorded as a sum and is now a share", ValueError);
  for (const char* name : {"", "a,b", "a\"b", "a\nb"}) CHECK_THROWS_AS(meter.sum(name, 1), ValueError);
  CHECK(meter.names().size() == 2);
}

TEST_CASE("meter: steps after the first allocate nothing") {
  Meter meter;
  record(meter, 0, 1);
  const std::int64_t before = heap_allocations();
  record(meter, 1, 100);
  CHECK(heap_allocations() == before);
}

TEST_CASE("meter: its bytes are the meter in another process") {
  Meter meter;
  meter.mean("loss", 0.25, 3);
  meter.sum("calls", 7);
  meter.share("right", 1, 0);
  meter.maximum("largest", std::numeric_limits<double>::infinity());
  meter.latest("rate", 0.1);
  CHECK(Meter::from_bytes(meter.bytes()) == meter);
  CHECK(Meter::from_bytes("") == Meter());
  CHECK_THROWS_WITH_AS(Meter::from_bytes(meter.bytes().substr(0, 20)), "meter: the bytes end early", ValueError);
}
