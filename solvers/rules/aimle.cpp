#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/aimle.h>

#include <cmath>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// ‖θ‖/‖g‖, or 0 where g is zero, or so close to it beside θ that the quotient could overflow.
double norm_ratio(double theta_squared, double g_squared) {
  const double theta = std::sqrt(theta_squared), g = std::sqrt(g_squared);
  return g > 1e-30 * theta ? theta / g : 0;
}

// steps[o] = mean over the samples with a gradient of ‖θ_o‖/‖g_os‖.
void ratios_by_example(Tensor& steps, const SampleLayout& layout, const Tensor& theta, const Tensor& dy) {
  const double samples = static_cast<double>(layout.samples);
  for_rows(layout.outer, layout.samples * layout.inner, [&](std::int64_t o) {
    const double theta_squared = sum_of_squares(theta.data() + o * layout.inner, layout.inner);
    double total = 0;
    std::int64_t counted = 0;
    for (std::int64_t row = o * layout.samples; row < (o + 1) * layout.samples; ++row) {
      const double g_squared = samples * samples * sum_of_squares(dy.data() + row * layout.inner, layout.inner);
      const double ratio = norm_ratio(theta_squared, g_squared);
      total += ratio;
      counted += ratio > 0;
    }
    steps[o] = counted > 0 ? static_cast<real>(total / static_cast<double>(counted)) : 0;
  });
}

// The same ratio for all: θ repeated for each sample and g, each taken as one long vector.
void ratio_of_batch(Tensor& steps, const SampleLayout& layout, const Tensor& theta, const Tensor& dy) {
  const double samples = static_cast<double>(layout.samples);
  const double g_squared = samples * samples * sum_of_squares(dy.data(), dy.size());
  steps.fill(static_cast<real>(norm_ratio(samples * sum_of_squares(theta.data(), theta.size()), g_squared)));
}

double count_nonzeros(const Tensor& x) {
  return parallel_sum(x.size(), elementwise_block, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t count = 0;
    for (std::int64_t i = begin; i < end; ++i) count += x[i] != 0;
    return static_cast<double>(count);
  });
}

void adapt(AimleState& state, const AimleAdaptation& how, double nonzeros) {
  state.sparsity = how.decay * state.sparsity + (1 - how.decay) * nonzeros;
  const bool too_sparse = how.as_published_code ? state.sparsity < how.nonzeros : state.sparsity <= how.nonzeros;
  state.alpha = std::max(0.0, state.alpha + (too_sparse ? how.step : -how.step));
  ++state.steps;
}

// What a backward pass has to say.
void note_pass(AimleState& state, const AimleAdaptation& how, double lambda, double nonzeros, SolverDiagnostics& to) {
  if (state.notes.held_back) {
    ++state.notes.passes;
    state.notes.nonzeros += nonzeros;
    state.notes.lambda += lambda;
  } else {
    state.lambda = lambda;
    adapt(state, how, nonzeros);
  }
  to.lambda = lambda;
  to.alpha = state.alpha;
}

void report_state(const AimleState& state, SolverDiagnostics& to) {
  to.lambda = state.lambda;
  to.alpha = state.alpha;
}

}  // namespace

void Aimle::describe(SettingVisitor& see) {
  see.count("samples", samples, "Noisy solutions of each instance");
  see.noise("noise", noise, RuleRange::any, "Noise on the scores");
  see.number("tau", tau, RuleRange::non_negative, "Scale of the noise");
  describe_side(see, side);

  AimleAdaptation& how = adaptation;
  const double alpha = how.initial_alpha;
  bool as_code = how.as_published_code;
  see.flag("aimle-as-code", as_code, "aimle as its published code does it, not as its paper says");
  if (as_code != how.as_published_code) {
    const double nonzeros = how.nonzeros;
    how = as_code ? AimleAdaptation::as_code() : AimleAdaptation::as_paper();
    how.nonzeros = nonzeros;
  }
  see.number("aimle-nonzeros", how.nonzeros, RuleRange::positive,
             "Non-zeros that aimle wants in the difference of an example of the batch; as in the paper");
  see.number("aimle-alpha", how.initial_alpha, RuleRange::non_negative, "The alpha that aimle starts with", false);
  see.number("aimle-step", how.step, RuleRange::non_negative, "By how much aimle changes alpha at a time", false);
  see.number("aimle-decay", how.decay, RuleRange::non_negative, "Of aimle's running mean of non-zeros", false);
  // Another start is not that of the copies.
  if (how.initial_alpha != alpha) state = std::make_shared<AimleState>(AimleState{.alpha = how.initial_alpha});
}

void Aimle::save(Checkpoint& to, const std::string& prefix) const {
  to.put_number(prefix + "alpha", state->alpha);
  to.put_number(prefix + "sparsity", state->sparsity);
  to.put_number(prefix + "lambda", state->lambda);
  to.put_integer(prefix + "steps", state->steps);
}

void Aimle::load(const Checkpoint& from, const std::string& prefix) const {
  const AimleState read = {.alpha = from.number(prefix + "alpha"),
                           .sparsity = from.number(prefix + "sparsity"),
                           .lambda = from.number(prefix + "lambda"),
                           .steps = from.count(prefix + "steps")};
  for (const auto& [name, value] : {std::pair("alpha", read.alpha), std::pair("lambda", read.lambda)})
    if (!(value >= 0) || std::isinf(value))
      fail<FileError>(from.source(), ": ", prefix, name, " is ", value, ", not a finite number of 0 or more");
  if (!std::isfinite(read.sparsity))
    fail<FileError>(from.source(), ": ", prefix, "sparsity is ", read.sparsity, ", not a finite number");
  *state = read;
}

Aimle Aimle::clone() const {
  Aimle own = *this;
  own.state = std::make_shared<AimleState>(*state);
  return own;
}

void Aimle::hold_back(bool on) const { state->notes = {.held_back = on}; }

std::vector<double> Aimle::take_notes() const {
  const AimleState::Notes noted = state->notes;
  state->notes = {.held_back = noted.held_back};
  return {noted.passes, noted.nonzeros, noted.lambda};
}

void Aimle::learn(std::span<const double> notes) const {
  const double passes = notes[0];
  if (passes == 0) return;
  state->lambda = notes[2] / passes;
  adapt(*state, adaptation, notes[1] / passes);
}

void Aimle::report(SolverDiagnostics& to) const { report_state(*state, to); }

Samples Aimle::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  return samples_of(record_rule(
                        "aimle", difference_formula(side), scores, oracle,
                        [&](Forward& c) {
                          const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
                          Tensor& perturbed = c.save(layout.shape);
                          perturbed_argmax(oracle, layout, c.in(0), noise, tau, rng, perturbed, c.out(layout.shape));
                        },
                        [oracle, s = samples, how = adaptation, now = state, where = side](Vjp& v) {
                          const SampleLayout layout = sample_layout(v.dx.shape(), s, oracle);
                          const std::int64_t examples = layout.outer;
                          if (examples == 0) return;
                          Tensor steps = v.scratch(Shape{examples});
                          (how.as_published_code ? ratio_of_batch : ratios_by_example)(steps, layout, v.input(0), v.dy);
                          for (real& step : steps.values()) step *= static_cast<real>(now->alpha);

                          const Tensor difference = solution_difference(v, layout, oracle, v.saved(0), steps, where);
                          const real count = static_cast<real>(layout.samples);
                          const real divisor =
                              steps_apart(where) * count * (how.as_published_code ? std::sqrt(count) : 1);
                          sum_samples(v.dx, layout, difference, 1 / divisor);
                          for_rows(examples, layout.inner, [&](std::int64_t o) {
                            for (std::int64_t i = o * layout.inner; i < (o + 1) * layout.inner; ++i)
                              v.dx[i] = steps[o] > 0 ? v.dx[i] / steps[o] : 0;
                          });

                          note_pass(*now, how, sum_of(steps.data(), examples) / static_cast<double>(examples),
                                    count_nonzeros(difference) / static_cast<double>(examples * layout.samples),
                                    oracle.diagnostics());
                        }),
                    oracle);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
