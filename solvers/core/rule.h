#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/core/samples.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A gradient rule: any type that solves scores[..., instance] through the oracle and replaces the vector-Jacobian
// product, which is zero almost everywhere. It works on scores, y(θ) = argmax_y ⟨θ, y⟩, and knows no solver.
// Deterministic rules have
//   Var operator()(Var scores, const BatchOracle& oracle) const;
// rules that sample have
//   Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
// or, where the result is the mean of the samples, Var instead of Samples.
template <class R>
concept DeterministicRule = requires(const R& rule, Var scores, const BatchOracle& oracle) {
  { rule(scores, oracle) } -> std::same_as<Var>;
};
template <class R>
concept ReturnsSamples = requires(const R& rule, Var scores, const BatchOracle& oracle, Rng& rng) {
  { rule(scores, oracle, rng) } -> std::same_as<Samples>;
};
template <class R>
concept ReturnsMean = requires(const R& rule, Var scores, const BatchOracle& oracle, Rng& rng) {
  { rule(scores, oracle, rng) } -> std::same_as<Var>;
};
template <class R>
concept SamplingRule = ReturnsSamples<R> || ReturnsMean<R>;
template <class R>
concept RuleType = DeterministicRule<R> || SamplingRule<R>;

// A rule that is not for every solver, for another reason than a lack of abilities (abilities.h), has
//   void check_solver(const Solver& solver) const;  // throws ValueError, naming rule and solver
template <class R>
concept ChecksSolver = requires(const R& rule, const Solver& solver) {
  rule.check_solver(solver);
};

// What learns from its backward passes: it keeps that in a state which its copies share, and has
//   void save(Checkpoint& to, const std::string& prefix) const;          // as entries prefix + "alpha", …
//   void load(const Checkpoint& from, const std::string& prefix) const;  // throws FileError when one is missing
//   T clone() const;                                                     // has the same state as one of its own
template <class T>
concept Learns = requires(const T& learner, Checkpoint& to, const Checkpoint& from, const std::string& prefix) {
  learner.save(to, prefix);
  learner.load(from, prefix);
  { learner.clone() } -> std::same_as<T>;
};
// What can learn from the shards of a batch, which are computed one by one or in several processes, as from the whole:
//   void hold_back(bool on) const;                         // from now on passes leave the state as it is and are noted
//   std::vector<double> take_notes() const;                // numbers that add up over passes, always as many; forgets
//   void learn(std::span<const double> notes) const;       // as one pass does, from the sum of the notes of all
template <class T>
concept LearnsFromShards = Learns<T> && requires(const T& learner, std::span<const double> notes) {
  learner.hold_back(true);
  { learner.take_notes() } -> std::same_as<std::vector<double>>;
  learner.learn(notes);
};
// A rule that learns also says with which step it works now, before its first pass and after load():
//   void report(SolverDiagnostics& to) const;
template <class R>
concept LearningRule = RuleType<R> && Learns<R> && requires(const R& rule, SolverDiagnostics& to) {
  rule.report(to);
};

// How often a rule calls the solver for each instance.
struct SolverCalls {
  std::int64_t forward = 0;
  std::int64_t backward = 0;
  bool operator==(const SolverCalls&) const = default;
};

// Records a rule: as record() does for an op, with the oracle told of the gradient, for its diagnostics. The node keeps
// the oracle and the batch's instance data. Padding is taken care of: a rule is given scores and cotangents that are 0
// there, and so is its gradient. Throws what BatchOracle::check throws.
Var record_rule(const char* name, const char* vjp, Var scores, const BatchOracle& oracle,
                FunctionRef<void(Forward&)> forward, VjpFunction backward);

// For ops that mix the numbers of an instance before a rule sees them, as projections do: throws the error of
// BatchOracle::check_finite with the module's path.
void check_finite_scores(Var scores, const BatchOracle& oracle);

// Solutions with a sample axis, [batch, samples, ...] or [samples, ...], as what they are.
Samples samples_of(Var all, const BatchOracle& oracle);

// x with its padding set to 0, where the batch has padding; the padding of dx is exactly 0.
Var without_padding(Var x, const BatchOracle& oracle);

// Where S samples of scores[batch, ...] lie in memory: [outer, S, inner], `outer` being the batch axis.
struct SampleLayout {
  Shape shape = {};  // of all samples together
  std::int64_t outer = 0;
  std::int64_t samples = 0;
  std::int64_t inner = 0;

  // Where sample s of an instance begins, in memory of all samples; instances of n entries are counted in the order of
  // the scores.
  std::int64_t place(std::int64_t instance, std::int64_t sample, std::int64_t n) const {
    const std::int64_t first = instance * n;  // of the scores
    return inner == 0 ? 0 : (first / inner * samples + sample) * inner + first % inner;
  }
};

// The layout of `samples` solutions of scores of this shape. Throws ValueError for samples < 1, ShapeError when the
// scores do not end in the solver's shape.
SampleLayout sample_layout(const Shape& scores, std::int64_t samples, const BatchOracle& oracle);

// out[o, s, i] = scores[o, i] + scale·noise[o, s, i]; `noise` may be `out`.
void perturb_scores(Tensor& out, const SampleLayout& layout, const Tensor& scores, real scale, const Tensor& noise);

// out[o, i] = factor·Σ_s x[o, s, i].
void sum_samples(Tensor& out, const SampleLayout& layout, const Tensor& x, real factor);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
