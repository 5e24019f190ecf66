// A variational autoencoder with a Gaussian code (Kingma and Welling, ICLR 2014) for pictures of discs.
// Leaves vae.png: pictures, their reconstructions below, and at last discs that the decoder makes of random codes.
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>
#include <vector>

using namespace cotape;

constexpr std::int64_t side = 16, pixels = side * side, code_size = 4, batch_size = 100;

// White discs on black, each with a place and a radius of its own.
Tensor discs(std::int64_t count, Rng& rng) {
  Tensor pictures(Shape{count, pixels});
  for (std::int64_t i = 0; i < count; ++i) {
    const real radius = 2 + 3 * rng.uniform();
    const real center_y = radius + (side - 1 - 2 * radius) * rng.uniform();
    const real center_x = radius + (side - 1 - 2 * radius) * rng.uniform();
    for (std::int64_t p = 0; p < pixels; ++p) {
      const real distance = std::hypot(static_cast<real>(p / side) - center_y, static_cast<real>(p % side) - center_x);
      pictures.at({i, p}) = std::clamp(radius + 0.5f - distance, 0.0f, 1.0f);
    }
  }
  return pictures;
}

struct Vae : Module {
  explicit Vae(Rng& rng) {
    add("encoder", encoder);
    add("decoder", decoder);
    const LinearOptions with_relu{.activation = Activation::relu};
    encoder.emplace<Linear>("fc1", pixels, 200, with_relu, rng);
    encoder.emplace<Linear>("fc2", 200, 2 * code_size, LinearOptions{}, rng);
    decoder.emplace<Linear>("fc1", code_size, 200, with_relu, rng);
    decoder.emplace<Linear>("fc2", 200, pixels, LinearOptions{}, rng);
  }
  Sequential encoder, decoder;
};

struct Result {
  Var loss;    // the negative evidence lower bound: reconstruction + KL, in nats a picture
  Var logits;  // of the reconstructed pixels
};

Result run(Vae& vae, Var x, Rng& rng) {
  const std::vector<Var> code = chunk(vae.encoder(x), 2, -1);
  const Var mean = code[0], log_variance = code[1];
  // z = μ + σ ε: the noise comes from outside, so that gradients flow to μ and σ (reparameterisation).
  const Var noise = x.tape().constant(mean.shape(), [&](Tensor& out) { rng.normal(out); });
  const Var logits = vae.decoder(mean + exp(0.5f * log_variance) * noise);
  const Var kl = 0.5f * sum(square(mean) + exp(log_variance) - log_variance - 1, -1);  // to the standard normal
  return {bce_with_logits(logits, x) + cotape::mean(kl), logits};
}

int main() {
  Rng rng(1);
  Vae vae(rng);
  Adam adam(vae.parameters(), {.lr = 2e-3});
  TrainingStep training(adam);
  for (int step = 0; step <= 1500; ++step) {
    const Tensor x = discs(batch_size, rng);
    const Result result = training.run([&](Tape& tape) { return run(vae, tape.view(x), rng); });
    if (step % 300 == 0) std::cout << "step " << step << ": negative ELBO " << result.loss.value().item() << "\n";
  }

  Tape tape(Gradients::off);
  const Tensor shown = discs(10, rng), test = discs(1000, rng);
  std::cout << "of 1000 new pictures: " << run(vae, tape.view(test), rng).loss.value().item() << "\n";

  const Var reconstructed = sigmoid(run(vae, tape.view(shown), rng).logits);
  const Var codes = tape.constant(Shape{10, code_size}, [&](Tensor& out) { rng.normal(out); });
  const Var generated = sigmoid(vae.decoder(codes));
  std::vector<Image> images;
  for (const Tensor& row : {shown, reconstructed.value(), generated.value()})
    for (std::int64_t i = 0; i < 10; ++i)
      images.push_back(upscale(to_image(row.values().subspan(i * pixels, pixels), side, side), 3));
  write_png("vae.png", tile(images, 10));
}
