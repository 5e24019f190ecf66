#include <cotape/apps/common/train/options.h>
#include <cotape/apps/warcraft/pictures.h>
#include <cotape/apps/warcraft/predict.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace cotape::app {
namespace {

// Red, green and blue of a picture; grey ones have all three alike.
Image to_rgb(const Image& image) {
  Image rgb(image.height(), image.width(), 3);
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x)
      for (int c = 0; c < 3; ++c) rgb.pixel(y, x)[c] = image.pixel(y, x)[image.channels() == 1 ? 0 : c];
  return rgb;
}

WarcraftMaps as_set(const Image& map, std::int64_t size) {
  const auto cells = static_cast<std::size_t>(size * size);
  return {.count = 1,
          .size = size,
          .maps = {map.bytes().begin(), map.bytes().end()},
          .paths = std::vector<std::uint8_t>(cells),
          .costs = std::vector<float>(cells)};
}

std::string cell_table(const Tensor& costs, const Tensor& path, std::int64_t size) {
  std::string text = "row,column,cost,on_path\n";
  for (std::int64_t i = 0; i < costs.size(); ++i)
    text += std::to_string(i / size) + ',' + std::to_string(i % size) + ',' + format_number(costs[i]) + ',' +
            (path[i] != 0 ? "1\n" : "0\n");
  return text;
}

}  // namespace

CommandLine PredictOptions::add_to(CommandLine& line) {
  CommandLine predict = line.add_subcommand("predict", "Costs and cheapest path of one picture, by a trained net");
  predict.add("--checkpoint", checkpoint, "checkpoint.safetensors of a run");
  predict.require("--checkpoint");
  predict.add("--map", map, "Picture of a map (PNG or JPEG), 8 by 8 pixels a cell");
  predict.require("--map");
  predict.add("--out", out, "Folder for costs.png, path.png, cells.csv and prediction.json");
  predict.add("--threads", threads, "Threads that work; 0: all", between(0, 1024));
  return predict;
}

void predict_map(const PredictOptions& options) {
  const Checkpoint checkpoint = load_checkpoint(options.checkpoint);
  const CostNetSettings settings = CostNetSettings::load(checkpoint);
  if (settings.head == "logits")
    fail<ValueError>(checkpoint.source(), ": a net of --rule none, which predicts no costs");
  Rng rng(1);
  CostNet net(settings, rng);
  net.load(checkpoint);

  const Image picture = to_rgb(read_image(options.map));
  const std::int64_t edge = WarcraftMaps::cell_pixels * settings.size;
  if (picture.height() != edge || picture.width() != edge)
    fail<ShapeError>(shown_path(options.map), ": ", picture.width(), " x ", picture.height(),
                     " pixels, but the net of ", checkpoint.source(), " takes maps of ", settings.size, " x ",
                     settings.size, " cells, ", edge, " x ", edge, " pixels");

  Tape tape(Gradients::off);
  PathFinder finder(settings);
  const std::int64_t first = 0;
  const Tensor& costs = predict(net, as_set(picture, settings.size), {&first, 1}, tape);
  const Tensor& path = finder(costs);

  create_folder(options.out);
  const auto file = [&](const char* name) { return options.out / name; };
  const auto [low, high] = std::minmax_element(costs.values().begin(), costs.values().end());
  const int factor = std::max(1, 384 / picture.height());
  write_png(file("costs.png"), draw_costs(costs.values(), settings.size, static_cast<double>(*low),
                                          static_cast<double>(*high), 8 * factor));
  write_png(file("path.png"), draw_path(picture, path.values(), factor, predicted_path_color));
  write_file(file("cells.csv"), cell_table(costs, path, settings.size));
  const auto sum = [](const Tensor& x, const Tensor& y) {
    return std::inner_product(x.data(), x.data() + x.size(), y.data(), 0.0);
  };
  const Record record = {{"app", "warcraft"},
                         {"checkpoint", options.checkpoint.string()},
                         {"map", options.map.string()},
                         {"net", settings.net},
                         {"head", settings.head},
                         {"size", settings.size},
                         {"path_cells", static_cast<std::int64_t>(sum(path, path))},
                         {"path_cost", sum(costs, path)},
                         {"lowest_cost", *low},
                         {"highest_cost", *high}};
  write_file(file("prediction.json"), to_json(record));
  std::cout << "path of " << record[6].second.text() << " cells, predicted cost " << record[7].second.short_text()
            << "; see " << options.out.string() << '\n';
}

}  // namespace cotape::app
