#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/score_function.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The axes of a sample's solutions that count samples: [batch, samples] or [samples].
Shape loss_shape(const ScoreSample& sample) {
  const Shape& all = sample.solutions.all().shape();
  const bool batched = sample.scores.shape().rank() > sample.oracle.traits().shape.rank();
  return Shape(all.sizes().first(batched ? 2 : 1));
}

// dθ = dy/(B·S)·Σ_s (ℓ_s − b)·∇ log p(z_s)
void score_gradient(Vjp& v, LossBaseline baseline, const RunningMean& running) {
  const Tensor &losses = v.input(1), &slopes = v.input(2);
  const std::int64_t samples = losses.shape()[-1], examples = losses.size() / samples;
  if (examples == 0) return;
  const std::int64_t n = v.dx.size() / examples;
  const real share = v.dy.item() / static_cast<real>(losses.size());
  for_rows(examples, samples * n, [&](std::int64_t o) {
    const real* loss = losses.data() + o * samples;
    const real total = row_sum(loss, samples);
    real* dx = v.dx.data() + o * n;
    std::fill(dx, dx + n, real(0));
    for (std::int64_t s = 0; s < samples; ++s) {
      real b = 0;
      if (baseline == LossBaseline::leave_one_out) b = (total - loss[s]) / static_cast<real>(samples - 1);
      if (baseline == LossBaseline::running_mean) b = static_cast<real>(running.value);
      const real* slope = slopes.data() + (o * samples + s) * n;
      for (std::int64_t i = 0; i < n; ++i) dx[i] += share * (loss[s] - b) * slope[i];
    }
  });
}

void update(RunningMean& running, const Tensor& losses) {
  if (losses.size() == 0) return;
  running.see(sum_of(losses.data(), losses.size()) / static_cast<double>(losses.size()));
}

Var record_surrogate(const ScoreSample& sample, Var losses, LossBaseline baseline,
                     const std::shared_ptr<RunningMean>& running) {
  return record(
      {"score_function", "dθ = mean_s (ℓ_s − b) ∇log p(z_s), dℓ = dy / BS", false, true},
      {sample.scores, losses, sample.slopes},
      [&](Forward& c) {
        const Tensor& l = c.in(1);
        const Shape expected = loss_shape(sample);
        if (l.shape() != expected)
          fail<ShapeError>("losses ", l.shape(), " for samples ", sample.solutions.all().shape(),
                           ": one loss a sample is needed, ", expected);
        if (l.size() == 0) fail<ShapeError>("losses ", l.shape(), " have no mean");
        if (baseline == LossBaseline::leave_one_out && expected[-1] < 2)
          fail<ValueError>("the leave-one-out baseline needs two samples, not ", expected[-1]);
        c.out(Shape{})[0] = static_cast<real>(sum_of(l.data(), l.size()) / static_cast<double>(l.size()));
      },
      [oracle = sample.oracle, baseline, running](Vjp& v) {
        score_gradient(v, baseline, *running);
        update(*running, v.input(1));
        oracle.count_gradient(v.dx);
      },
      [](Vjp& v) { v.dx.fill(v.dy.item() / static_cast<real>(v.dx.size())); }, no_gradient);
}

// A node that no gradient passes through.
template <class... Vars>
Var record_constant(const char* name, FunctionRef<void(Forward&)> forward, Vars... inputs) {
  const Var list[] = {inputs...};
  const bool none[] = {(static_cast<void>(inputs), false)...};
  return record_node({name, "", false, true}, list, forward, {}, {}, none);
}

// z[o, s] = a row of `set`, drawn for each instance with its probabilities p [outer·rows, m] by inversion.
void draw_solutions(Tensor& z, const SampleLayout& layout, const Tensor& p, const Tensor& set, const Tensor& uniform) {
  const std::int64_t m = set.shape()[0], n = set.size() / m, rows = layout.inner / n;
  for_rows(layout.outer * layout.samples * rows, m + n, [&](std::int64_t place) {  // place: [outer, S, rows]
    const real* chances = p.data() + (place / (layout.samples * rows) * rows + place % rows) * m;
    double left = static_cast<double>(uniform[place]);
    std::int64_t chosen = 0;
    while (chosen + 1 < m && (left -= static_cast<double>(chances[chosen])) > 0) ++chosen;
    std::copy_n(set.data() + chosen * n, n, z.data() + place * n);
  });
}

}  // namespace

void RunningMean::see(double mean_loss) {
  if (notes.held_back) {
    ++notes.passes;
    notes.losses += mean_loss;
    return;
  }
  value = steps == 0 ? mean_loss : decay * value + (1 - decay) * mean_loss;
  ++steps;
}

std::vector<double> RunningMean::take_notes() {
  const Notes noted = notes;
  notes = {.held_back = noted.held_back};
  return {noted.passes, noted.losses};
}

void RunningMean::learn(std::span<const double> sums) {
  notes.held_back = false;
  if (sums[0] > 0) see(sums[1] / sums[0]);
}

ScoreSample ScoreFunction::sample(Var given, const BatchOracle& oracle, Rng& rng) const {
  const Var scores = without_padding(given, oracle);
  const Var z = record_constant(
      "score_function",
      [&](Forward& c) {
        if (!(tau > 0) || !std::isfinite(tau)) fail<ValueError>("τ = ", tau, " is not a positive number");
        oracle.check(c.in(0).shape());
        noise.sample(c.out(sample_layout(c.in(0).shape(), samples, oracle).shape), rng);
      },
      scores);
  const Var solutions = record_constant(
      "perturb_and_map",
      [&](Forward& c) {
        const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
        Tensor perturbed = c.scratch(layout.shape);
        const ShownCalls shown(*oracle.oracle(), scores);
        perturbed_argmax(oracle, layout, c.in(0), c.in(1), tau, perturbed, c.out(layout.shape));
      },
      scores, z);
  const Var slopes = record_constant(
      "score_of_noise",
      [&](Forward& c) {
        Tensor& out = c.out(c.in(0).shape());
        noise.score_derivative(c.in(0), out);
        map(
            out, [t = tau](real slope) { return slope / t; }, out);
      },
      z);
  return {scores, samples_of(solutions, oracle), slopes, oracle};
}

void RunningMean::save(Checkpoint& to, const std::string& prefix) const {
  to.put_number(prefix + "baseline", value);
  to.put_integer(prefix + "steps", steps);
}

void RunningMean::load(const Checkpoint& from, const std::string& prefix) {
  const double baseline = from.number(prefix + "baseline");
  steps = from.count(prefix + "steps");
  value = baseline;
}

ScoreFunction ScoreFunction::clone() const {
  ScoreFunction own = *this;
  own.running = std::make_shared<RunningMean>(*running);
  return own;
}

ExactScoreFunction ExactScoreFunction::clone() const {
  ExactScoreFunction own = *this;
  own.running = std::make_shared<RunningMean>(*running);
  return own;
}

Var ScoreFunction::surrogate(const ScoreSample& drawn, Var losses) const {
  return record_surrogate(drawn, losses, baseline, running);
}

ScoreSample ExactScoreFunction::sample(Var scores, const BatchOracle& oracle, Rng& rng) const {
  const Shape& instance = oracle.traits().shape;
  const std::int64_t n = instance.size();
  const Var theta = record_constant(
      "exact_score_function",
      [&](Forward& c) {
        if (solutions.shape().rank() < 1 || solutions.size() == 0 || solutions.shape().without(0) != instance)
          fail<ShapeError>("solutions ", solutions.shape(), " for instances of shape ", instance);
        sample_layout(c.in(0).shape(), samples, oracle);
        if (!c.in(0).finite()) fail<ValueError>("a score is not finite");
        c.out(Shape{c.in(0).size() / n, n}).copy_from(c.in(0));
      },
      scores);
  const SampleLayout layout = sample_layout(scores.shape(), samples, oracle);
  const Var set = reshape(scores.tape().constant(solutions), {solutions.shape()[0], n});
  const Var p = softmax(matmul(theta, set, {.b = true}));
  const Var z = record_constant(
      "draw_solutions",
      [&](Forward& c) {
        Tensor uniform = c.scratch(Shape{c.in(0).shape()[0] * layout.samples});
        rng.uniform(uniform);
        draw_solutions(c.out(layout.shape), layout, c.in(0), c.in(1), uniform);
      },
      p, set);
  const bool batched = scores.shape().rank() > instance.rank();
  const Var mean = reshape(matmul(p, set), scores.shape().inserted(batched ? 1 : 0, 1));
  return {scores, samples_of(z, oracle), z - mean, oracle};
}

Var ExactScoreFunction::surrogate(const ScoreSample& drawn, Var losses) const {
  return record_surrogate(drawn, losses, baseline, running);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
