#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/json_text.h>
#include <cotape/nn/train/serialize.h>

#include <zlib.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iomanip>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian and written as in memory");

using Json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;               // as the format's own reader has it
constexpr std::uint64_t max_elements = (std::uint64_t{1} << 60) - 1;  // of a tensor: their bytes fit 63 bits
constexpr std::size_t max_name_bytes = 200;                           // of a tensor's name in a message
constexpr const char* sum_name = "cotape.crc32";
constexpr const char* tensors_sum_name = "cotape.tensors_crc32";
constexpr std::string_view no_sum = "00000000";
// The name in the header. Quotes inside JSON text are escaped, so nothing but the key can look like this.
constexpr std::string_view sum_key = "\"cotape.crc32\":\"";

std::uint32_t crc(std::uint32_t sum, std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// Where the digits of the checksum are.
std::optional<std::size_t> find_sum(std::string_view bytes) {
  const std::size_t key = bytes.find(sum_key);
  if (key == bytes.npos || key + sum_key.size() + no_sum.size() > bytes.size()) return {};
  return key + sum_key.size();
}

std::string digits_of(std::uint32_t sum) {
  std::ostringstream text;
  text << std::hex << std::setfill('0') << std::setw(static_cast<int>(no_sum.size())) << sum;
  return text.str();
}

// The sum of the file with zeros in place of its digits.
std::string checksum_of(std::string_view bytes, std::size_t digits) {
  const std::uint32_t sum = crc(crc(0, bytes.substr(0, digits)), no_sum);
  return digits_of(crc(sum, bytes.substr(digits + no_sum.size())));
}

// The sum of the tensors, whatever the header's form and their order in the file.
std::string checksum_of_tensors(const Checkpoint& checkpoint) {
  std::uint32_t sum = 0;
  for (const auto& [name, entry] : checkpoint.entries()) {
    std::ostringstream text;
    text << name << '\0' << to_string(entry.type) << ' ' << entry.shape;
    sum = crc(crc(sum, text.str()), entry.bytes);
  }
  return digits_of(sum);
}

// Wide elements first, so that every tensor lies at a multiple of its element size; then by name.
std::vector<const std::pair<const std::string, Checkpoint::Entry>*> in_file_order(const Checkpoint& checkpoint) {
  std::vector<const std::pair<const std::string, Checkpoint::Entry>*> order;
  for (const auto& entry : checkpoint.entries()) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(),
                   [](auto* a, auto* b) { return size_of(a->second.type) > size_of(b->second.type); });
  return order;
}

// The file; without the sum of its tensors as older versions wrote it.
std::string encode(const Checkpoint& checkpoint, bool with_tensors_sum) {
  if (checkpoint.contains("__metadata__")) fail<ValueError>("safetensors: the name __metadata__ is reserved");
  for (const char* name : {sum_name, tensors_sum_name})
    if (checkpoint.texts().count(name)) fail<ValueError>("safetensors: the text name ", name, " is reserved");
  nlohmann::ordered_json header;  // in the order of the data
  header["__metadata__"] = checkpoint.texts();
  header["__metadata__"][sum_name] = no_sum;
  if (with_tensors_sum) header["__metadata__"][tensors_sum_name] = checksum_of_tensors(checkpoint);
  const auto order = in_file_order(checkpoint);
  std::uint64_t end = 0;
  for (const auto* named : order) {
    const auto& [name, entry] = *named;
    const std::uint64_t begin = std::exchange(end, end + entry.bytes.size());
    header[name] = {{"dtype", to_string(entry.type)}, {"shape", entry.shape.sizes()}, {"data_offsets", {begin, end}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::type_error&) {
    fail<ValueError>("safetensors: a name or text is not UTF-8");
  }
  text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  bytes.reserve(length_bytes + length + end);
  bytes += text;
  for (const auto* named : order) bytes += named->second.bytes;
  const std::size_t digits = *find_sum(bytes);
  bytes.replace(digits, no_sum.size(), checksum_of(bytes, digits));
  return bytes;
}

// Checks and takes apart a file; remembers where it is for errors.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& source, Checksum checksum)
      : bytes_(bytes), source_(source), checksum_(checksum) {}

  Checkpoint read() {
    const Json header = parse_header();
    Checkpoint checkpoint(source_);
    std::vector<Extent> extents;
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__")
        read_texts(value, checkpoint);
      else
        extents.push_back(read_extent(name, value));
    }
    check_cover(extents);
    for (Extent& extent : extents) {
      extent.entry.bytes = data_.substr(extent.begin, extent.end - extent.begin);
      checkpoint.put(extent.name, std::move(extent.entry));
    }
    if (checksum_ != Checksum::ignored) check_sum(checkpoint);
    return checkpoint;
  }

 private:
  struct Extent {
    std::string name;
    Checkpoint::Entry entry;
    std::uint64_t begin, end;
  };

  template <class... Parts>
  [[noreturn]] void refuse(std::size_t byte, const Parts&... parts) const {
    fail<FileError>(source_, ": byte ", byte, ": ", parts...);
  }
  template <class... Parts>
  [[noreturn]] void refuse_tensor(const std::string& name, const Parts&... parts) const {
    const std::size_t key = header_.find(Json(name).dump() + ":");
    refuse(length_bytes + (key == header_.npos ? 0 : key), "tensor ", quoted(name), ": ", parts...);
  }
  static std::string quoted(const std::string& name) { return '"' + shown(name, max_name_bytes) + '"'; }

  Json parse_header() {
    std::uint64_t length = 0;
    if (bytes_.size() < length_bytes) refuse(bytes_.size(), "the file ends within the length of its header");
    std::memcpy(&length, bytes_.data(), length_bytes);
    if (length > bytes_.size() - length_bytes)
      refuse(0, "header length ", length, " reaches beyond the ", bytes_.size(), " bytes of the file");
    if (length > max_header_bytes) refuse(0, "header length ", length, " is beyond the limit of ", max_header_bytes);
    header_ = bytes_.substr(length_bytes, length);
    data_ = bytes_.substr(length_bytes + length);
    if (!header_.starts_with('{')) refuse(length_bytes, "the header does not begin with '{'");
    if (const auto fault = find_json_fault(header_)) refuse(length_bytes + fault->byte, "the header ", fault->what);
    return Json::parse(header_);
  }

  void read_texts(const Json& value, Checkpoint& checkpoint) {
    if (value.is_null()) return;  // the format allows it for "none"
    if (!value.is_object()) refuse(length_bytes, "__metadata__ is not an object");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) refuse(length_bytes, "__metadata__ ", quoted(key), " is not a string");
      if (key == sum_name)
        sum_ = text.get<std::string>();
      else if (key == tensors_sum_name)
        tensors_sum_ = text.get<std::string>();
      else
        checkpoint.put_text(key, text.get<std::string>());
    }
  }

  Extent read_extent(const std::string& name, const Json& value) const {
    for (const char* key : {"dtype", "shape", "data_offsets"})
      if (!value.is_object() || !value.contains(key)) refuse_tensor(name, "no ", key);
    Extent extent{name, {read_type(name, value["dtype"]), {}, {}}, 0, 0};
    const std::vector<std::uint64_t> sizes = read_numbers(name, "shape", value["shape"]);
    const std::uint64_t bytes = check_sizes(name, sizes, size_of(extent.entry.type));
    extent.entry.shape = Shape(std::vector<std::int64_t>(sizes.begin(), sizes.end()));
    const std::vector<std::uint64_t> offsets = read_numbers(name, "data_offsets", value["data_offsets"]);
    if (offsets.size() != 2) refuse_tensor(name, "data_offsets has ", offsets.size(), " numbers, not 2");
    extent.begin = offsets[0];
    extent.end = offsets[1];
    if (extent.begin > extent.end || extent.end > data_.size())
      refuse_tensor(name, "data_offsets [", extent.begin, ',', extent.end, "] are not within the ", data_.size(),
                    " bytes of data");
    if (extent.end - extent.begin != bytes)
      refuse_tensor(name, "data_offsets [", extent.begin, ',', extent.end, "] hold ", extent.end - extent.begin,
                    " bytes, but shape ", extent.entry.shape, " of ", to_string(extent.entry.type), " needs ", bytes);
    return extent;
  }

  Checkpoint::Type read_type(const std::string& name, const Json& value) const {
    using enum Checkpoint::Type;
    if (!value.is_string()) refuse_tensor(name, "dtype is not a string");
    for (const Checkpoint::Type type : {f32, f64, i64, u64, f16, bf16})
      if (value == to_string(type)) return type;
    refuse_tensor(name, "dtype ", quoted(value.get<std::string>()), " is not F32, F64, F16, BF16, I64 or U64");
  }

  std::vector<std::uint64_t> read_numbers(const std::string& name, const char* key, const Json& value) const {
    const bool valid = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const Json& number) { return number.is_number_unsigned(); });
    if (!valid) refuse_tensor(name, key, " is not a list of whole numbers >= 0");
    return value.get<std::vector<std::uint64_t>>();
  }

  // The bytes of a tensor. The product must be representable even without the sizes that are 0.
  std::uint64_t check_sizes(const std::string& name, const std::vector<std::uint64_t>& sizes,
                            std::int64_t element) const {
    if (sizes.size() > Shape::max_rank)
      refuse_tensor(name, "shape has ", sizes.size(), " axes, at most ", Shape::max_rank, " are possible");
    std::uint64_t elements = 1;
    for (const std::uint64_t size : sizes) {
      if (size > max_elements / elements) refuse_tensor(name, "shape overflows: size ", size);
      elements *= std::max<std::uint64_t>(size, 1);
    }
    return std::count(sizes.begin(), sizes.end(), 0) > 0 ? 0 : elements * static_cast<std::uint64_t>(element);
  }

  // The tensors, in the order of their data, must follow one another from the first byte of data to the last.
  void check_cover(std::vector<Extent>& extents) const {
    std::stable_sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    const std::size_t start = length_bytes + header_.size();
    std::uint64_t end = 0;
    for (const Extent& extent : extents) {
      if (extent.begin != end)
        refuse(start + extent.begin, "tensor ", quoted(extent.name), " begins at ", extent.begin,
               extent.begin < end ? ": it overlaps the one before, which ends at "
                                  : ": a gap after the one before, which ends at ",
               end);
      end = extent.end;
    }
    if (end != data_.size()) refuse(start + end, data_.size() - end, " bytes after the last tensor");
  }

  void check_sum(const Checkpoint& checkpoint) const {
    if (!sum_) {
      if (checksum_ == Checksum::required || tensors_sum_)
        refuse(length_bytes, "the checksum ", sum_name,
               " is missing: the file is damaged, or cotape has not written it");
      return;
    }
    const std::optional<std::size_t> digits = find_sum(bytes_);
    if (digits && checksum_of(bytes_, *digits) == *sum_) return;
    refuse(digits.value_or(length_bytes), "the checksum ", quoted(*sum_),
           " does not fit the file: ", difference(checkpoint));
  }

  // What the file's content, written anew, tells about where it differs from what the sums were made of.
  std::string difference(const Checkpoint& checkpoint) const {
    const std::string accept = "; Checksum::ignored loads it";
    const std::string written = encode(checkpoint, tensors_sum_.has_value());
    if (written.substr(*find_sum(written), no_sum.size()) == *sum_)
      return "another program wrote its header in another form, tensors and texts are unchanged" + accept;
    if (!tensors_sum_) return "it is damaged, or another program has changed it" + accept;
    if (checksum_of_tensors(checkpoint) == *tensors_sum_)
      return "its texts have been changed, the tensors have not" + accept;
    return "it is damaged, its tensors have changed";
  }

  std::string_view bytes_;
  std::string_view header_;
  std::string_view data_;
  std::optional<std::string> sum_, tensors_sum_;
  const std::string& source_;
  Checksum checksum_;
};

}  // namespace

std::string to_safetensors(const Checkpoint& checkpoint) { return encode(checkpoint, true); }

Checkpoint from_safetensors(std::string_view bytes, const std::string& source, Checksum checksum) {
  return Reader(bytes, source, checksum).read();
}

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  write_file(path, to_safetensors(checkpoint));
}

Checkpoint load_checkpoint(const std::filesystem::path& path, Checksum checksum) {
  return from_safetensors(read_file(path), shown_path(path), checksum);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
