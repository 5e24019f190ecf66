#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/gradients/study.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace cotape::app {
namespace {

// A generator for one problem of one part of the work, and that of the problem itself.
Rng generator(const GradientsOptions& options, const Study& study, std::uint64_t part, std::int64_t problem) {
  return Rng(options.seed)
      .split(static_cast<std::uint64_t>(study.n * 1000 + study.k))
      .split(part)
      .split(static_cast<std::uint64_t>(problem));
}

// Ends all work on a study.
struct Stopped {};

// What job(i) comes to for 0 ≤ i < count. Throws Stopped in every process when the watch of one says so.
template <class Job>
std::vector<JobResult> for_problems(std::int64_t count, const StudyWatch& watch, const Job& job) {
  std::vector<JobResult> results;
  const auto unless_stopped = [&](std::size_t i) {
    try {
      return job(static_cast<std::int64_t>(i));
    } catch (const Stopped&) {
      return JobResult{};
    }
  };
  const auto take = [&](std::size_t, std::span<const double> result) {
    results.emplace_back(result.begin(), result.end());
  };
  if (!run_jobs(count, unless_stopped, take, {[] {}, watch.stopped})) throw Stopped();
  return results;
}

// The parts of the work get random numbers of their own by these names.
std::uint64_t part_id(const std::string& name, std::int64_t samples) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : name + "/" + std::to_string(samples))
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash | 1;  // 0 is that of the problems
}

struct Evaluated {
  double cosine, error, zeros;
};

Evaluated evaluate(const std::vector<double>& estimate, const std::vector<double>& truth) {
  const auto zeros = std::count(estimate.begin(), estimate.end(), 0.0);
  return {cosine(estimate, truth), relative_error(estimate, truth),
          static_cast<double>(zeros) / static_cast<double>(estimate.size())};
}

// The problems of a study, and their true gradients, worked out once for each target.
class Problems {
 public:
  Problems(const Study& study, const GradientsOptions& options, const StudyWatch& watch)
      : study_(study), options_(options), watch_(watch) {}

  const StudyWatch& watch() const { return watch_; }

  // Work on it throws Stopped when the watch says so.
  Problem problem(std::int64_t index) const {
    Problem drawn = draw_problem(study_.n, study_.k, options_.absolute_b, generator(options_, study_, 0, index));
    drawn.check_stop = [this] {
      if (watch_.stopped()) throw Stopped();
    };
    return drawn;
  }

  // The true gradients of at least the first `count` problems.
  const std::vector<std::vector<double>>& truths(Target target, double sigma, std::int64_t count) {
    std::vector<std::vector<double>>& list = known_[{target, sigma}];
    const auto first = static_cast<std::int64_t>(list.size());
    for (JobResult& truth : for_problems(
             count - first, watch_, [&](std::int64_t i) { return true_gradient(problem(first + i), target, sigma); }))
      list.push_back(std::move(truth));
    return list;
  }

 private:
  const Study& study_;
  const GradientsOptions& options_;
  const StudyWatch& watch_;
  std::map<std::pair<Target, double>, std::vector<std::vector<double>>> known_;
};

Cell run_cell(const Estimator& estimator, const Study& study, const GradientsOptions& options, std::int64_t samples,
              Problems& problems) {
  const auto& truth = problems.truths(estimator.target, estimator.sigma, options.seeds);
  Cell cell{samples, {}, {}, {}};
  const auto results = for_problems(options.seeds, problems.watch(), [&](std::int64_t i) {
    const Problem problem = problems.problem(i);
    Rng rng = generator(options, study, part_id(estimator.name, samples), i);
    const Estimate estimate = estimator.prepare(problem, std::min(samples, samples_per_pass), rng);
    const Evaluated result = evaluate(estimate_mean(estimate, samples, rng), truth[static_cast<std::size_t>(i)]);
    return JobResult{result.cosine, result.error, result.zeros};
  });
  for (const JobResult& result : results) {
    cell.cosine.push_back(result[0]);
    cell.error.push_back(result[1]);
    cell.zeros.push_back(result[2]);
  }
  return cell;
}

// Rows of one sample each: their mean is the estimate, their spread tells its variance.
SweepPoint run_point(const Estimator& estimator, double setting, std::int64_t samples_to_prepare, const Study& study,
                     const GradientsOptions& options, Problems& problems) {
  const auto& truth = problems.truths(estimator.target, estimator.sigma, options.sweep_seeds);
  std::vector<double> cosines, biases, sparsities;
  const auto results = for_problems(options.sweep_seeds, problems.watch(), [&](std::int64_t problem_index) {
    const Problem problem = problems.problem(problem_index);
    Rng rng = generator(options, study, part_id("sweep " + estimator.name, std::llround(setting * 1e6)), problem_index);
    const std::int64_t rows = estimator.deterministic ? 1 : options.sweep_samples;
    const Tensor estimates = estimator.prepare(problem, samples_to_prepare, rng)(rows, 1, rng);
    const auto n = static_cast<std::size_t>(study.n);
    std::vector<double> mean(n), squares(n);
    std::int64_t zeros = 0;
    for (std::size_t i = 0; i < estimates.values().size(); ++i) {
      const double value = static_cast<double>(estimates.values()[i]);
      mean[i % n] += value / static_cast<double>(rows);
      squares[i % n] += value * value / static_cast<double>(rows);
      zeros += value == 0;
    }
    double variance = 0;  // of the mean, all elements together
    for (std::size_t i = 0; i < n && rows > 1; ++i)
      variance += (squares[i] - mean[i] * mean[i]) / static_cast<double>(rows - 1);
    const auto place = static_cast<std::size_t>(problem_index);
    const double error = relative_error(mean, truth[place]), size = norm(truth[place]);
    return JobResult{cosine(mean, truth[place]), std::sqrt(std::max(0.0, error * error - variance / (size * size))),
                     static_cast<double>(zeros) / static_cast<double>(estimates.size())};
  });
  for (const JobResult& result : results) {
    cosines.push_back(result[0]);
    biases.push_back(result[1]);
    sparsities.push_back(result[2]);
  }
  return {estimator.name, setting, statistic(cosines), statistic(biases), statistic(sparsities)};
}

double best_lambda(const std::vector<SweepPoint>& sweep, const std::string& estimator) {
  const SweepPoint* best = nullptr;
  for (const SweepPoint& point : sweep)
    if (point.estimator == estimator && (best == nullptr || point.cosine.mean > best->cosine.mean)) best = &point;
  return best->setting;
}

void run_sweeps(Study& study, const GradientsOptions& options, const StudyWatch& watch, Problems& problems) {
  const std::int64_t samples = std::min(options.sweep_samples, samples_per_pass);
  for (const Estimator& estimator : make_estimators(study.k, options)) {
    const std::string& name = estimator.name;
    if (name != "straight-through" && name != "sfe-exact" && name != "aimle" && name != "aimle-central") continue;
    watch.begin_part("sweep");
    study.sweep.push_back(run_point(estimator, 0, samples, study, options, problems));
  }
  for (const double lambda : options.lambdas) {
    watch.begin_part("sweep lambda " + short_number(lambda));
    for (const Estimator& estimator : with_lambdas({lambda, lambda, lambda}, ""))
      study.sweep.push_back(run_point(estimator, lambda, samples, study, options, problems));
  }
  for (const std::int64_t passes : options.warm_ups) {
    watch.begin_part("warm-up " + std::to_string(passes));
    for (const Estimator& estimator : with_warm_up(passes))
      study.warm_ups.push_back(
          run_point(estimator, static_cast<double>(passes), samples_per_warm_up_pass, study, options, problems));
  }
  study.best = {best_lambda(study.sweep, "imle"), best_lambda(study.sweep, "imle-central"),
                best_lambda(study.sweep, "blackbox")};
}

void compare_targets(Study& study, const GradientsOptions& options, Problems& problems) {
  const auto& first = problems.truths(Target::gumbel, 1, options.seeds);
  std::vector<double> values;
  const auto for_each = [&](const auto& value) {
    values.clear();
    for (const JobResult& result :
         for_problems(options.seeds, problems.watch(), [&](std::int64_t i) { return JobResult{value(i)}; }))
      values.push_back(result[0]);
  };
  for_each([&](std::int64_t i) {
    return relative_error(quadrature_gradient(problems.problem(i), Target::gumbel, 1),
                          first[static_cast<std::size_t>(i)]);
  });
  study.quadrature_error = *std::max_element(values.begin(), values.end());
  for (const auto& [target, sigma] : {std::pair{Target::gaussian, options.sigma},
                                      {Target::laplace, options.sigma},
                                      {Target::exponential_family, 1.0}}) {
    const auto& other = problems.truths(target, sigma, options.seeds);
    for_each(
        [&](std::int64_t i) { return cosine(other[static_cast<std::size_t>(i)], first[static_cast<std::size_t>(i)]); });
    study.targets.emplace_back(target, statistic(values));
  }
}

std::vector<Estimator> estimators_of_curves(const Study& study, const GradientsOptions& options) {
  std::vector<Estimator> all = make_estimators(study.k, options);
  for (Estimator& estimator : with_lambdas(study.best, "-best")) all.push_back(std::move(estimator));
  return all;
}

void run_parts(Study& study, const GradientsOptions& options, const StudyWatch& watch) {
  watch.begin_part("truth");
  Problems problems(study, options, watch);
  compare_targets(study, options, problems);
  run_sweeps(study, options, watch, problems);
  for (Estimator& estimator : estimators_of_curves(study, options)) {
    Curve curve{std::move(estimator), {}};
    for (const std::int64_t samples : options.samples) {
      if (curve.estimator.deterministic && !curve.cells.empty()) {
        curve.cells.push_back(curve.cells.front());
        curve.cells.back().samples = samples;
        continue;
      }
      watch.begin_part(curve.estimator.name + " S = " + std::to_string(samples));
      if (samples >= curve.estimator.min_samples)
        curve.cells.push_back(run_cell(curve.estimator, study, options, samples, problems));
    }
    study.curves.push_back(std::move(curve));
  }
}

}  // namespace

std::int64_t study_steps(const GradientsOptions& options, std::int64_t k) {
  const Study study{.k = k};
  std::int64_t steps = 5 + static_cast<std::int64_t>(options.lambdas.size() + options.warm_ups.size());
  for (const Estimator& estimator : estimators_of_curves(study, options))
    steps += estimator.deterministic ? 1 : static_cast<std::int64_t>(options.samples.size());
  return steps;
}

bool run_study(Study& study, const GradientsOptions& options, const StudyWatch& watch) {
  try {
    run_parts(study, options, watch);
    return true;
  } catch (const Stopped&) {
    return false;
  }
}

}  // namespace cotape::app
