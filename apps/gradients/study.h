#pragma once
#include <functional>

#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/gradients/estimators.h>

namespace cotape::app {

// What one estimator reached with one number of samples, one number for each problem.
struct Cell {
  std::int64_t samples;
  std::vector<double> cosine;  // to the true gradient of its own target
  std::vector<double> error;   // ‖ĝ − g‖/‖g‖
  std::vector<double> zeros;   // share of elements of ĝ that are exactly zero
};
struct Curve {
  Estimator estimator;
  std::vector<Cell> cells;  // by number of samples
};

// One estimator at one setting of a sweep, over its problems.
struct SweepPoint {
  std::string estimator;
  double setting;  // λ, or warm-up passes; 0 for estimators that have neither
  Statistic cosine;
  Statistic bias;      // ‖E ĝ − g‖/‖g‖, the estimate's own variance taken out
  Statistic sparsity;  // share of exact zeros in the gradient of one sample
};

// All results for vectors of length n with k ones.
struct Study {
  std::int64_t n = 0;
  std::int64_t k = 1;
  std::vector<SweepPoint> sweep = {};     // over λ
  std::vector<SweepPoint> warm_ups = {};  // over warm-up passes of AIMLE
  Lambdas best{};                         // the λ of the sweep with the largest mean cosine
  std::vector<Curve> curves = {};
  std::vector<std::pair<Target, Statistic>> targets = {};  // cosine of each other target's gradient to the first one's
  double quadrature_error = 0;  // largest relative difference of enumeration and quadrature: both are exact
};

// Who watches over a study.
struct StudyWatch {
  std::function<void(const std::string& what)> begin_part;  // called before each part of the work, with its name
  std::function<bool()> stopped;                            // whether the study is to end; asked by any thread
};

// How many parts there are for one number of ones.
std::int64_t study_steps(const GradientsOptions& options, std::int64_t k);

// Runs the study. Problems are worked on in parallel, by all threads of all processes, each with random numbers of its
// own: the results are the same bits for any number of them. Returns false, and the study is not whole, when a `watch`
// has ended it.
bool run_study(Study& study, const GradientsOptions& options, const StudyWatch& watch);

}  // namespace cotape::app
