#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/dvae/pictures.h>
#include <cotape/data/pictures/canvas.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr std::int64_t shown = 32;
constexpr int columns = 16;  // pictures in a row

// Grey pictures of rows of values in [0, 1].
std::vector<Image> row_images(const Tensor& values, std::int64_t height, std::int64_t width) {
  std::vector<Image> images;
  const auto size = static_cast<std::size_t>(height * width);
  for (std::size_t first = 0; first + size <= values.values().size(); first += size)
    images.push_back(to_image(values.values().subspan(first, size), static_cast<int>(height), static_cast<int>(width)));
  return images;
}

// Random codes: k ones in each row, every choice equally likely.
Tensor random_codes(std::int64_t count, std::int64_t k, Rng& rng) {
  Tensor scores(Shape{count * dvae_rows, dvae_classes}), codes(scores.shape());
  rng.uniform(scores);
  Oracle(TopK{.n = dvae_classes, .k = k}).argmax(scores, codes);
  return codes;
}

}  // namespace

DvaePictures draw_pictures(Dvae& model, const Dataset& data, Rng rng, std::int64_t k) {
  const std::int64_t count = std::min(shown, data.size());
  Tape tape(Gradients::off);
  const Var images = tape.constant(Shape{count, data.features()}, [&](Tensor& out) { data.fill_range(0, out); });
  const Var codes = model.sampler().evaluate(model.encode(images), rng);
  const Var decoded = sigmoid(model.decode(codes));
  const Var imagined = sigmoid(model.decode(tape.constant(random_codes(count, k, rng))));

  DvaePictures pictures;
  std::vector<Image> pairs;
  const std::vector<Image> originals = row_images(images.value(), data.height(), data.width());
  const std::vector<Image> copies = row_images(decoded.value(), data.height(), data.width());
  for (std::size_t i = 0; i < originals.size(); ++i) {
    Image pair(2 * static_cast<int>(data.height()), static_cast<int>(data.width()), 1);
    paste(pair, originals[i], 0, 0);
    paste(pair, copies[i], static_cast<int>(data.height()), 0);
    pairs.push_back(std::move(pair));
  }
  pictures.reconstructions = tile(pairs, columns);
  std::vector<Image> bits;
  for (Image code : row_images((1 - codes).value(), dvae_rows, dvae_classes)) bits.push_back(upscale(code, 2));
  pictures.codes = tile(bits, columns, 3, grey(160));
  pictures.samples = tile(row_images(imagined.value(), data.height(), data.width()), columns);
  return pictures;
}

void write_dvae_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                       const DvaePictures& pictures) {
  write_png(folder.file("reconstructions.png"), pictures.reconstructions);
  write_png(folder.file("codes.png"), pictures.codes);
  write_png(folder.file("samples.png"), pictures.samples);

  Report report(
      "Discrete VAE",
      "Images through a binary code: 20 rows, in each of which a top-k solver sets k of 20 bits. The solver's true "
      "gradient is zero; a rule replaces it.");
  report.key_numbers(summary, {"train_nelbo", "test_nelbo", "test_bce", "test_kl", "epochs", "steps_per_second"});
  report.section("Reconstructions");
  report.picture(encode_png(pictures.reconstructions),
                 "Test images, each above its reconstruction from the code alone.");
  report.picture(encode_png(pictures.codes),
                 "The codes of these images. A row is one choice of k among 20; ones are black.");
  report.picture(encode_png(pictures.samples),
                 "Random codes, decoded: what the decoder makes of codes it has never seen.");
  report.section("Training");
  report.chart(curves(metrics, "Negative ELBO", "nats",
                      {{"train", "train_nelbo"}, {"validation", "validation_nelbo"}, {"test", "test_nelbo"}}));
  report.chart(
      curves(metrics, "Reconstruction: binary cross-entropy", "nats", {{"train", "train_bce"}, {"test", "test_bce"}}));
  report.chart(curves(metrics, "KL from the uniform prior", "nats", {{"train", "train_kl"}, {"test", "test_kl"}}));
  report.chart(curves(metrics, "Size of the scores", "norm of a row",
                      {{"scores", "logit_norm"}, {"less their mean", "logit_spread"}}));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
