#include <cotape/apps/dvae/model.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/linear.h>
#include <cotape/solvers/differentiable.h>
#include <cotape/solvers/perturb.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/topk.h>

namespace cotape::app {
namespace {

constexpr std::int64_t code_size = dvae_rows * dvae_classes;

std::function<Var(Var, Rng&)> make_sampler(const DvaeOptions& options, SolverDiagnostics*& diagnostics) {
  const TopK solver{.n = dvae_classes, .k = options.k};
  const Noise noise = options.make_noise();
  const auto tau = static_cast<real>(options.tau);
  if (options.common.rule == "straight-through") {
    const auto layer = differentiable(solver, StraightThrough{noise, tau, options.samples});
    diagnostics = &layer.diagnostics();
    return layer;
  }
  const Projection projection = options.projection == "none" ? Projection::none : Projection::standardize;
  const auto layer = differentiable(solver, Identity{}, projection);
  diagnostics = &layer.diagnostics();
  return [layer, noise, tau](Var scores, Rng& rng) {
    const Var codes = layer(perturb(scores, noise, rng, tau));
    return reshape(codes, codes.shape().inserted(1, 1));
  };
}

}  // namespace

Dvae::Dvae(std::int64_t features, const DvaeOptions& options, Rng& rng) : sample_(make_sampler(options, diagnostics_)) {
  const LinearOptions hidden{.activation = Activation::relu};
  encoder_.emplace<Linear>("fc1", features, 512, hidden, rng);
  encoder_.emplace<Linear>("fc2", 512, 256, hidden, rng);
  encoder_.emplace<Linear>("fc3", 256, code_size, LinearOptions{}, rng);
  decoder_.emplace<Linear>("fc1", code_size, 256, hidden, rng);
  decoder_.emplace<Linear>("fc2", 256, 512, hidden, rng);
  decoder_.emplace<Linear>("fc3", 512, features, LinearOptions{}, rng);
  add("encoder", encoder_);
  add("decoder", decoder_);
}

Var Dvae::encode(Var images) { return reshape(encoder_(images), {-1, dvae_rows, dvae_classes}).named("scores"); }

Var Dvae::decode(Var codes) { return decoder_(reshape(codes, {-1, code_size})).named("logits"); }

Dvae::Losses Dvae::operator()(Var images, Rng& rng) {
  const Var scores = encode(images);
  const Var codes = sample(scores, rng).named("codes");
  const Var logits = decode(codes);
  const std::int64_t batch = images.shape()[0], features = images.shape()[1], samples = codes.shape()[1];
  const Var targets =
      samples == 1 ? images
                   : reshape(broadcast_to(reshape(images, {batch, 1, features}), Shape{batch, samples, features}),
                             {batch * samples, features});
  const Var bce = bce_with_logits(logits, targets).named("bce");
  const Var kl = kl_to_uniform(scores).named("kl");
  return {bce, kl, (bce + kl).named("nelbo"), scores, codes, logits};
}

}  // namespace cotape::app
