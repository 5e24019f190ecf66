#include <cotape/data/formats/npy.h>
#include <cotape/data/sets/warcraft.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t channels = 3;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string file_start(WarcraftSplit split, std::string_view what) {
  return std::string(to_string(split)) + "_" + std::string(what);
}

bool has_maps(const fs::path& folder, WarcraftSplit split) {
  const std::string start = file_start(split, "maps");
  return is_there(folder / (start + ".npy")) || is_there(folder / (start + "_part0.npy"));
}

// The folder that holds the files: this one, or one in it named after a size.
fs::path find_folder(const fs::path& folder, WarcraftSplit split, std::int64_t size) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) fail<FileError>(shown_path(folder), ": no such folder");
  if (has_maps(folder, split)) return folder;
  if (size > 0) {
    const std::string name = std::to_string(size) + "x" + std::to_string(size);
    if (has_maps(folder / name, split)) return folder / name;
    fail<FileError>(shown_path(folder), ": no ", file_start(split, "maps"), ".npy or …_part0.npy, neither here nor in ",
                    name);
  }
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (has_maps(entry.path(), split)) found.push_back(entry.path());
  if (found.size() == 1) return found[0];
  fail<FileError>(shown_path(folder), ": ", found.size(), " folders with ", file_start(split, "maps"),
                  found.empty() ? ".npy or …_part0.npy" : ".npy: give a size");
}

// One array of a split, in one file or several, all of whose headers have been read.
struct Pieces {
  std::deque<NpyFile> files;
  std::int64_t count = 0;

  const std::string& name() const { return files[0].name(); }
  const Shape& shape() const { return files[0].shape(); }
};

Pieces open_pieces(const fs::path& folder, WarcraftSplit split, std::string_view what, int axes) {
  const std::string start = file_start(split, what);
  Pieces pieces;
  if (is_there(folder / (start + ".npy"))) {
    pieces.files.emplace_back(folder / (start + ".npy"));
  } else {
    for (int part = 0;; ++part) {
      const fs::path path = folder / (start + "_part" + std::to_string(part) + ".npy");
      if (!is_there(path)) break;
      pieces.files.emplace_back(path);
    }
    if (pieces.files.empty()) fail<FileError>(shown_path(folder / start), ".npy: no such file, nor with _part0");
  }
  for (const NpyFile& file : pieces.files) {
    if (file.shape().rank() != axes) file.fail_at(0, "an array of shape ", file.shape(), ", expected ", axes, " axes");
    if (file.shape().without(0) != pieces.shape().without(0))
      file.fail_at(0, "an array of shape ", file.shape(), " beside ", pieces.shape(), " in ", pieces.name());
    pieces.count += file.shape()[0];
  }
  return pieces;
}

// All values, one piece after the other; check(file, values) sees each before the next one is read.
template <class T, class Check>
std::vector<T> read_pieces(Pieces pieces, Check check) {
  std::int64_t size = 0;
  for (const NpyFile& file : pieces.files) size += file.shape().size();
  std::vector<T> values(static_cast<std::size_t>(size));
  std::span<T> rest(values);
  for (; !pieces.files.empty(); pieces.files.pop_front()) {  // frees a file's bytes before the next one's are needed
    NpyFile& file = pieces.files.front();
    const auto own = rest.first(static_cast<std::size_t>(file.shape().size()));
    file.read(own);
    check(file, std::span<const T>(own));
    rest = rest.subspan(own.size());
  }
  return values;
}

void check_paths(const NpyFile& file, std::span<const std::uint8_t> paths) {
  const std::int64_t k = file.shape()[1];
  const auto bad = std::find_if(paths.begin(), paths.end(), [](int x) { return x > 1; }) - paths.begin();
  if (bad < std::ssize(paths))
    fail<FileError>(file.name(), ": path ", bad / (k * k), " has ", int{paths[bad]}, " at (", bad / k % k, ", ",
                    bad % k, "), neither 0 nor 1");
  for (std::int64_t i = 0; i < file.shape()[0]; ++i)
    if (!paths[i * k * k] || !paths[(i + 1) * k * k - 1])
      fail<FileError>(file.name(), ": path ", i, " does not hold the top left and the bottom right cell");
}

void check_costs(const NpyFile& file, std::span<const float> costs) {
  const std::int64_t k = file.shape()[1];
  const auto bad =
      std::find_if(costs.begin(), costs.end(), [](float x) { return !(x >= 0 && std::isfinite(x)); }) - costs.begin();
  if (bad < std::ssize(costs))
    fail<FileError>(file.name(), ": map ", bad / (k * k), " has the cost ", costs[bad], " at (", bad / k % k, ", ",
                    bad % k, "), not a finite number >= 0");
}

void check_indices(const WarcraftMaps& maps, std::span<const std::int64_t> indices) {
  for (const std::int64_t index : indices)
    if (index < 0 || index >= maps.count)
      fail<ValueError>("warcraft: example ", index, " is outside 0 … ", maps.count - 1);
}

void check_batch(const WarcraftMaps& maps, std::span<const std::int64_t> indices, const Tensor& out,
                 const Shape& shape) {
  if (out.shape() != shape) fail<ShapeError>("warcraft: a batch of shape ", out.shape(), ", expected ", shape);
  check_indices(maps, indices);
}

template <class T>
std::span<const T> part(const std::vector<T>& values, std::int64_t index, std::int64_t size) {
  return std::span(values).subspan(static_cast<std::size_t>(index * size), static_cast<std::size_t>(size));
}

template <class T>
void fill_cells(const WarcraftMaps& maps, const std::vector<T>& values, std::span<const std::int64_t> indices,
                Tensor& out) {
  const std::int64_t rows = std::ssize(indices), cells = maps.size * maps.size;
  check_batch(maps, indices, out, {rows, maps.size, maps.size});
  for (std::int64_t row = 0; row < rows; ++row)
    std::ranges::transform(part(values, indices[row], cells), out.data() + row * cells,
                           [](T value) { return static_cast<real>(value); });
}

// A square image of edge n with `depth` values a pixel, mirrored as copy_mirrored() says.
template <class T>
void mirror(const T* from, std::int64_t n, std::int64_t depth, std::uint8_t mirrors, T* to) {
  const bool transposed = mirrors == 1 || mirrors == 2, reversed = (mirrors & 2) != 0;
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t column = 0; column < n; ++column, to += depth) {
      const std::int64_t pixel = transposed ? column * n + row : row * n + column;
      std::copy_n(from + (reversed ? n * n - 1 - pixel : pixel) * depth, depth, to);
    }
}

}  // namespace

std::string_view to_string(WarcraftSplit split) {
  return split == WarcraftSplit::train ? "train" : split == WarcraftSplit::val ? "val" : "test";
}

std::span<const std::uint8_t> WarcraftMaps::map(std::int64_t index) const {
  return part(maps, index, channels * pixels() * pixels());
}
std::span<const std::uint8_t> WarcraftMaps::path(std::int64_t index) const { return part(paths, index, size * size); }
std::span<const float> WarcraftMaps::cost(std::int64_t index) const { return part(costs, index, size * size); }

WarcraftMaps load_warcraft(const fs::path& folder, WarcraftSplit split, std::int64_t size) {
  const fs::path place = find_folder(folder, split, size);
  Pieces maps = open_pieces(place, split, "maps", 4);
  Pieces paths = open_pieces(place, split, "shortest_paths", 3);
  Pieces costs = open_pieces(place, split, "vertex_weights", 3);
  WarcraftMaps out;
  out.count = maps.count;
  out.size = maps.shape()[1] / WarcraftMaps::cell_pixels;
  const Shape pictures = {maps.count, out.pixels(), out.pixels(), channels};
  if (maps.count == 0 || out.size == 0 || maps.shape().without(0) != pictures.without(0))
    fail<FileError>(maps.name(), ": shape ", maps.shape(), ", expected [N,8k,8k,3]");
  if (size > 0 && out.size != size)
    fail<FileError>(maps.name(), ": maps of ", out.size, "x", out.size, " cells, not ", size, "x", size);
  for (const Pieces* cells : {&paths, &costs}) {
    const Shape expected = {maps.count, out.size, out.size};
    if (cells->count != maps.count || cells->shape().without(0) != expected.without(0))
      fail<FileError>(cells->name(), ": shape ", cells->shape().with(0, cells->count), ", expected ", expected,
                      " for the maps of shape ", maps.shape().with(0, maps.count), " in ", maps.name());
  }
  out.maps = read_pieces<std::uint8_t>(std::move(maps), [](const NpyFile&, std::span<const std::uint8_t>) {});
  out.paths = read_pieces<std::uint8_t>(std::move(paths), check_paths);
  out.costs = read_pieces<float>(std::move(costs), check_costs);
  return out;
}

void save_warcraft(const fs::path& folder, WarcraftSplit split, const WarcraftMaps& maps) {
  const Shape pictures = {maps.count, maps.pixels(), maps.pixels(), channels};
  const Shape cells = {maps.count, maps.size, maps.size};
  if (std::ssize(maps.costs) != cells.size())
    fail<ShapeError>("warcraft: ", maps.costs.size(), " costs for shape ", cells);
  const auto path_of = [&](std::string_view what) { return folder / (file_start(split, what) + ".npy"); };
  std::vector<Half> costs(maps.costs.size());
  std::ranges::transform(maps.costs, costs.begin(), [](float cost) { return Half(cost); });
  write_npy(path_of("maps"), pictures, std::span(maps.maps));
  write_npy(path_of("shortest_paths"), cells, std::span(maps.paths));
  write_npy(path_of("vertex_weights"), cells, std::span<const Half>(costs));
}

void copy_mirrored(const WarcraftMaps& maps, std::span<const std::int64_t> indices,
                   std::span<const std::uint8_t> mirrors, WarcraftMaps& out) {
  if (mirrors.size() != indices.size())
    fail<ShapeError>("warcraft: ", mirrors.size(), " mirrors for ", indices.size(), " maps");
  check_indices(maps, indices);
  out.count = std::ssize(indices);
  out.size = maps.size;
  const std::int64_t pixels = maps.pixels(), cells = maps.size * maps.size;
  out.maps.resize(static_cast<std::size_t>(out.count * pixels * pixels * channels));
  out.paths.resize(static_cast<std::size_t>(out.count * cells));
  out.costs.resize(static_cast<std::size_t>(out.count * cells));
  parallel_for(out.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t index = indices[b];
      const std::uint8_t how = mirrors[b];
      mirror(maps.map(index).data(), pixels, channels, how, out.maps.data() + b * pixels * pixels * channels);
      mirror(maps.path(index).data(), maps.size, 1, how, out.paths.data() + b * cells);
      mirror(maps.cost(index).data(), maps.size, 1, how, out.costs.data() + b * cells);
    }
  });
}

ChannelMoments channel_moments(const WarcraftMaps& maps) {
  if (maps.count == 0) fail<ValueError>("channel_moments: no maps");
  constexpr std::int64_t block = std::int64_t{1} << 16;                // of pixels: its sums of squares fit 32 bits
  std::array<std::atomic<std::uint64_t>, channels> sums{}, squares{};  // whole numbers: no order of addition matters
  const std::int64_t n = std::ssize(maps.maps) / channels;
  parallel_for(n, block, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = 0; c < channels; ++c) {
      std::uint64_t sum = 0, square = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        const std::uint32_t value = maps.maps[static_cast<std::size_t>(channels * i + c)];
        sum += value;
        square += value * value;
      }
      sums[c] += sum;
      squares[c] += square;
    }
  });
  ChannelMoments moments;
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(sums[c]) / static_cast<double>(n);
    const double variance = static_cast<double>(squares[c]) / static_cast<double>(n) - mean * mean;
    moments.mean[c] = static_cast<float>(mean);
    moments.deviation[c] = static_cast<float>(std::sqrt(std::max(variance, 0.0)));
  }
  return moments;
}

void fill_maps(const WarcraftMaps& maps, std::span<const std::int64_t> indices, const ChannelMoments& moments,
               Tensor& out) {
  const std::int64_t rows = std::ssize(indices);
  check_batch(maps, indices, out, {rows, maps.pixels(), maps.pixels(), channels});
  std::array<std::array<real, 256>, channels> normalised;
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const float deviation = moments.deviation[c] > 0 ? moments.deviation[c] : 1;
      normalised[c][byte] = static_cast<real>((static_cast<float>(byte) - moments.mean[c]) / deviation);
    }
  parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const auto bytes = maps.map(indices[row]);
      real* const to = out.data() + row * std::ssize(bytes);
      for (std::size_t i = 0; i < bytes.size(); i += channels)
        for (std::size_t c = 0; c < channels; ++c) to[i + c] = normalised[c][bytes[i + c]];
    }
  });
}

void fill_paths(const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tensor& out) {
  fill_cells(maps, maps.paths, indices, out);
}

void fill_costs(const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tensor& out) {
  fill_cells(maps, maps.costs, indices, out);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
