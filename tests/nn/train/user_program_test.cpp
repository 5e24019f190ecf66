#include <cotape/cotape.h>
#include <doctest/doctest.h>

#include <csignal>
#include <iostream>
#include <sstream>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

// What a user of the library writes: a net that learns to square, its data, and the state that a checkpoint needs.
class Squares final : public TrainingTask {
 public:
  int interrupted_in_step = -1;  // of this process, from 0

  Squares() {
    net_.emplace<Linear>("fc1", 1, 32, LinearOptions{.activation = Activation::relu}, rng_);
    net_.emplace<Linear>("fc2", 32, 1, LinearOptions{}, rng_);
    rng_.normal(x_);
    adam_.emplace(net_.parameters(), AdamOptions{.lr = 0.01});
    step_.emplace(*adam_);
  }
  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override {
    if (steps_++ == interrupted_in_step) std::raise(SIGINT);
    const auto batch = order_.indices(epoch, step);
    const auto count = static_cast<std::int64_t>(batch.size());
    const Var loss = step_->run([&](Tape& tape) {
      const Var x = tape.constant(Shape{count, 1}, [&](Tensor& out) {
        for (std::int64_t i = 0; i < count; ++i) out[i] = x_[batch[static_cast<std::size_t>(i)]];
      });
      return mean(square(net_(x) - square(x)));
    });
    meter.mean("loss", static_cast<double>(loss.value().item()), static_cast<double>(count));
  }
  Tape& tape() override { return step_->tape(); }
  std::vector<std::string> columns() const override { return {"loss"}; }
  Record results(const Metrics& metrics) const override { return metrics.last_row({"loss"}); }
  void save(Checkpoint& checkpoint) const override {
    net_.save(checkpoint);
    adam_->save(checkpoint);
  }
  void load(const Checkpoint& checkpoint) override {
    net_.load(checkpoint);
    adam_->load(checkpoint);
  }

 private:
  Rng rng_{1};
  Tensor x_{Shape{100, 1}};
  BatchOrder order_{100, 30, Rng(2)};
  Sequential net_;
  std::optional<Adam> adam_;
  std::optional<TrainingStep> step_;
  int steps_ = 0;
};

// The same words on stdout, and the same bytes in every file but for the times.
struct Run {
  Outcome outcome;
  std::string printed;
};

Run run(const TemporaryFolder& folder, bool resume, int interrupted_in_step = -1) {
  std::ostringstream text;
  std::streambuf* const before = std::cout.rdbuf(text.rdbuf());
  Squares task;
  task.interrupted_in_step = interrupted_in_step;
  const Outcome outcome = train(task, {.app = "squares", .out = folder / "run", .epochs = 30, .resume = resume});
  std::cout.rdbuf(before);
  return {outcome, text.str()};
}

}  // namespace

TEST_CASE("a user's program trains, and interrupted and resumed ends with the same bytes") {
  const TemporaryFolder whole;
  const Run plain = run(whole, false);
  CHECK(plain.outcome == Outcome::finished);
  CHECK(plain.printed.starts_with("epoch 1/30  loss "));
  const Metrics metrics = Metrics::read(whole / "run/metrics.csv", {"epoch", "loss", "seconds"});
  CHECK(metrics.last("loss") < metrics.column("loss")[0] / 10);

  for (const int step : {0, 1, 3, 4, 118}) {  // within an epoch of four steps, and at its end
    CAPTURE(step);
    const TemporaryFolder folder;
    const Run stopped = run(folder, false, step);
    CHECK(stopped.outcome == Outcome::interrupted);
    CHECK(stopped.printed.ends_with("; continue with resume\n"));
    const Run rest = run(folder, true);
    CHECK(rest.outcome == Outcome::finished);
    CHECK(folder.get("run/checkpoint.safetensors") == whole.get("run/checkpoint.safetensors"));
    CHECK(folder.get("run/config.json") == whole.get("run/config.json"));
    CHECK(Metrics::read(folder / "run/metrics.csv").column("loss") == metrics.column("loss"));
    CHECK(stopped.printed.substr(0, stopped.printed.find("interrupted")) + rest.printed == plain.printed);
  }
}
