#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/graph_matching/pictures.h>
#include <cotape/engine/base/file.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr Color edge_color = {255, 214, 10, 255};
constexpr Color right_color = {0, 158, 115, 255};
constexpr Color wrong_color = palette::red;
constexpr Color text_color = palette::ink;

constexpr int caption = 34, margin = 12, space = 24;

using Lines = std::vector<std::vector<Point>>;

// A view's picture at a place of a larger one.
void paste(const Image& picture, int top, int left, Image& to) {
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) {
      // Paler, so that lines stand out.
      const auto level = static_cast<std::uint8_t>(95 + *picture.pixel(y, x) * 160 / 255);
      std::fill_n(to.pixel(top + y, left + x), 3, level);
    }
}

}  // namespace

Image draw_matches(const std::vector<ShownPair>& pairs) {
  int width = 1, height = margin;
  for (const ShownPair& shown : pairs) {
    width = std::max(width, 2 * margin + shown.left.picture.width() + space + shown.right.picture.width());
    height += std::max(shown.left.picture.height(), shown.right.picture.height()) + caption + margin;
  }
  Image canvas(height, width, 3, white);
  int top = margin;
  for (const ShownPair& shown : pairs) {
    paste(shown.left.picture, top, margin, canvas);
    paste(shown.right.picture, top, margin + shown.left.picture.width() + space, canvas);
    top += std::max(shown.left.picture.height(), shown.right.picture.height()) + caption + margin;
  }
  Raster raster(std::move(canvas));
  top = margin;
  for (const ShownPair& shown : pairs) {
    const double y0 = top, x0 = margin, x1 = margin + shown.left.picture.width() + space;
    const auto place = [&](const View& view, double x, std::int64_t i) {
      const Point p = view.points[static_cast<std::size_t>(i)];
      return Point{x + p.x + 0.5, y0 + p.y + 0.5};
    };
    Lines edges, right, wrong, missed, dots;
    const auto add_graph = [&](const View& view, double x) {
      for (std::int64_t e = 0; e < view.graph.edge_count(); ++e) {
        const Edge edge = view.graph.edge(e);
        edges.push_back({place(view, x, edge.from), place(view, x, edge.to)});
      }
      for (std::int64_t i = 0; i < std::ssize(view.points); ++i) dots.push_back({place(view, x, i)});
    };
    add_graph(shown.left, x0);
    add_graph(shown.right, x1);
    std::int64_t wanted = 0;
    for (std::size_t i = 0; i < shown.found.size(); ++i) {
      const std::int64_t partner = shown.pair.right_of_left[i], guess = shown.found[i];
      const Point from = place(shown.left, x0, static_cast<std::int64_t>(i));
      wanted += partner >= 0 ? 1 : 0;
      if (guess >= 0) (guess == partner ? right : wrong).push_back({from, place(shown.right, x1, guess)});
      if (partner >= 0 && guess != partner) missed.push_back({from});
    }
    raster.strokes(edges, 1, edge_color);
    raster.strokes(right, 1.6, right_color);
    raster.strokes(wrong, 2.2, wrong_color);
    raster.strokes(missed, 12, wrong_color);
    raster.strokes(dots, 6, text_color);
    const double picture_height = std::max(shown.left.picture.height(), shown.right.picture.height());
    raster.text({.at = {x0, y0 + picture_height + caption - 10},
                 .text = shown.name + ": " + std::to_string(right.size()) + " of " + std::to_string(wanted) +
                         " points right, " + std::to_string(wrong.size()) + " wrong lines",
                 .size = 18,
                 .anchor = Anchor::start,
                 .ink = ink_text},
                text_color);
    top += static_cast<int>(picture_height) + caption + margin;
  }
  return raster.image();
}

void write_matching_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                           const std::vector<std::string>& groups) {
  Report report(
      "Which point is which",
      "Two pictures show the same thing. A net sees the surroundings of marked points and who is whose "
      "neighbour, and says what it costs to match points and edges; a combinatorial solver finds the matching "
      "that costs least, and training goes through the solver.");
  Record key;
  for (const auto& [name, value] : summary)
    if (name == "test_accuracy" || name == "test_precision" || name.starts_with("accuracy_") || name == "epochs")
      key.emplace_back(name, value);
  report.key_numbers(key);
  report.section("Matchings that were found");
  report.picture(read_file(folder.file("matches.png")),
                 "Test pairs. Green lines are right, red ones wrong; a red ring marks a point whose partner was not "
                 "found. Yellow: the Delaunay graphs.");
  report.section("Training");
  report.chart(curves(metrics, "Points matched with their partner", "share",
                      {{"training", "train_accuracy"}, {"test", "test_accuracy"}}));
  if (groups.size() > 1) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const std::string& group : groups) lines.emplace_back(group, "accuracy_" + group);
    report.chart(curves(metrics, "The same by kind of pair", "share", lines));
  }
  report.chart(curves(metrics, "Pairs without a mistake", "share", {{"test", "test_perfect"}}));
  report.chart(curves(metrics, "Training loss", "a pair", {{"training", "train_loss"}}));
  report.chart(solver_curves(metrics));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
