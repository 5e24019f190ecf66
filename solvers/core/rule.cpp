#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/tape/graph.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/core/shown_calls.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

Tensor mask_of(const BatchOracle& oracle, const Vjp& v) {
  Tensor mask = v.scratch(Shape{oracle.data().size(), oracle.traits().shape.size()});
  oracle.fill_mask(mask);
  return mask;
}

}  // namespace

void check_finite_scores(Var scores, const BatchOracle& oracle) {
  const Node& node = Graph::node(scores);
  Graph::of(scores).guard(node, [&] { oracle.check_finite(*node.value); });
}

Samples samples_of(Var all, const BatchOracle& oracle) {
  return {all, all.shape().rank() > oracle.traits().shape.rank() + 1 ? 1 : 0};
}

Var without_padding(Var x, const BatchOracle& oracle) {
  if (!oracle.padded()) return x;
  return record(
      {"without_padding", "dx = dy where entries are real, 0 in the padding"}, {x},
      [&](Forward& c) {
        oracle.check(c.in(0).shape());
        Tensor& mask = c.save(Shape{oracle.data().size(), oracle.traits().shape.size()});
        oracle.fill_mask(mask);
        Tensor& y = c.out(c.in(0).shape());
        y.copy_from(c.in(0));
        oracle.clear_padding(y, mask);
      },
      [oracle](Vjp& v) {
        v.dx.copy_from(v.dy);
        oracle.clear_padding(v.dx, v.saved(0));
      });
}

Var record_rule(const char* name, const char* vjp, Var scores, const BatchOracle& oracle,
                FunctionRef<void(Forward&)> forward, VjpFunction backward) {
  const Op op{name, vjp, false, true};
  const Var inputs[] = {without_padding(scores, oracle)};
  Graph& graph = Graph::of(scores);
  const auto node = static_cast<std::uint32_t>(graph.count);
  const auto shown_forward = [&](Forward& f) {
    oracle.check(f.in(0).shape());
    const ShownCalls shown(*oracle.oracle(), graph, node);
    forward(f);
  };
  // A rule sees a cotangent without padding, so that norms and differences are those of the real entries.
  VjpFunction before;
  if (oracle.padded()) before = [oracle](Vjp& v) { oracle.clear_padding(v.dy, mask_of(oracle, v)); };
  const auto shown_backward = [oracle, &graph, node, backward = std::move(backward)](Vjp& v) {
    const ShownCalls shown(*oracle.oracle(), graph, node);
    backward(v);
    if (oracle.padded()) oracle.clear_padding(v.dx, mask_of(oracle, v));
    oracle.count_gradient(v.dx);
  };
  return record_node(op, inputs, shown_forward, shown_backward, std::move(before));
}

SampleLayout sample_layout(const Shape& scores, std::int64_t samples, const BatchOracle& oracle) {
  if (samples < 1) fail<ValueError>("samples = ", samples, ": at least one is needed");
  oracle.instances(scores);
  const bool batched = scores.rank() > oracle.traits().shape.rank();
  const std::int64_t outer = batched ? scores[0] : 1;
  return {scores.inserted(batched ? 1 : 0, samples), outer, samples, outer == 0 ? 0 : scores.size() / outer};
}

void perturb_scores(Tensor& out, const SampleLayout& layout, const Tensor& scores, real scale, const Tensor& noise) {
  parallel_for(layout.outer * layout.samples, 1 + (1 << 14) / (layout.inner + 1),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   const real* from = scores.data() + row / layout.samples * layout.inner;
                   const real* z = noise.data() + row * layout.inner;
                   real* to = out.data() + row * layout.inner;
                   for (std::int64_t i = 0; i < layout.inner; ++i) to[i] = from[i] + scale * z[i];
                 }
               });
}

void sum_samples(Tensor& out, const SampleLayout& layout, const Tensor& x, real factor) {
  if (layout.samples == 1)
    return map(
        out, [factor](real value) { return value * factor; }, x);
  sum_middle(out.data(), x.data(), {layout.outer, layout.samples, layout.inner});
  if (factor != 1)
    for (real& value : out.values()) value *= factor;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
