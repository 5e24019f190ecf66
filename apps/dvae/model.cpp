#include <cotape/apps/dvae/model.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::app {
namespace {

constexpr std::int64_t code_size = dvae_rows * dvae_classes;

}  // namespace

Dvae::Dvae(std::int64_t features, const DvaeOptions& options, Rng& rng) : sampler_(make_sampler(options)) {
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

Dvae::Losses Dvae::train_on(Var images, Rng& rng, std::int64_t step) {
  const Var scores = encode(images);
  if (sampler_.score) return score_function_losses(images, scores, rng);
  return losses(images, scores, sampler_.train(scores, rng, step));
}

Dvae::Losses Dvae::evaluate_on(Var images, Rng& rng) {
  const Var scores = encode(images);
  return losses(images, scores, sampler_.evaluate(scores, rng));
}

Dvae::Decoded Dvae::decode_samples(Var images, Var codes) {
  const std::int64_t batch = images.shape()[0], features = images.shape()[1], samples = codes.shape()[1];
  if (samples == 1) return {decode(codes), images};
  const Var repeated = broadcast_to(reshape(images, {batch, 1, features}), Shape{batch, samples, features});
  return {decode(codes), reshape(repeated, {batch * samples, features})};
}

Dvae::Losses Dvae::losses(Var images, Var scores, Var codes) {
  const Decoded decoded = decode_samples(images, codes.named("codes"));
  const Var bce = bce_with_logits(decoded.logits, decoded.targets).named("bce");
  const Var kl = kl_to_uniform(scores).named("kl");
  return {bce, kl, (bce + kl).named("nelbo"), scores, codes, decoded.logits};
}

Dvae::Losses Dvae::score_function_losses(Var images, Var scores, Rng& rng) {
  const ScoreSample sample = sampler_.score->sample(scores, sampler_.oracle, rng);
  const Decoded decoded = decode_samples(images, sample.solutions.all().named("codes"));
  const Var pixels = softplus(decoded.logits) - decoded.logits * decoded.targets;
  const Var each = reshape(sum(pixels, 1), {images.shape()[0], -1});
  const Var bce = sampler_.score->surrogate(sample, each).named("bce");
  const Var kl = kl_to_uniform(scores).named("kl");
  return {bce, kl, (bce + kl).named("nelbo"), scores, sample.solutions.all(), decoded.logits};
}

}  // namespace cotape::app
