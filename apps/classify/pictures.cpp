#include <cotape/apps/classify/pictures.h>
#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/data/pictures/canvas.h>

#include <algorithm>
#include <numeric>

namespace cotape::app {
namespace {

constexpr Color text_color = palette::ink;
constexpr Color right_color = palette::blue;
constexpr Color wrong_color = palette::red;
constexpr Color rest_color = palette::pale;

constexpr std::size_t shown_images = 24;
constexpr int columns = 8, edge = 128, panel = 152, line = 20, bar = 12;
constexpr int panel_height = edge + 2 * line + 3 * line + 14;

// An image of the set as a picture in colours, of about `edge` pixels a side.
Image picture_of(const Dataset& data, std::int64_t index) {
  Image image(static_cast<int>(data.height()), static_cast<int>(data.width()), 3);
  const auto bytes = data.image(index);
  const auto channels = static_cast<std::size_t>(data.channels());
  for (std::size_t i = 0; i < image.bytes().size(); ++i)
    image.bytes()[i] = bytes[i / 3 * channels + (channels == 3 ? i % 3 : 0)];
  const int factor = std::max(1, edge / std::max(image.height(), image.width()));
  return upscale(image, factor);
}

std::vector<Point> rectangle(double left, double top, double width, double height) {
  return {{left, top}, {left + width, top}, {left + width, top + height}, {left, top + height}};
}

void draw_bars(Raster& raster, const LabelledImages& images, const Predictions& said, std::int64_t index, double left,
               double top) {
  const std::int64_t classes = images.classes();
  const real* const share = said.probabilities.data() + index * classes;
  std::vector<std::int64_t> order(static_cast<std::size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return share[a] > share[b]; });
  for (std::size_t i = 0; i < 3 && i < order.size(); ++i) {
    const double y = top + static_cast<double>(i) * line, p = static_cast<double>(share[order[i]]);
    const bool right = order[i] == images.test.label(index);
    const Color color = right ? right_color : rest_color;
    if (p > 0) raster.area(rectangle(left, y, std::max(1.0, p * 52), bar), color, 1);
    raster.text({.at = {left + 58, y + bar - 1},
                 .text = images.names[static_cast<std::size_t>(order[i])],
                 .size = 13,
                 .anchor = Anchor::start,
                 .ink = ink_text},
                text_color);
  }
}

std::string percent(double share) { return decimals(100 * share, 1) + " %"; }

void add_confusion(Report& report, const LabelledImages& images, const Predictions& said) {
  ConfusionMatrix confusion(images.classes());
  for (std::int64_t i = 0; i < images.test.size(); ++i)
    confusion.add(images.test.label(i), said.classes[static_cast<std::size_t>(i)]);
  std::vector<std::string> head = {"is … taken for"};
  head.insert(head.end(), images.names.begin(), images.names.end());
  head.emplace_back("right");
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t actual = 0; actual < images.classes(); ++actual) {
    rows.push_back({images.names[static_cast<std::size_t>(actual)]});
    for (std::int64_t other = 0; other < images.classes(); ++other)
      rows.back().push_back(std::to_string(confusion.count(actual, other)));
    rows.back().push_back(percent(confusion.recall(actual)));
  }
  report.table(head, rows);
}

}  // namespace

Image draw_predictions(const LabelledImages& images, const Predictions& said, std::span<const std::int64_t> shown) {
  const int rows = (static_cast<int>(shown.size()) + columns - 1) / columns;
  Image background(8 + rows * panel_height, 8 + columns * panel, 3, white);
  const auto left = [](std::size_t i) { return 12 + static_cast<int>(i) % columns * panel; };
  const auto top = [](std::size_t i) { return 8 + static_cast<int>(i) / columns * panel_height; };
  for (std::size_t i = 0; i < shown.size(); ++i) paste(background, picture_of(images.test, shown[i]), top(i), left(i));
  Raster raster(std::move(background));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::int64_t label = images.test.label(shown[i]), taken = said.classes[static_cast<std::size_t>(shown[i])];
    const double below = top(i) + edge + line - 4;
    const auto say = [&](double y, const std::string& text, Color color) {
      raster.text(
          {.at = {static_cast<double>(left(i)), y}, .text = text, .size = 15, .anchor = Anchor::start, .ink = ink_text},
          color);
    };
    say(below, images.names[static_cast<std::size_t>(taken)], taken == label ? right_color : wrong_color);
    if (taken != label) say(below + line, "is: " + images.names[static_cast<std::size_t>(label)], text_color);
    draw_bars(raster, images, said, shown[i], left(i), below + line + 10);
  }
  return raster.image();
}

std::vector<std::int64_t> surest_mistakes(const Dataset& data, const Predictions& said, std::size_t count) {
  const std::int64_t classes = said.probabilities.shape()[1];
  std::vector<std::int64_t> wrong;
  for (std::int64_t i = 0; i < data.size(); ++i)
    if (said.classes[static_cast<std::size_t>(i)] != data.label(i)) wrong.push_back(i);
  const auto sureness = [&](std::int64_t i) {
    return said.probabilities[i * classes + said.classes[static_cast<std::size_t>(i)]];
  };
  std::stable_sort(wrong.begin(), wrong.end(), [&](auto a, auto b) { return sureness(a) > sureness(b); });
  wrong.resize(std::min(wrong.size(), count));
  return wrong;
}

void write_classify_report(const RunFolder& folder, const LabelledImages& images, const Predictions& said,
                           const Metrics& metrics, const Record& summary, const Record& config) {
  std::vector<std::int64_t> first(std::min(shown_images, static_cast<std::size_t>(images.test.size())));
  std::iota(first.begin(), first.end(), 0);
  const std::vector<std::int64_t> wrong = surest_mistakes(images.test, said, shown_images);
  const Image examples = draw_predictions(images, said, first);
  const Image mistakes = wrong.empty() ? Image(1, 1, 3, white) : draw_predictions(images, said, wrong);
  write_png(folder.file("examples.png"), examples);
  write_png(folder.file("mistakes.png"), mistakes);

  Report report("A classifier",
                "Images in ten classes. The argmax over the scores of the classes is the simplest solver there is; the "
                "loss says how scores learn from it.");
  report.key_numbers(summary, {"loss", "test_accuracy", "train_accuracy", "epochs", "seconds"});
  report.section("What it says");
  report.picture(encode_png(examples),
                 "Test images with the most likely class, blue where it is right, red where it is wrong, and what the "
                 "loss takes for the three largest probabilities (blue bar: the true class).");
  if (!wrong.empty()) report.picture(encode_png(mistakes), "The wrong answers that it is surest of.");
  add_confusion(report, images, said);
  report.section("Training");
  report.chart(curves(metrics, "Right answers", "share", {{"train", "train_accuracy"}, {"test", "test_accuracy"}}));
  report.chart(curves(metrics, "Loss, with its noise", "mean of an example",
                      {{"train, images varied", "train_loss"}, {"test", "test_loss"}}));
  report.chart(
      curves(metrics, "Cross-entropy of softmax(logits / temperature)", "nats", {{"test", "test_cross_entropy"}}));
  report.chart(curves(metrics, "Examples whose gradient through the solver is zero", "share",
                      {{"training", "zero_gradient_share"}}));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
