#include <cotape/apps/label_ranking/artificial.h>
#include <cotape/apps/label_ranking/fit.h>
#include <cotape/data/sets/rank_correlation.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/init.h>

#include <algorithm>
#include <chrono>

namespace cotape::app {
namespace {

// Examples whose labels have features of their own.
struct Planted {
  Tensor features;  // [n, labels, d]
  Tensor ranks;     // [n, labels], centred
};

// scores[n, labels] = features · w.
Tensor scores_of(const Tensor& features, const Tensor& w) {
  Tape tape(Gradients::off);
  const Shape& shape = features.shape();
  const Var x = tape.constant(features.reshaped({shape[0] * shape[1], shape[2]}));
  return matmul(x, tape.constant(w)).value().reshaped({shape[0], shape[1]});
}

void rank_rows(const Tensor& scores, Tensor& ranks) {
  const Solver solver = centred_ranking(scores.shape()[1]);
  const auto labels = static_cast<std::size_t>(scores.shape()[1]);
  for (std::size_t at = 0; at < scores.values().size(); at += labels)
    solver.solve(scores.values().subspan(at, labels), ranks.values().subspan(at, labels));
}

Planted make_planted(std::int64_t n, const Tensor& w0, double sigma, const LabelRankingOptions& options, Rng rng) {
  Planted planted{Tensor({n, options.labels, options.features}), Tensor({n, options.labels})};
  Rng features = rng.split(0), noise = rng.split(1);
  features.normal(planted.features);
  Tensor scores = scores_of(planted.features, w0), z(scores.shape());
  noise.normal(z);
  for (std::int64_t i = 0; i < z.size(); ++i) scores[i] += static_cast<float>(sigma) * z[i];
  rank_rows(scores, planted.ranks);
  return planted;
}

Tensor draw_signs(std::int64_t n, Rng rng) {
  Tensor w({n, 1});
  for (float& x : w.values()) x = rng.below(2) == 0 ? -1.0F : 1.0F;
  return w;
}

Recovery judge(const Planted& planted, const Tensor& w, Loss loss, double rate) {
  const Tensor scores = scores_of(planted.features, w);
  Tensor ranks(scores.shape());
  rank_rows(scores, ranks);
  const std::int64_t examples = ranks.shape()[0], labels = ranks.shape()[1];
  Recovery result{.loss = loss, .rate = rate};
  for (std::int64_t example = 0; example < examples; ++example) {
    std::int64_t right = 0;
    for (std::int64_t i = example * labels; i < (example + 1) * labels; ++i) right += ranks[i] == planted.ranks[i];
    const auto row = [&](const Tensor& tensor) {
      return tensor.values().subspan(static_cast<std::size_t>(example * labels), static_cast<std::size_t>(labels));
    };
    result.perfect += right == labels ? 1 : 0;
    result.partial += static_cast<double>(right);
    result.spearman += spearman(row(ranks), row(planted.ranks));
  }
  result.perfect /= static_cast<double>(examples);
  result.partial /= static_cast<double>(examples * labels);
  result.spearman /= static_cast<double>(examples);
  return result;
}

Tensor train(const Planted& planted, Loss loss, double rate, const LabelRankingOptions& options,
             const std::function<bool()>& stopped, Rng rng) {
  const Shape& shape = planted.features.shape();
  const std::int64_t labels = shape[1], features = shape[2], size = labels * features;
  Parameter w("w", Tensor({features, 1}));
  Rng start = rng.split(0);
  init::glorot_uniform(w.mutable_value(), start);
  const auto scores = [&](Tape& tape, std::span<const std::int64_t> batch) {
    const auto count = static_cast<std::int64_t>(batch.size());
    const Var x = tape.constant({count * labels, features}, [&](Tensor& out) {
      for (std::int64_t i = 0; i < count; ++i)
        std::copy_n(planted.features.data() + batch[static_cast<std::size_t>(i)] * size, size, out.data() + i * size);
    });
    return reshape(matmul(x, tape.parameter(w)), {count, labels});
  };
  const auto ranks = [&](std::span<const std::int64_t> batch, Tensor& out) {
    float* to = out.data();
    for (const std::int64_t example : batch) to = std::copy_n(planted.ranks.data() + example * labels, labels, to);
  };
  const std::int64_t steps = options.epochs * ((shape[0] + options.batch - 1) / options.batch);
  fit({shape[0], labels, {&w}, scores, ranks}, make_loss(loss, labels, options.loss_settings(options.epsilon)),
      {.rate = rate, .steps = steps, .batch = options.batch, .stopped = stopped}, rng.split(1));
  return w.value();
}

}  // namespace

std::int64_t count_artificial_trainings(const LabelRankingOptions& options) {
  return static_cast<std::int64_t>(options.chosen_losses().size() * options.rates.size());
}

std::optional<ArtificialResult> run_artificial(double sigma, const LabelRankingOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  const Rng rng(options.seed);
  const Tensor w0 = draw_signs(options.features, rng.split(0));
  const Planted examples = make_planted(options.examples, w0, sigma, options, rng.split(1));
  const Planted validation = make_planted(options.examples, w0, sigma, options, rng.split(2));
  const Planted tests = make_planted(options.tests, w0, 0, options, rng.split(3));

  const std::vector<Loss> losses = options.chosen_losses();
  std::vector<Recovery> reached;
  std::vector<double> validated;
  const auto job = [&](std::size_t i) {
    const Loss loss = losses[i / options.rates.size()];
    const double rate = options.rates[i % options.rates.size()];
    const Tensor w =
        train(examples, loss, rate, options, watch.stopped, rng.split(4).split(static_cast<std::uint64_t>(loss)));
    const Recovery on_tests = judge(tests, w, loss, rate);
    return JobResult{judge(validation, w, loss, rate).spearman, on_tests.perfect, on_tests.partial, on_tests.spearman};
  };
  const auto take = [&](std::size_t i, std::span<const double> result) {
    validated.push_back(result[0]);
    reached.push_back({.loss = losses[i / options.rates.size()],
                       .rate = options.rates[i % options.rates.size()],
                       .perfect = result[1],
                       .partial = result[2],
                       .spearman = result[3]});
  };
  if (!run_jobs(count_artificial_trainings(options), job, take, watch)) return std::nullopt;

  ArtificialResult result{.sigma = sigma, .losses = {}, .seconds = 0};
  for (std::size_t first = 0; first < reached.size(); first += options.rates.size()) {
    const auto from = validated.begin() + static_cast<std::ptrdiff_t>(first);
    const auto best = std::max_element(from, from + static_cast<std::ptrdiff_t>(options.rates.size()));
    result.losses.push_back(reached[static_cast<std::size_t>(best - validated.begin())]);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace cotape::app
