#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/apps/retrieval/pictures.h>
#include <cotape/data/pictures/canvas.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <numeric>

namespace cotape::app {
namespace {

constexpr Color right_color = palette::blue;
constexpr Color wrong_color = palette::red;
constexpr Color query_color = palette::grey;
constexpr Color text_color = palette::ink;

constexpr std::int64_t queries_shown = 12, neighbours_shown = 10;
constexpr int factor = 2, frame = 4, gap = 4, margin = 16, heading = 44, between = 28;

Image enlarged(const PictureClasses& set, std::int64_t index) {
  const int side = static_cast<int>(set.side);
  Image image(side, side, 3);
  const auto picture = set.picture(index);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) std::fill_n(image.pixel(y, x), 3, picture[static_cast<std::size_t>(y * side + x)]);
  return upscale(image, factor);
}

// Pictures by class, so that neighbours in the list are of one class.
std::vector<std::int64_t> by_class(const PictureClasses& set) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(set.count()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return set.classes[static_cast<std::size_t>(a)] < set.classes[static_cast<std::size_t>(b)];
  });
  return order;
}

// So many, spread over all classes.
std::vector<std::int64_t> spread_queries(const PictureClasses& set) {
  const std::vector<std::int64_t> order = by_class(set);
  const std::int64_t count = std::min(queries_shown, set.count());
  std::vector<std::int64_t> queries;
  for (std::int64_t k = 0; k < count; ++k)
    queries.push_back(order[static_cast<std::size_t>((2 * k + 1) * set.count() / (2 * count))]);
  return queries;
}

// Queries whose nearest picture is of another class, of different classes as far as they go; at most so many.
std::vector<std::int64_t> mistaken_queries(const Tensor& embeddings, const PictureClasses& set) {
  constexpr std::int64_t stride = 97;  // jumps over the pictures of a class
  const std::vector<std::int64_t> order = by_class(set);
  std::vector<std::int64_t> queries;
  const std::int64_t start = std::min(stride, set.count());
  for (std::int64_t first = 0; first < start; ++first)
    for (std::int64_t i = first; i < set.count() && std::ssize(queries) < queries_shown; i += stride) {
      const std::int64_t query = order[static_cast<std::size_t>(i)];
      for (const std::int64_t nearest : nearest_pictures(embeddings, query, 1))
        if (set.classes[static_cast<std::size_t>(nearest)] != set.classes[static_cast<std::size_t>(query)])
          queries.push_back(query);
    }
  return queries;
}

}  // namespace

Image draw_neighbours(const Tensor& embeddings, const PictureClasses& set, std::span<const std::int64_t> queries) {
  const Tensor raw = raw_embeddings(set);
  const int cell = static_cast<int>(set.side) * factor + 2 * frame + gap;
  const int net_left = margin + cell + between, columns = static_cast<int>(neighbours_shown);
  const int raw_left = net_left + columns * cell + between;
  const int rows = std::max(1, static_cast<int>(queries.size()));
  Image canvas(heading + rows * cell + margin, raw_left + columns * cell + margin, 3, white);
  const auto place = [&](std::int64_t picture, int row, int left, Color color) {
    const int top = heading + row * cell, size = cell - gap;
    fill_rectangle(canvas, top, left, size, size, color);
    paste(canvas, enlarged(set, picture), top + frame, left + frame);
  };
  for (int row = 0; row < static_cast<int>(queries.size()); ++row) {
    const std::int64_t query = queries[static_cast<std::size_t>(row)];
    const auto of = [&](std::int64_t picture) { return set.classes[static_cast<std::size_t>(picture)]; };
    place(query, row, margin, query_color);
    for (const bool by_net : {true, false}) {
      int left = by_net ? net_left : raw_left;
      for (const std::int64_t found : nearest_pictures(by_net ? embeddings : raw, query, neighbours_shown)) {
        place(found, row, left, of(found) == of(query) ? right_color : wrong_color);
        left += cell;
      }
    }
  }
  Raster raster(std::move(canvas));
  const auto say = [&](int left, const char* text) {
    raster.text({.at = {static_cast<double>(left), heading - 14.0},
                 .text = text,
                 .size = 20,
                 .anchor = Anchor::start,
                 .ink = ink_text},
                text_color);
  };
  say(margin, "query");
  say(net_left, "nearest by the net");
  say(raw_left, "nearest by raw pixels");
  return raster.image();
}

void write_retrieval_pictures(const RunFolder& folder, const Tensor& embeddings, const PictureClasses& set) {
  write_png(folder.file("neighbours.png"), draw_neighbours(embeddings, set, spread_queries(set)));
  write_png(folder.file("mistakes.png"), draw_neighbours(embeddings, set, mistaken_queries(embeddings, set)));
}

void write_retrieval_report(const RunFolder& folder, const Metrics& metrics, const Record& summary,
                            const Record& config) {
  Report report("The same thing again",
                "A net makes a unit vector of each picture, trained by the recall of ranked lists: whatever is of a "
                "picture's class shall come before everything else. It is judged on classes that it has never seen.");
  report.key_numbers(summary, {"recall_1", "raw_recall_1", "map_at_r", "one_shot", "epochs"});
  report.section("What is found");
  report.picture(read_file(folder.file("neighbours.png")),
                 "Queries from all classes to search, and what is nearest to them. Blue: of the query's class, red: of "
                 "another one.");
  report.picture(read_file(folder.file("mistakes.png")), "Queries whose nearest picture is of another class.");
  report.section("Training");
  report.chart(curves(metrics, "Recall, unseen classes", "share of queries",
                      {{"@1", "recall_1"}, {"@2", "recall_2"}, {"@4", "recall_4"}, {"@8", "recall_8"}}));
  report.chart(curves(metrics, "MAP@R and one-shot tasks", "share", {{"MAP@R", "map_at_r"}, {"one-shot", "one_shot"}}));
  report.chart(curves(metrics, "Training loss", "a query's mean", {{"train", "train_loss"}}));
  report.chart(curves(metrics, "Cosines in training", "mean",
                      {{"of a class", "similarity_same"}, {"of different ones", "similarity_other"}}));
  report.chart(solver_curves(metrics));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
