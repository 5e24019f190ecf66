#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/globe_tsp/pictures.h>
#include <cotape/apps/globe_tsp/world_map.h>
#include <cotape/data/pictures/canvas.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

constexpr Color ink = palette::ink;
constexpr Color found_color = palette::blue;
constexpr Color wrong_color = palette::red;
constexpr Color missed_color = palette::grey;
constexpr Color way_color = palette::red;

constexpr int margin = 20;
constexpr int map_width = 1800, heading = 44;
constexpr int tour_columns = 2, tour_rows = 3, tour_width = 880, caption = 40;

int whole(double x) { return static_cast<int>(std::lround(x)); }

// Puts a flag with a thin border into a picture, its middle at a point, moved inside where it would stand out.
void put_flag(Image& picture, const Image& flag, Point middle, int width) {
  const int height = width / 2;
  Image framed(height + 2, width + 2, 3, ink);
  paste(framed, resize(flag, height, width), 1, 1);
  paste(picture, framed, std::clamp(whole(middle.y) - height / 2 - 1, 0, picture.height() - framed.height()),
        std::clamp(whole(middle.x) - width / 2 - 1, 0, picture.width() - framed.width()));
}

// The edges of an adjacency matrix [k, k] that another one has, or lacks, as lines on a map.
template <class A, class B>
std::vector<std::vector<Point>> edges(const WorldMap& map, const World& world, std::span<const std::int64_t> countries,
                                      const A& tour, const B& other, bool in_other, bool dashed) {
  std::vector<std::vector<Point>> lines;
  const std::size_t k = countries.size();
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (tour[i * k + j] == 0 || (other[i * k + j] != 0) != in_other) continue;
      const auto way = map.way(world.positions[static_cast<std::size_t>(countries[i])],
                               world.positions[static_cast<std::size_t>(countries[j])], dashed);
      lines.insert(lines.end(), way.begin(), way.end());
    }
  return lines;
}

// Distances [B, k, k] between places of the countries of a set's first examples.
Tensor first_distances(const Tensor& places, const GlobeTours& set, std::int64_t batch) {
  const std::int64_t k = set.cities;
  Tensor distances(Shape{batch, k, k});
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = 0; i < k; ++i)
      for (std::int64_t j = 0; j < k; ++j) {
        const real* x = places.data() + 3 * set.countries_of(b)[static_cast<std::size_t>(i)];
        const real* y = places.data() + 3 * set.countries_of(b)[static_cast<std::size_t>(j)];
        distances[(b * k + i) * k + j] = std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
      }
  return distances;
}

}  // namespace

Image draw_map(const World& world, const Alignment& learned) {
  constexpr int flag_width = 30;
  const int height = whole(WorldMap::height_of(map_width));
  Raster raster(heading + height + 2 * margin, map_width + 2 * margin);
  const WorldMap map(margin, heading + margin, map_width);
  map.draw(raster);
  std::vector<std::vector<Point>> ways, dots;
  for (std::size_t i = 0; i < world.positions.size(); ++i) {
    const auto way = map.way(learned.places[i], world.positions[i]);
    ways.insert(ways.end(), way.begin(), way.end());
    dots.push_back({map.place(world.positions[i])});
  }
  raster.strokes(ways, 1.6, way_color);
  raster.text({.at = {margin, 34},
               .text = "Flags where the net sees their capitals; red: to the truth, a median of " +
                       short_number(std::round(learned.median_error_km)) + " km",
               .size = 24,
               .anchor = Anchor::start,
               .ink = ink_text},
              ink);
  Image picture = raster.image();
  for (std::size_t i = 0; i < world.flags.size(); ++i)
    put_flag(picture, world.flags[i], map.place(learned.places[i]), flag_width);
  Raster top(std::move(picture));
  top.strokes(dots, 6, white);
  top.strokes(dots, 4, way_color);
  return top.image();
}

Image draw_tours(const World& world, const Tensor& places, TourFinder& finder, const GlobeTours& set) {
  constexpr int flag_width = 28;
  const std::int64_t shown = std::min<std::int64_t>(set.count, tour_columns * tour_rows);
  const Tensor& tours = finder(first_distances(places, set, shown));
  const int cell = whole(WorldMap::height_of(tour_width)) + caption;
  const int rows = static_cast<int>((shown + tour_columns - 1) / tour_columns);
  Raster raster(margin + rows * (cell + margin), margin + tour_columns * (tour_width + margin));
  std::vector<WorldMap> maps;
  const std::size_t size = static_cast<std::size_t>(set.cities * set.cities);
  for (std::int64_t b = 0; b < shown; ++b) {
    const double left = margin + static_cast<double>(b % tour_columns) * (tour_width + margin);
    const double top = margin + static_cast<double>(b / tour_columns) * (cell + margin);
    const WorldMap& map = maps.emplace_back(left, top, tour_width);
    const auto found = tours.values().subspan(static_cast<std::size_t>(b) * size, size);
    const auto label = set.tour(b);
    const auto countries = set.countries_of(b);
    map.draw(raster);
    raster.strokes(edges(map, world, countries, label, found, false, true), 2, missed_color);
    raster.strokes(edges(map, world, countries, found, label, true, false), 3, found_color);
    raster.strokes(edges(map, world, countries, found, label, false, false), 3, wrong_color);
    double right = 0;
    for (std::size_t i = 0; i < size; ++i) right += found[i] != 0 && label[i] != 0 ? 0.5 : 0;
    const bool exact = right == static_cast<double>(set.cities);
    const std::string text =
        exact ? "shortest tour" : short_number(right) + " of " + std::to_string(set.cities) + " edges right";
    raster.text({.at = {left + tour_width / 2.0, top + cell - 12},
                 .text = text,
                 .size = 22,
                 .anchor = Anchor::middle,
                 .ink = ink_text},
                exact ? found_color : wrong_color);
  }
  Image picture = raster.image();
  for (std::int64_t b = 0; b < shown; ++b)
    for (const std::int64_t country : set.countries_of(b)) {
      const auto i = static_cast<std::size_t>(country);
      put_flag(picture, world.flags[i], maps[static_cast<std::size_t>(b)].place(world.positions[i]), flag_width);
    }
  return picture;
}

void write_globe_pictures(const RunFolder& folder, const Image& map, const Image& tours) {
  write_png(folder.file("map.png"), map);
  write_png(folder.file("tours.png"), tours);
}

void write_globe_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config) {
  Report report("Capitals from flags and shortest tours",
                "A convolutional net looks at flags and puts each on a globe; a solver finds the shortest tour through "
                "some of them. Only the right tours are shown to it, never a place.");
  report.key_numbers(summary,
                     {"countries", "test_exact_tours", "test_edge_accuracy", "epochs", "median_position_error_km"});
  report.section("The learned globe");
  report.picture(read_file(folder.file("map.png")),
                 "Tours know places only up to a rotation or a reflection of the globe: shown after the best one.");
  report.section("Test tours");
  report.picture(read_file(folder.file("tours.png")),
                 "Tours that are shortest between the learned places, drawn between the true ones. Blue: right edges, "
                 "red: wrong ones, grey dashes: missed ones.");
  report.section("Training");
  report.chart(curves(metrics, "Exact tours", "share of examples",
                      {{"validation", "val_exact_tours"}, {"test", "test_exact_tours"}}));
  report.chart(
      curves(metrics, "Right edges", "share", {{"validation", "val_edge_accuracy"}, {"test", "test_edge_accuracy"}}));
  report.chart(curves(metrics, "Norm of the distances", "mean over examples",
                      {{"train", "train_cost_norm"}, {"test", "mean_cost_norm"}}));
  report.chart(curves(metrics, "Training loss", "an example", {{"train", "train_loss"}}));
  report.chart(curves(metrics, "Learned places", "median error, km", {{"all", "median_position_error_km"}}));
  report.chart(solver_curves(metrics));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
