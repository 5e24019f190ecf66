#include <cotape/apps/label_ranking/cross_validation.h>
#include <cotape/apps/label_ranking/fit.h>
#include <cotape/data/sets/folds.h>
#include <cotape/data/sets/rank_correlation.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/layers/linear.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace cotape::app {
namespace {

constexpr std::int64_t evaluation_rows = 512;

// Rows to learn from and to be judged on, and what standardises the features of the former.
struct Split {
  Fold rows;
  std::vector<float> mean;
  std::vector<float> scale;  // 1/deviation; 1 where the feature is constant
};

Split make_split(const LabelRanking& table, Fold rows) {
  const auto features = static_cast<std::size_t>(table.features.shape()[1]);
  const double count = static_cast<double>(rows.train.size());
  std::vector<double> mean(features), squares(features);
  const auto row_of = [&](std::int64_t row) { return table.features.data() + row * table.features.shape()[1]; };
  for (const std::int64_t row : rows.train)
    for (std::size_t i = 0; i < features; ++i) mean[i] += static_cast<double>(row_of(row)[i]) / count;
  for (const std::int64_t row : rows.train)
    for (std::size_t i = 0; i < features; ++i) {
      const double difference = static_cast<double>(row_of(row)[i]) - mean[i];
      squares[i] += difference * difference / count;
    }
  Split split{std::move(rows), {mean.begin(), mean.end()}, {}};
  for (std::size_t i = 0; i < features; ++i) {
    const double deviation = std::sqrt(squares[i]);
    split.scale.push_back(deviation > 1e-6 * std::abs(mean[i]) ? static_cast<float>(1 / deviation) : 1.0F);
  }
  return split;
}

void fill_features(const LabelRanking& table, const Split& split, std::span<const std::int64_t> rows, Tensor& out) {
  const std::int64_t features = table.features.shape()[1];
  float* to = out.data();
  for (const std::int64_t row : rows) {
    const float* from = table.features.data() + row * features;
    for (std::size_t i = 0; i < split.mean.size(); ++i) *to++ = (from[i] - split.mean[i]) * split.scale[i];
  }
}

struct Correlation {
  double spearman = 0;
  double kendall = 0;
};

// Means over the test rows.
Correlation evaluate(const LabelRanking& table, const Split& split, Linear& model) {
  const auto labels = static_cast<std::size_t>(table.ranks.shape()[1]);
  const Solver solver = Ranking{.n = table.ranks.shape()[1]};
  Correlation sum;
  std::vector<float> predicted(labels);
  Tape tape(Gradients::off);
  const std::span<const std::int64_t> all = split.rows.test;
  for (std::size_t begin = 0; begin < all.size(); begin += evaluation_rows) {
    const auto rows = all.subspan(begin, std::min<std::size_t>(evaluation_rows, all.size() - begin));
    tape.clear();
    const Var theta = model(tape.constant({static_cast<std::int64_t>(rows.size()), table.features.shape()[1]},
                                          [&](Tensor& out) { fill_features(table, split, rows, out); }));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      solver.solve(theta.value().values().subspan(i * labels, labels), predicted);
      const auto wanted = table.ranks.values().subspan(static_cast<std::size_t>(rows[i]) * labels, labels);
      sum.spearman += spearman(predicted, wanted);
      sum.kendall += kendall(predicted, wanted);
    }
  }
  const double count = static_cast<double>(all.size());
  return {sum.spearman / count, sum.kendall / count};
}

struct GridPoint {
  double rate;
  double epsilon;
};

std::vector<GridPoint> grid_of(Loss loss, const LabelRankingOptions& options) {
  std::vector<double> epsilons = {options.epsilon};
  if (!has_epsilon(loss))
    epsilons = {0};
  else if (options.table == 2)
    epsilons = options.epsilons;
  std::vector<GridPoint> grid;
  for (const double rate : options.rates)
    for (const double epsilon : epsilons) grid.push_back({rate, epsilon});
  return grid;
}

// An affine model and the rows of one split that it learns from.
class Training {
 public:
  Training(const LabelRanking& table, const Split& split, Loss loss, const GridPoint& point,
           const LabelRankingOptions& options, const Rng& rng)
      : table_(table),
        split_(split),
        start_(rng.split(0)),
        rng_(rng.split(1)),
        model_(table.features.shape()[1], labels(), {}, start_),
        loss_(make_loss(loss, labels(), options.loss_settings(point.epsilon))),
        settings_{.rate = point.rate, .steps = options.steps, .batch = options.batch} {}

  // `stopped` ends it early.
  Correlation run(const std::function<bool()>& stopped) {
    settings_.stopped = stopped;
    fit(trainee(), loss_, settings_, rng_);
    return evaluate(table_, split_, model_);
  }
  Inspection inspect() { return inspect_last_step(trainee(), loss_, settings_, rng_); }

 private:
  std::int64_t labels() const { return table_.ranks.shape()[1]; }

  std::span<const std::int64_t> rows_of(std::span<const std::int64_t> batch) {
    rows_.clear();
    for (const std::int64_t i : batch) rows_.push_back(split_.rows.train[static_cast<std::size_t>(i)]);
    return rows_;
  }

  Trainee trainee() {
    const auto scores = [this](Tape& tape, std::span<const std::int64_t> batch) {
      return model_(tape.constant({static_cast<std::int64_t>(batch.size()), table_.features.shape()[1]},
                                  [&](Tensor& out) { fill_features(table_, split_, rows_of(batch), out); }));
    };
    const auto ranks = [this](std::span<const std::int64_t> batch, Tensor& out) {
      float* to = out.data();
      for (const std::int64_t row : rows_of(batch))
        for (std::int64_t i = 0; i < labels(); ++i)
          *to++ = table_.ranks[row * labels() + i] - static_cast<float>(labels() + 1) / 2;
    };
    return {static_cast<std::int64_t>(split_.rows.train.size()), labels(), model_.parameters(), scores, ranks};
  }

  const LabelRanking& table_;
  const Split& split_;
  Rng start_, rng_;
  Linear model_;
  LossFunction loss_;
  FitSettings settings_;
  std::vector<std::int64_t> rows_;
};

// The same number on every machine.
std::uint64_t hash(const std::string& text) {
  std::uint64_t value = 14695981039346656037U;  // FNV-1a
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return value;
}

// One training: a loss on an outer fold, and, when settings are being chosen, an inner fold and a place in the grid.
struct Job {
  std::size_t loss;
  std::size_t fold;
  std::size_t inner = 0;
  std::size_t point = 0;
};

class CrossValidation {
 public:
  CrossValidation(const std::string& name, const LabelRanking& table, const LabelRankingOptions& options)
      : table_(table), options_(options), losses_(options.chosen_losses()), rng_(Rng(options.seed).split(hash(name))) {
    const Rng shuffle = rng_.split(0);
    for (Fold& outer : make_folds(table.size(), options.folds, shuffle)) {
      std::vector<Split> inner;
      for (Fold& fold : make_folds(outer.train, options.inner_folds, shuffle.split(outer_.size() + 1)))
        inner.push_back(make_split(table, std::move(fold)));
      inner_.push_back(std::move(inner));
      outer_.push_back(make_split(table, std::move(outer)));
    }
  }

  // Nothing when `watch` has ended it.
  std::optional<std::vector<LossScores>> run(const Watch& watch) const {
    std::vector<Job> jobs;
    for (std::size_t l = 0; l < losses_.size(); ++l)
      for (std::size_t fold = 0; fold < outer_.size(); ++fold)
        for (std::size_t point = 0; point < grid_of(losses_[l], options_).size(); ++point)
          for (std::size_t inner = 0; inner < inner_[fold].size(); ++inner) jobs.push_back({l, fold, inner, point});
    std::vector<double> reached;
    const bool chosen = run_jobs(
        static_cast<std::int64_t>(jobs.size()),
        [&](std::size_t i) {
          const Job& job = jobs[i];
          return JobResult{train(job, inner_[job.fold][job.inner], grid_of(losses_[job.loss], options_)[job.point],
                                 job.inner + 1, watch)
                               .spearman};
        },
        [&](std::size_t, std::span<const double> result) { reached.push_back(result[0]); }, watch);
    if (!chosen) return std::nullopt;

    std::vector<LossScores> scores;
    for (const Loss loss : losses_) scores.push_back({loss, std::vector<FoldScore>(outer_.size())});
    choose(jobs, reached, scores);
    const auto final_job = [&](std::size_t i) {
      const Job job{i / outer_.size(), i % outer_.size()};
      const FoldScore& score = scores[job.loss].folds[job.fold];
      const Correlation correlation = train(job, outer_[job.fold], {score.rate, score.epsilon}, 0, watch);
      return JobResult{correlation.spearman, correlation.kendall};
    };
    const auto take = [&](std::size_t i, std::span<const double> result) {
      FoldScore& score = scores[i / outer_.size()].folds[i % outer_.size()];
      score.spearman = result[0];
      score.kendall = result[1];
    };
    if (!run_jobs(static_cast<std::int64_t>(losses_.size() * outer_.size()), final_job, take, watch))
      return std::nullopt;
    return scores;
  }

 private:
  // The random numbers are the same at each place in the grid, so that settings are compared on equal terms.
  Correlation train(const Job& job, const Split& split, const GridPoint& point, std::size_t stream,
                    const Watch& watch) const {
    const Loss loss = losses_[job.loss];
    return Training(table_, split, loss, point, options_,
                    rng_.split(1).split(static_cast<std::uint64_t>(loss)).split(job.fold).split(stream))
        .run(watch.stopped);
  }

  // For each loss and outer fold the point with the highest mean over the inner folds, of equal ones the first. Jobs
  // have the inner folds of a point one after another.
  void choose(const std::vector<Job>& jobs, const std::vector<double>& reached, std::vector<LossScores>& scores) const {
    const auto inner = static_cast<std::size_t>(options_.inner_folds);
    for (std::size_t i = 0; i < jobs.size(); i += inner) {
      double mean = 0;
      for (std::size_t k = i; k < i + inner; ++k) mean += reached[k] / static_cast<double>(inner);
      FoldScore& best = scores[jobs[i].loss].folds[jobs[i].fold];
      if (jobs[i].point > 0 && !(mean > best.inner)) continue;
      const GridPoint point = grid_of(losses_[jobs[i].loss], options_)[jobs[i].point];
      best = {.rate = point.rate, .epsilon = point.epsilon, .inner = mean};
    }
  }

  const LabelRanking& table_;
  const LabelRankingOptions& options_;
  std::vector<Loss> losses_;
  Rng rng_;
  std::vector<Split> outer_;
  std::vector<std::vector<Split>> inner_;  // of each outer fold
};

}  // namespace

void check_size(const std::filesystem::path& file, const LabelRanking& table, const LabelRankingOptions& options) {
  const std::int64_t train = table.size() - (table.size() + options.folds - 1) / options.folds;
  if (table.size() < options.folds || train < options.inner_folds)
    fail<FileError>(shown_path(file), ": ", table.size(), " examples are too few for ", options.folds, " folds of ",
                    options.inner_folds, " inner ones");
}

std::int64_t count_trainings(const LabelRankingOptions& options) {
  std::int64_t count = 0;
  for (const Loss loss : options.chosen_losses())
    count += options.folds * (static_cast<std::int64_t>(grid_of(loss, options).size()) * options.inner_folds + 1);
  return count;
}

std::optional<DataSetResult> cross_validate(const std::string& name, const LabelRanking& table,
                                            const LabelRankingOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  auto scores = CrossValidation(name, table, options).run(watch);
  if (!scores) return std::nullopt;
  return DataSetResult{name,
                       table.size(),
                       table.features.shape()[1],
                       table.ranks.shape()[1],
                       std::move(*scores),
                       std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

Inspection inspect_training(const std::string& name, const LabelRanking& table, Loss loss,
                            const LabelRankingOptions& options) {
  const Rng rng = Rng(options.seed).split(hash(name));
  const Split split = make_split(table, std::move(make_folds(table.size(), options.folds, rng.split(0)).front()));
  const GridPoint point = grid_of(loss, options).front();
  Inspection seen = Training(table, split, loss, point, options, rng.split(2)).inspect();
  seen.title = "label_ranking: " + title_of(loss) + " on " + name + ", the last of " + std::to_string(options.steps) +
               " steps at learning rate " + short_number(point.rate);
  return seen;
}

}  // namespace cotape::app
