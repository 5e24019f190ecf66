#include "readers.h"

#include <cotape/data/formats/csv.h>
#include <cotape/data/formats/dimacs.h>
#include <cotape/data/formats/idx.h>
#include <cotape/data/formats/keypoints.h>
#include <cotape/data/formats/knapsack_file.h>
#include <cotape/data/formats/mps.h>
#include <cotape/data/formats/npy.h>
#include <cotape/data/formats/npz.h>
#include <cotape/data/formats/orlib.h>
#include <cotape/data/formats/qaplib.h>
#include <cotape/data/formats/tsplib.h>
#include <cotape/data/formats/word2vec.h>
#include <cotape/data/formats/zip.h>
#include <cotape/data/pictures/image.h>
#include <cotape/data/sets/capitals.h>
#include <cotape/data/sets/cifar10.h>
#include <cotape/data/sets/energy_prices.h>
#include <cotape/data/sets/eraser.h>
#include <cotape/data/sets/label_ranking.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/data/sets/reviews.h>
#include <cotape/data/sets/warcraft.h>
#include <cotape/data/text/words.h>
#include <cotape/nn/train/metrics.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/serialize.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <type_traits>

#include "../temporary_folder.h"

using namespace cotape;

namespace {

// Where inputs become files, for readers that take a path.
const TemporaryFolder& folder() {
  static const TemporaryFolder folder;
  return folder;
}

// What was read, as bytes.
class Bytes {
 public:
  Bytes& add(std::string_view text) {
    bytes_.append(text).push_back('\0');
    return *this;
  }
  Bytes& add(double number) { return add_values(std::span<const double>(&number, 1)); }
  Bytes& add(const Shape& shape) { return add(to_string(shape)); }
  Bytes& add(const Tensor& tensor) {
    return add(tensor.shape())
        .add_values(std::span<const real>(tensor.data(), static_cast<std::size_t>(tensor.size())));
  }
  template <class T>
  Bytes& add_values(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return *this;
  }
  template <class T>
  Bytes& add_values(const std::vector<T>& values) {
    return add_values(std::span<const T>(values));
  }
  Bytes& add_texts(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text);
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string idx(std::string_view input) {
  const IdxArray array = read_idx(folder().put("input.idx", input));
  Bytes bytes;
  bytes.add(array.shape);
  std::visit([&](const auto& values) { bytes.add_values(values); }, array.values);
  return bytes.take();
}

std::string npy(std::string_view input) {
  const NpyArray array = read_npy(folder().put("input.npy", input));
  Bytes bytes;
  bytes.add(array.shape);
  std::visit([&](const auto& values) { bytes.add_values(values); }, array.values);
  return bytes.take();
}

std::string npz(std::string_view input) {
  Bytes bytes;
  for (const auto& [name, array] : read_npz(folder().put("input.npz", input))) {
    bytes.add(name).add(array.shape);
    std::visit([&](const auto& values) { bytes.add_values(values); }, array.values);
  }
  return bytes.take();
}

std::string zip(std::string_view input) {
  const ZipFile archive(folder().put("input.zip", input));
  Bytes bytes;
  for (const ZipMember& member : archive.members()) bytes.add(member.name).add(archive.read(member));
  return bytes.take();
}

std::string picture_classes(std::string_view input) {
  const PictureClasses set = read_picture_classes(folder().put("input.zip", input), 3);
  return Bytes()
      .add_values(set.pixels)
      .add_values(set.classes)
      .add_texts(set.class_names)
      .add_values(set.groups)
      .add_texts(set.group_names)
      .take();
}

std::string energy_prices(std::string_view input) {
  const EnergyPrices read = read_energy_prices(folder().put("input.npz", input));
  return Bytes().add_values(read.weights).add(read.features).add(read.prices).take();
}

std::string csv(std::string_view input) {
  const CsvTable table = read_csv(folder().put("input.csv", input));
  return Bytes().add_texts(table.names).add(table.values).take();
}

std::string picture(std::string_view input) {
  const Image image = decode_image(input, "input");
  return Bytes().add(image.height()).add(image.width()).add(image.channels()).add_values(image.bytes()).take();
}

std::string tsplib(std::string_view input) {
  constexpr std::int64_t max_cities = 100;  // whose distances are all computed
  const Tsplib problem = read_tsplib(folder().put("input.tsp", input));
  Bytes bytes;
  bytes.add(problem.name).add(problem.comment).add(static_cast<double>(problem.cities)).add(name_of(problem.weights));
  bytes.add_values(problem.coordinates).add_values(problem.matrix).add_values(problem.displayed);
  if (problem.cities <= max_cities) bytes.add_values(problem.distances());
  return bytes.take();
}

std::string word2vec(std::string_view input) {
  const WordVectors table = read_word2vec(folder().put("input.vec", input));
  return Bytes().add_texts(table.words).add(table.vectors).take();
}

std::string orlib_assignment(std::string_view input) {
  const OrlibAssignment problem = read_orlib_assignment(folder().put("input.txt", input));
  return Bytes().add(static_cast<double>(problem.n)).add_values(problem.costs).take();
}

std::string keypoints(std::string_view input) {
  Bytes bytes;
  for (const Keypoint& point : read_keypoints(folder().put("input.txt", input), 300, 400))
    bytes.add(point.x).add(point.y);
  return bytes.take();
}

std::string qaplib(std::string_view input) {
  const QaplibProblem problem = read_qaplib(folder().put("input.dat", input));
  return Bytes().add(static_cast<double>(problem.n)).add_values(problem.flow).add_values(problem.distance).take();
}

std::string knapsack(std::string_view input) {
  const KnapsackFile problem = read_knapsack(folder().put("input.knapsack", input));
  return Bytes().add(problem.capacity).add_values(problem.values).add_values(problem.weights).take();
}

std::string dimacs(std::string_view input) {
  const DimacsMaxFlow problem = read_dimacs_max_flow(folder().put("input.max", input));
  Bytes bytes;
  for (const std::int64_t number : {problem.nodes, problem.source, problem.target})
    bytes.add(static_cast<double>(number));
  for (const DimacsMaxFlow::Arc& arc : problem.arcs)
    bytes.add(static_cast<double>(arc.from)).add(static_cast<double>(arc.to)).add(arc.capacity);
  return bytes.take();
}

std::string mps_in(MpsForm form, std::string_view input) {
  const MpsProgram program = read_mps(folder().put("input.mps", input), form);
  Bytes bytes;
  bytes.add(program.name).add(program.objective).add(double(program.maximise)).add(program.constant);
  for (const MpsProgram::Variable& x : program.variables)
    bytes.add(x.name).add(x.cost).add(x.lower).add(x.upper).add(double(x.integer));
  for (const MpsProgram::Row& row : program.rows) {
    bytes.add(row.name).add(row.lower).add(row.upper);
    for (const auto& [variable, factor] : row.terms) bytes.add(static_cast<double>(variable)).add(factor);
  }
  return bytes.take();
}
std::string mps(std::string_view input) { return mps_in(MpsForm::free, input); }
std::string mps_fixed(std::string_view input) { return mps_in(MpsForm::fixed, input); }

std::string rankings(std::string_view input) {
  const LabelRanking table = read_label_ranking(folder().put("input.csv", input));
  return Bytes()
      .add_texts(table.feature_names)
      .add_texts(table.label_names)
      .add(table.features)
      .add(table.ranks)
      .take();
}

// What is read is written and read again, and must be the same.
std::string safetensors(std::string_view input) {
  const Checkpoint checkpoint = from_safetensors(input, "input");
  const std::string bytes = to_safetensors(checkpoint);
  if (!(from_safetensors(bytes, "again") == checkpoint)) throw std::logic_error("a checkpoint changed on its way");
  return bytes;
}

// Puts the three files of pack_files() under these names.
void unpack_files(std::string_view input, const std::array<std::string, 3>& names) {
  const auto length = [&](std::size_t at) {
    const auto byte = [&](std::size_t i) {
      return i < input.size() ? static_cast<std::size_t>(static_cast<unsigned char>(input[i])) : 0;
    };
    return byte(at) | byte(at + 1) << 8;
  };
  const std::size_t first = length(0), second = length(2);
  input.remove_prefix(std::min<std::size_t>(4, input.size()));
  for (const auto& [name, size] :
       {std::pair(names[0], first), std::pair(names[1], second), std::pair(names[2], input.size())}) {
    folder().put(name, input.substr(0, size));
    input.remove_prefix(std::min(size, input.size()));
  }
}

std::string warcraft(std::string_view input) {
  unpack_files(input, {"train_maps.npy", "train_shortest_paths.npy", "train_vertex_weights.npy"});
  const WarcraftMaps maps = load_warcraft(folder().path(), WarcraftSplit::train);
  return Bytes()
      .add(static_cast<double>(maps.count))
      .add(static_cast<double>(maps.size))
      .add_values(maps.maps)
      .add_values(maps.paths)
      .add_values(maps.costs)
      .take();
}

std::string eraser(std::string_view input) {
  std::filesystem::create_directory(folder() / "docs");
  unpack_files(input, {"test.jsonl", "docs/a", "docs/b"});
  Bytes bytes;
  for (const EraserDocument& document : read_eraser(folder().path(), "test"))
    bytes.add(document.id).add(document.label).add_texts(document.tokens).add_values(document.marked);
  return bytes.take();
}

// The words of the texts too.
std::string reviews(std::string_view input) {
  Bytes bytes;
  for (const Review& review : read_reviews(folder().put("input.tsv", input))) {
    bytes.add(review.rating).add(review.id).add(review.text);
    for (const Word& word : words_of(review.text)) bytes.add(word.text);
  }
  return bytes.take();
}

std::string capitals(std::string_view input) {
  Bytes bytes;
  for (const Capital& capital : parse_capitals(input, "input")) {
    bytes.add(capital.code).add(capital.country).add(capital.name);
    bytes.add(capital.latitude).add(capital.longitude).add(capital.un_member);
  }
  return bytes.take();
}

std::string cifar10(std::string_view input) {
  const ImageSet set = read_cifar10(folder().put("input.bin", input));
  return Bytes().add(set.shape).add_values(set.images).add_values(set.labels).take();
}

std::string config(std::string_view input) {
  folder().put("config.json", input);
  folder().put("checkpoint.safetensors", "");
  RunFolder(folder().path(), "--")
      .check_resume({{"seed", 1}, {"lr", 0.5}, {"rule", "identity"}, {"resumed", false}, {"epochs", 3}});
  return "the same settings";
}

std::string metrics(std::string_view input) {
  const Metrics table = Metrics::read(folder().put("metrics.csv", input));
  Bytes bytes;
  bytes.add_texts(table.columns());
  for (const std::vector<double>& row : table.rows()) bytes.add_values(row);
  return bytes.take();
}

constexpr Reader of_library[] = {
    {"idx", idx},
    {"npy", npy},
    {"npz", npz},
    {"zip", zip},
    {"picture_classes", picture_classes},
    {"energy_prices", energy_prices},
    {"csv", csv},
    {"picture", picture},
    {"tsplib", tsplib},
    {"rankings", rankings},
    {"safetensors", safetensors},
    {"warcraft", warcraft},
    {"capitals", capitals},
    {"config", config},
    {"metrics", metrics},
    {"knapsack", knapsack},
    {"dimacs", dimacs},
    {"mps", mps},
    {"mps_fixed", mps_fixed},
    {"orlib_assignment", orlib_assignment},
    {"keypoints", keypoints},
    {"qaplib", qaplib},
    {"word2vec", word2vec},
    {"reviews", reviews},
    {"eraser", eraser},
    {"cifar10", cifar10},
};

}  // namespace

std::span<const Reader> readers() {
  static const std::vector<Reader> all = [] {
    std::vector<Reader> list(std::begin(of_library), std::end(of_library));
    for (const Reader& reader : readers_of_programs()) list.push_back(reader);
    return list;
  }();
  return all;
}

const Reader& find_reader(std::string_view name) {
  std::string names;
  for (const Reader& reader : readers()) {
    if (reader.name == name) return reader;
    names.append(" ").append(reader.name);
  }
  throw std::invalid_argument("no reader \"" + std::string(name) + "\" among" + names);
}

std::string pack_files(std::string_view first, std::string_view second, std::string_view third) {
  std::string packed;
  for (const std::size_t size : {first.size(), second.size()}) {
    packed += static_cast<char>(size & 255);
    packed += static_cast<char>(size >> 8 & 255);
  }
  return packed.append(first).append(second).append(third);
}
