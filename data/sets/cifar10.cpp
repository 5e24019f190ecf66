#include <cotape/data/formats/input_file.h>
#include <cotape/data/sets/cifar10.h>

#include <string>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t edge = 32, pixels = edge * edge, channels = 3, record = 1 + channels * pixels;
constexpr std::size_t max_records = 100'000;
constexpr int batches = 5;

// Behind those that are in the set.
void add_records(ImageSet& set, const std::filesystem::path& path) {
  InputFile file(path);
  const std::string bytes = file.read_rest(max_records * record);
  if (bytes.empty()) file.fail_at(0, "no images");
  if (const std::size_t left = bytes.size() % record; left != 0)
    file.fail_at(bytes.size() - left, "image ", bytes.size() / record + 1, " is cut off: ", left, " bytes of ", record);
  const std::size_t count = bytes.size() / record;
  std::size_t next = set.images.size();
  set.images.resize(next + count * channels * pixels);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * record;
    if (data[0] >= cifar10_names.size())
      file.fail_at(i * record, "label ", int{data[0]}, " of image ", i + 1, " is not below ", cifar10_names.size());
    set.labels.push_back(data[0]);
    for (std::size_t p = 0; p < pixels; ++p)
      for (std::size_t c = 0; c < channels; ++c) set.images[next++] = data[1 + c * pixels + p];
  }
  set.shape = Shape{std::ssize(set.labels), edge, edge, channels};
}

}  // namespace

bool has_cifar10(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "data_batch_1.bin", ignored);
}

ImageSet read_cifar10(const std::filesystem::path& path) {
  ImageSet set;
  add_records(set, path);
  return set;
}

ImageSet load_cifar10(const std::filesystem::path& folder, Cifar10Part part) {
  if (part == Cifar10Part::test) return read_cifar10(folder / "test_batch.bin");
  ImageSet set;
  for (int batch = 1; batch <= batches; ++batch)
    add_records(set, folder / ("data_batch_" + std::to_string(batch) + ".bin"));
  return set;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
