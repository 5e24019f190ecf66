#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/latent_trees/pictures.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace cotape::app {
namespace {

constexpr Color way_color = palette::pale;
constexpr Color node_color = palette::ink;
constexpr Color found_color = palette::blue;
constexpr Color wrong_color = palette::red;
constexpr Color missed_color = palette::grey;

constexpr std::int64_t columns = 4, rows = 2;
constexpr int panel_size = 380, caption = 40, margin = 16;

using Lines = std::vector<std::vector<Point>>;

// The first examples, and what the model says of them.
struct Shown {
  std::int64_t count = 0;
  Tensor positions, predicted;  // [count, frames, n, 2]
  Tensor trees;                 // [count, edges]
};

Shown look_at(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Tape& tape) {
  const std::int64_t count = std::min(set.count, columns * rows);
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  const Shape shape{count, set.frames, set.nodes, 2};
  Shown shown{count, Tensor(shape), Tensor(shape), {}};
  set.fill(indices, shown.positions);
  model.eval();
  tape.clear();
  const Var positions = tape.view(shown.positions);
  shown.trees = finder(model.encode(positions).value());
  const Tensor& predicted = model.decoder().predict(positions, tape.view(shown.trees), set.frames - 1).value();
  model.train();
  const std::int64_t frame = set.nodes * 2, example = set.frames * frame;
  for (std::int64_t b = 0; b < count; ++b) {  // behind the first frame, which is given
    std::copy_n(shown.positions.data() + b * example, frame, shown.predicted.data() + b * example);
    std::copy_n(predicted.data() + b * (example - frame), example - frame,
                shown.predicted.data() + b * example + frame);
  }
  return shown;
}

// Where the nodes of one example are drawn.
class Panel {
 public:
  Panel(const LayoutSet& set, std::int64_t index)
      : frames_(set.frames),
        nodes_(set.nodes),
        example_(index),
        left_(margin + static_cast<double>(index % columns) * (panel_size + margin)),
        top_(margin + static_cast<double>(index / columns) * (panel_size + caption + margin)) {}

  Point place(const Tensor& positions, std::int64_t frame, std::int64_t node) const {
    const real* const p = positions.data() + ((example_ * frames_ + frame) * nodes_ + node) * 2;
    const auto at = [](double from, real x) {  // numbers from −1 to 1, with room for more
      return from + panel_size * (0.5 + 0.45 * std::clamp(static_cast<double>(x), -1.1, 1.1));
    };
    return {at(left_, p[0]), at(top_, p[1])};
  }
  Lines ways(const Tensor& positions) const {
    Lines lines(static_cast<std::size_t>(nodes_));
    for (std::int64_t i = 0; i < nodes_; ++i)
      for (std::int64_t t = 0; t < frames_; ++t) lines[static_cast<std::size_t>(i)].push_back(place(positions, t, i));
    return lines;
  }
  Lines dots(const Tensor& positions, std::int64_t frame) const {
    Lines lines;
    for (std::int64_t i = 0; i < nodes_; ++i) lines.push_back({place(positions, frame, i)});
    return lines;
  }
  void say(Raster& raster, const std::string& text, Color color) const {
    raster.text({.at = {left_ + panel_size / 2.0, top_ + panel_size + caption - 14},
                 .text = text,
                 .size = 20,
                 .anchor = Anchor::middle,
                 .ink = ink_text},
                color);
  }

 private:
  std::int64_t frames_, nodes_, example_;
  double left_, top_;
};

// A straight line, or every second piece of it.
void add_edge(Lines& lines, Point a, Point b, bool dashed) {
  if (!dashed) return lines.push_back({a, b});
  const double pieces = std::max(1.0, std::round(std::hypot(b.x - a.x, b.y - a.y) / 7));
  const auto at = [&](double share) { return Point{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)}; };
  for (double k = 0; k < pieces; k += 2) lines.push_back({at(k / pieces), at(std::min(pieces, k + 1) / pieces)});
}

Image draw(const LayoutSet& set, std::int64_t count,
           const std::function<void(Raster&, const Panel&, std::int64_t)>& one) {
  const int lines = static_cast<int>((count + columns - 1) / columns);
  Raster raster(margin + lines * (panel_size + caption + margin),
                margin + static_cast<int>(columns) * (panel_size + margin));
  for (std::int64_t b = 0; b < count; ++b) one(raster, Panel(set, b), b);
  return raster.image();
}

}  // namespace

Image draw_trees(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Tape& tape) {
  const Shown shown = look_at(model, set, finder, tape);
  return draw(set, shown.count, [&](Raster& raster, const Panel& panel, std::int64_t b) {
    const real* const found = shown.trees.data() + b * set.edges();
    const std::span<const std::uint8_t> truth = set.tree(b);
    Lines right, wrong, missed;
    std::int64_t edge = 0;
    for (std::int64_t i = 0; i < set.nodes; ++i)
      for (std::int64_t j = i + 1; j < set.nodes; ++j, ++edge) {
        const bool is_found = found[edge] == 1, is_true = truth[static_cast<std::size_t>(edge)] != 0;
        if (!is_found && !is_true) continue;
        Lines& lines = is_found && is_true ? right : is_found ? wrong : missed;
        const Point a = panel.place(shown.positions, set.frames - 1, i);
        add_edge(lines, a, panel.place(shown.positions, set.frames - 1, j), !is_found);
      }
    raster.strokes(panel.ways(shown.positions), 2, way_color);
    raster.strokes(missed, 2, missed_color);
    raster.strokes(right, 3, found_color);
    raster.strokes(wrong, 3, wrong_color);
    raster.strokes(panel.dots(shown.positions, set.frames - 1), 9, node_color);
    const std::int64_t all = set.nodes - 1, count = std::ssize(right);
    panel.say(raster,
              count == all ? "the true tree" : std::to_string(count) + " of " + std::to_string(all) + " edges right",
              count == all ? found_color : wrong_color);
  });
}

Image draw_predictions(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Tape& tape) {
  const Shown shown = look_at(model, set, finder, tape);
  return draw(set, shown.count, [&](Raster& raster, const Panel& panel, std::int64_t b) {
    raster.strokes(panel.ways(shown.positions), 4, way_color);
    raster.strokes(panel.dots(shown.positions, 0), 8, way_color);
    raster.strokes(panel.ways(shown.predicted), 2, found_color);
    raster.strokes(panel.dots(shown.predicted, set.frames - 1), 8, found_color);
    const std::int64_t size = set.frames * set.nodes * 2;
    double squares = 0;
    for (std::int64_t k = b * size; k < (b + 1) * size; ++k)
      squares += std::pow(static_cast<double>(shown.predicted[k] - shown.positions[k]), 2);
    panel.say(raster, "off by " + short_number(std::sqrt(squares / static_cast<double>(size))), node_color);
  });
}

void write_latent_trees_pictures(const RunFolder& folder, LatentTrees& model, const LayoutSet& set, TreeFinder& finder,
                                 Tape& tape) {
  write_png(folder.file("trees.png"), draw_trees(model, set, finder, tape));
  write_png(folder.file("predictions.png"), draw_predictions(model, set, finder, tape));
}

void write_latent_trees_report(const RunFolder& folder, const Metrics& metrics, const Record& summary,
                               const Record& config) {
  Report report("Trees behind moving points",
                "Points move under springs that a hidden tree tells. An encoder scores every edge, a solver takes the "
                "best spanning tree, and a decoder has to predict the movement with this tree alone. No tree is ever "
                "shown to the net.");
  report.key_numbers(summary, {"test_precision", "test_exact_trees", "test_elbo", "best_epoch", "epochs"});
  report.section("Trees that were found");
  report.picture(read_file(folder.file("trees.png")),
                 "Test examples: where points went (grey, the dot is the last frame) and the tree that the scores make "
                 "the best. Blue: right edges, red: wrong ones, grey dashes: missed ones.");
  report.picture(read_file(folder.file("predictions.png")),
                 "The same examples, all frames predicted from the first one (blue) over the truth (grey).");
  report.section("Training");
  report.chart(curves(metrics, "Right edges", "share", {{"validation", "val_precision"}, {"test", "test_precision"}}));
  report.chart(curves(metrics, "Trees that are right in every edge", "share",
                      {{"validation", "val_exact_trees"}, {"test", "test_exact_trees"}}));
  report.chart(curves(metrics, "ELBO, every frame from the one before", "a node's share",
                      {{"validation", "val_elbo"}, {"test", "test_elbo"}}));
  report.chart(curves(metrics, "Training: ELBO of frames predicted one from the other", "a node's share",
                      {{"train", "train_elbo"}}));
  report.chart(curves(metrics, "KL from Gumbel noise", "a node's share", {{"train", "train_kl"}, {"test", "test_kl"}}));
  report.chart(
      curves(metrics, "Scores", "over the test set", {{"mean", "score_mean"}, {"deviation", "score_deviation"}}));
  report.chart(curves(metrics, "As published: drawn tree or its complement", "share",
                      {{"precision", "test_published_precision"}, {"recall", "test_published_recall"}}));
  report.chart(solver_curves(metrics));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
