#pragma once
#include <vector>

#include <cotape/bench/tapes/problems/problem.h>
#include <cotape/engine/tape/tape.h>

// The problems' objectives in ops of cotape. Each says which shapes its parameters have and records its value for them.
namespace cotape::bench::tapes {

class GmmObjective {
 public:
  explicit GmmObjective(const Gmm& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  const Gmm& problem_;
  Tensor x_, zeros_;
  std::vector<std::int64_t> places_;  // of a matrix's elements among its diagonal, its triangle and a zero
};

// Letter by letter.
class LstmObjective {
 public:
  explicit LstmObjective(const Lstm& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  const Lstm& problem_;
  std::vector<Tensor> letters_, hidden_;
  Tensor next_;
};

// A layer at once: op lstm with diagonal matrices.
class WholeLstmObjective {
 public:
  explicit WholeLstmObjective(const Lstm& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  const Lstm& problem_;
  std::vector<Tensor> hidden_;
  Tensor letters_, next_, zeros_, no_bias_;
};

class KMeansObjective {
 public:
  explicit KMeansObjective(const KMeans& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  const KMeans& problem_;
  Tensor x_;
  real squares_;  // Σ ‖xᵢ‖²
};

class BundleObjective {
 public:
  explicit BundleObjective(const BundleAdjustment& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  const BundleAdjustment& problem_;
  Tensor features_;
};

class LeastSquaresObjective {
 public:
  explicit LeastSquaresObjective(const LeastSquares& problem);
  std::vector<Shape> shapes() const;
  Var operator()(Tape& tape, const std::vector<Var>& parameters) const;

 private:
  Tensor x_, y_;
};

inline auto objective_of(const Gmm& problem) { return GmmObjective(problem); }
inline auto objective_of(const Lstm& problem) { return LstmObjective(problem); }
inline auto objective_of(const KMeans& problem) { return KMeansObjective(problem); }
inline auto objective_of(const BundleAdjustment& problem) { return BundleObjective(problem); }
inline auto objective_of(const LeastSquares& problem) { return LeastSquaresObjective(problem); }

}  // namespace cotape::bench::tapes
