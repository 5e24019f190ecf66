#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/diagnostics.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which pass a solver call is counted under.
enum class Phase { forward, backward };

// What a solver can do with one instance of a batch, in score form and with the instance's data: what Oracle::for_each
// gives to work that looks at one instance at a time. Scores are the given ones or others that were made from them, of
// the solver's size. Costs are moved into the solver's domain, as Oracle::argmax does, padding is never looked at, and
// is 0 in what comes out. Every call but those of neighbours and normals counts as a solver call. Throws SolverError
// for scores that are not finite, ValueError for an ability that the solver does not have.
class InstanceSolver {
 public:
  // `start`: a solution to begin with (Ability::warm_start); empty: none.
  void argmax(std::span<const real> scores, std::span<real> solution, std::span<const real> start = {});
  // The mean of all solutions y under weights e^⟨scores, y⟩; a draw from them; their covariance times a vector
  // (Ability::marginals, draw, covariance).
  void marginals(std::span<const real> scores, std::span<real> mean);
  void draw(std::span<const real> scores, std::span<const real> uniform, std::span<real> solution);
  void covariance(std::span<const real> scores, std::span<const real> direction, std::span<real> product);
  // Ability::neighbours
  std::int64_t neighbour_count(std::span<const real> solution) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const;
  // Ability::normals
  void normals(std::span<const real> solution, Normals& to) const { solver_.normals(solution, to, instance_); }
  const SolverTraits& traits() const { return solver_.traits(); }

 private:
  friend class Oracle;
  struct Counts {
    std::int64_t calls = 0, clamped = 0, tied = 0, tie_checked = 0;
  };

  explicit InstanceSolver(const Solver& solver) : solver_(solver) {}
  std::span<const real> costs_of(std::span<const real> scores);
  void count_tie(std::span<const real> solution);
  void clear_padding(std::span<real> x) const;

  const Solver& solver_;
  InstanceView instance_ = {};
  std::span<const real> given_ = {};  // scores that have been found finite
  std::span<const real> mask_ = {};   // 1 for real entries; empty: all are
  std::span<real> costs_ = {};        // for costs that are not the scores themselves; empty: they are
  std::span<const real> solved_ = {};
  Counts counts_ = {};
};

// A solver for batches, in score form: y(θ) = argmax_y ⟨θ, y⟩ whatever the solver's own sense. It owns what every
// gradient rule would otherwise repeat: the sign, the clamp into the solver's domain, the loop over instances, the
// rejection of non-finite scores, the counting. Used from one thread at a time; works with all of them.
//
// Instance data (Instances) is given per call, one value per instance; where scores have a sample axis,
// [batch, samples, ...], the samples of an instance share its data. Where the solver has a mask (Ability::mask), the
// entries outside it are padding: their scores are never looked at, their solutions are 0.
class Oracle {
 public:
  explicit Oracle(Solver solver) : solver_(std::move(solver)) {}

  const Solver& solver() const { return solver_; }
  const SolverTraits& traits() const { return solver_.traits(); }

  // Number of instances in scores of this shape: the last axes are the solver's shape, those before count instances.
  // Throws ShapeError when the last axes differ.
  std::int64_t instances(const Shape& scores) const;

  // Solves every instance; `solutions` has the shape of `scores`. A solver with a warm start begins with the last
  // solutions that the data have, and in a forward pass leaves what it found there (LastSolutions). A minimising solver
  // is given cost = −score. Costs outside the solver's domain are moved to its nearest bound and counted in
  // diagnostics().clamped. Same bits for any number of threads; no heap memory once the largest batch has been seen.
  // Throws ShapeError when shapes do not fit, ValueError for a NaN or infinite score, data of the wrong type or number
  // or last solutions of another size, SolverError when an instance has no solution; what a solver throws is never
  // lost. Errors of an instance name the first such instance, and `solutions` is then partly written.
  void argmax(const Tensor& scores, Tensor& solutions, Phase phase = Phase::forward, const Instances& data = {});

  // Calls work(row, solver) for each instance of the scores, in parallel: for what needs other abilities than solving,
  // or several solutions of an instance one after the other. Throws as argmax() does, and an error that the work throws
  // for the first instance; a SolverError is given the instance's number.
  using Work = FunctionRef<void(std::int64_t row, InstanceSolver& solver)>;
  void for_each(const Tensor& scores, Phase phase, const Instances& data, Work work);

  // Throws the ValueError that argmax() would throw for a NaN or infinite score; for what mixes the numbers of an
  // instance before they come to argmax(). Of scores whose shape does not fit it says nothing.
  void check_finite(const Tensor& scores, const Instances& data = {});

  // Counts the instances of a gradient with respect to scores, and those whose elements are all exactly zero.
  // Throws ShapeError as instances() does.
  void count_gradient(const Tensor& gradient);

  // Whether argmax asks the solver about ties (diagnostics().tied); off at first, because it takes time.
  void count_ties(bool on) { count_ties_ = on; }

  // Calls `see` after each argmax with what went in and came out, for inspection; an empty function: nobody sees.
  using Seen = std::function<void(const Tensor& scores, const Tensor& solutions, Phase phase, const Instances& data)>;
  void on_argmax(Seen see) { seen_ = std::move(see); }

  SolverDiagnostics& diagnostics() { return diagnostics_; }
  const SolverDiagnostics& diagnostics() const { return diagnostics_; }

 private:
  void fill_masks(const Instances& data);
  [[noreturn]] void fail_not_finite(std::span<const real> scores, const real* mask, std::int64_t instance) const;

  Solver solver_;
  SolverDiagnostics diagnostics_;
  Seen seen_;
  bool count_ties_ = false;
  // Kept from call to call: costs of the whole batch, when they are not the scores themselves, and masks of its data.
  Tensor costs_, masks_;
};

// What a gradient rule sees of a solver: an oracle, together with the data of the batch it is about to solve. A value,
// cheap to copy; a node keeps one for its backward pass. Rules pass it on and never look at the data.
class BatchOracle {
 public:
  BatchOracle(std::shared_ptr<Oracle> oracle, Instances data = {})  // NOLINT: implicit, for solvers without data
      : oracle_(std::move(oracle)), data_(std::move(data)) {}

  const SolverTraits& traits() const { return oracle_->traits(); }
  SolverDiagnostics& diagnostics() const { return oracle_->diagnostics(); }
  const std::shared_ptr<Oracle>& oracle() const { return oracle_; }
  const Instances& data() const { return data_; }

  // As Oracle's, with this batch's data.
  void argmax(const Tensor& scores, Tensor& solutions, Phase phase = Phase::forward) const {
    oracle_->argmax(scores, solutions, phase, data_);
  }
  void for_each(const Tensor& scores, Phase phase, Oracle::Work work) const {
    oracle_->for_each(scores, phase, data_, work);
  }
  void check_finite(const Tensor& scores) const { oracle_->check_finite(scores, data_); }
  void count_gradient(const Tensor& gradient) const { oracle_->count_gradient(gradient); }
  std::int64_t instances(const Shape& scores) const { return oracle_->instances(scores); }

  // Throws ShapeError when scores of this shape do not end in the solver's shape, ValueError when there is not one
  // value of instance data for each of their instances, or it is of another type than the solver takes: names both.
  void check(const Shape& scores) const;

  // Whether some entries may be padding.
  bool padded() const { return data_.given() && oracle_->solver().can(Ability::mask); }
  // 1 for entries that are real and 0 for padding: [instances, ...solver's shape] in the order of the data.
  void fill_mask(Tensor& mask) const;
  // Sets the padding of x to 0: x has the scores' shape, or that with a sample axis.
  void clear_padding(Tensor& x, const Tensor& mask) const;

 private:
  std::shared_ptr<Oracle> oracle_;
  Instances data_;
};

// Which element of the data belongs to a row of scores [outer, samples, rows per outer]: the samples share it.
struct DataRows {
  std::int64_t samples = 0;    // of each value of the data
  std::int64_t per_outer = 0;  // instances of one entry of the first axis

  // `rows` instances of which the first axis has `outer`. Throws ValueError when the rows are not a multiple of the
  // data.
  DataRows(std::int64_t data, std::int64_t rows, std::int64_t outer, const std::string& solver);
  std::int64_t operator()(std::int64_t row) const { return row / (samples * per_outer) * per_outer + row % per_outer; }
  bool is_first_sample(std::int64_t row) const { return row / per_outer % samples == 0; }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
