#include <cotape/engine/base/error.h>
#include <cotape/nn/train/serialize.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

Checkpoint example() {
  Checkpoint checkpoint;
  checkpoint.put("model.weight", Tensor({2, 3}, {1, -2, 0.5, std::nextafter(real(1), real(2)),
                                                 std::numeric_limits<real>::denorm_min(), -real(0)}));
  checkpoint.put("model.bias", Tensor({0}));
  checkpoint.put("model.scalar", Tensor::scalar(7));
  checkpoint.put_number("loss sum", 0.1 + 0.2);
  checkpoint.put_integer("step", std::numeric_limits<std::int64_t>::min() + 1);
  Rng rng(~std::uint64_t{0}, (std::uint64_t{1} << 53) + 1);
  rng.seek(~std::uint64_t{0} - 1);
  checkpoint.put("rng.noise", rng);
  checkpoint.put_text("options", "{\"k\": 10}\nline \"two\"");
  return checkpoint;
}

// A file from its header and data, as another program would write it.
std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string refusal(std::string_view bytes) {
  try {
    from_safetensors(bytes, "x.safetensors");
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

std::string header_refusal(const std::string& header, std::size_t data_bytes = 8) {
  return refusal(file_of(header, std::string(data_bytes, '\0')));
}

}  // namespace

TEST_CASE("safetensors: what is written comes back bit for bit") {
  const Checkpoint original = example();
  const std::string bytes = to_safetensors(original);
  const Checkpoint loaded = from_safetensors(bytes, "x.safetensors");
  CHECK(loaded == original);  // entries are compared as bytes
  CHECK(loaded.source() == "x.safetensors");
  CHECK(to_safetensors(loaded) == bytes);
  CHECK(loaded.tensor("model.weight") == original.tensor("model.weight"));
  CHECK(std::signbit(loaded.tensor("model.weight")[5]));
  CHECK(loaded.number("loss sum") == 0.1 + 0.2);
  CHECK(loaded.integer("step") == std::numeric_limits<std::int64_t>::min() + 1);
  CHECK(loaded.rng("rng.noise") == original.rng("rng.noise"));
  CHECK(loaded.rng("rng.noise").index() == ~std::uint64_t{0} - 1);
  CHECK(loaded.text("options") == "{\"k\": 10}\nline \"two\"");
  CHECK(from_safetensors(to_safetensors(Checkpoint{}), "") == Checkpoint{});
}

TEST_CASE("safetensors: the layout, byte for byte") {
  Checkpoint checkpoint;
  checkpoint.put("a", Tensor({2}, {1, -2}));
  checkpoint.put_integer("step", 3);
  checkpoint.put_text("k", "v");
  const std::string header =
      "{\"__metadata__\":{\"k\":\"v\",\"cotape.crc32\":\"########\",\"cotape.tensors_crc32\":\"########\"},"
      "\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
  const std::string bytes = to_safetensors(checkpoint);
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  REQUIRE(bytes.size() == 8 + padded + 16);
  CHECK(bytes.substr(0, 8) == std::string{static_cast<char>(padded), 0, 0, 0, 0, 0, 0, 0});
  std::string written = bytes.substr(8, padded);
  for (const char* sum : {"cotape.crc32\":\"", "tensors_crc32\":\""})
    written.replace(written.find(sum) + std::string_view(sum).size(), 8, "########");
  CHECK(written == header + std::string(padded - header.size(), ' '));
  const char data[] = "\x03\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\xc0";  // 3, 1.0f, −2.0f
  CHECK(bytes.substr(8 + padded) == std::string(data, 16));
}

TEST_CASE("safetensors: files of other programs are read, doubles turn into the library's numbers") {
  const double half = 0.5;
  std::string data(24, '\0');
  std::memcpy(data.data() + 16, &half, 8);
  const Checkpoint loaded =
      from_safetensors(file_of("{\"x\": {\"shape\": [1, 1], \"dtype\": \"F64\", \"data_offsets\": [16, 24]},"
                               " \"h\\u00e9\": {\"data_offsets\": [0, 16], \"dtype\": \"F32\", \"shape\": [4]}}   ",
                               data),
                       "x.safetensors");
  CHECK(loaded.tensor("x") == Tensor({1, 1}, {0.5}));
  CHECK(loaded.tensor("hé") == Tensor({4}));
  CHECK(loaded.entries().at("x").type == Checkpoint::Type::f64);
}

TEST_CASE("safetensors: a damaged or cut file is refused, wherever the damage is") {
  const Checkpoint original = example();
  const std::string bytes = to_safetensors(original);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(refusal(bytes.substr(0, size)) != "accepted");
  CHECK(refusal(bytes + '\0') != "accepted");
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int mask : {1, 0x20, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      CAPTURE(i);
      CHECK(refusal(damaged).starts_with("x.safetensors: byte "));
    }
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  CHECK(refusal(flipped).ends_with("does not fit the file: it is damaged, its tensors have changed"));
}

TEST_CASE("safetensors: errors name file, byte, tensor and rule") {
  CHECK(refusal("") == "x.safetensors: byte 0: the file ends within the length of its header");
  CHECK(refusal("1234567") == "x.safetensors: byte 7: the file ends within the length of its header");
  CHECK(refusal(std::string("\x03\0\0\0\0\0\0\0{}", 10)) ==
        "x.safetensors: byte 0: header length 3 reaches beyond the 10 bytes of the file");
  CHECK(refusal(std::string(8, '\xff')) ==
        "x.safetensors: byte 0: header length 18446744073709551615 reaches beyond the 8 bytes of the file");
  CHECK(header_refusal("") == "x.safetensors: byte 8: the header does not begin with '{'");
  CHECK(header_refusal("[]") == "x.safetensors: byte 8: the header does not begin with '{'");
  CHECK(header_refusal("{\"a\":!}") == "x.safetensors: byte 13: the header is not valid JSON");
  CHECK(header_refusal("{\"\xff\":{}}") == "x.safetensors: byte 10: the header is not valid JSON");
  CHECK(header_refusal("{\"a\":1e999}") == "x.safetensors: byte 8: the header has a number that is out of range");
  CHECK(header_refusal("{\"a\":" + std::string(20, '[')).ends_with("the header is not valid JSON"));
  // The header's own brace is one of 64 levels.
  const std::string deep = std::string(63, '[') + std::string(63, ']');
  CHECK(header_refusal("{\"a\":" + deep + "}") == "x.safetensors: byte 9: tensor \"a\": no dtype");
  for (const int levels : {64, 1'000'000})
    CHECK(header_refusal("{\"a\":" + std::string(levels, '[') + std::string(levels, ']') + "}") ==
          "x.safetensors: byte 76: the header is nested deeper than 64 levels");
  CHECK(header_refusal(std::string("{}\0{]", 5)) == "x.safetensors: byte 10: the header has a NUL byte");
  CHECK(header_refusal("{}") == "x.safetensors: byte 10: 8 bytes after the last tensor");
  CHECK(header_refusal("{\"__metadata__\":[]}") == "x.safetensors: byte 8: __metadata__ is not an object");
  CHECK(header_refusal("{\"__metadata__\":{\"k\":1}}") == "x.safetensors: byte 8: __metadata__ \"k\" is not a string");

  const std::string good = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
  CHECK(header_refusal("{\"a\":" + good + "}") == "accepted");
  CHECK(header_refusal("{\"a\":" + good + ",\"a\":" + good + "}") ==
        "x.safetensors: byte 8: the header has two entries \"a\"");
  const auto changed = [&](const std::string& part, const std::string& by) {
    std::string entry = good;
    entry.replace(entry.find(part), part.size(), by);
    const std::string message = header_refusal("{\"a\\n\":" + entry + "}");
    const std::string start = "x.safetensors: byte 9: tensor \"a\\n\": ";
    return message.starts_with(start) ? message.substr(start.size()) : message;
  };
  CHECK(changed("dtype", "type") == "no dtype");
  CHECK(changed("\"F32\"", "\"I32\"") == "dtype \"I32\" is not F32, F64, F16, BF16, I64 or U64");
  CHECK(changed("\"F32\"", "32") == "dtype is not a string");
  CHECK(changed("\"F32\"", std::string(60, '[') + std::string(60, ']')) == "dtype is not a string");
  CHECK(changed("[2]", "2") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[-2]") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[2.0]") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[1,1,1,1,1,1,1,1,2]") == "shape has 9 axes, at most 8 are possible");
  CHECK(changed("[2]", "[4294967296,4294967296]") == "shape overflows: size 4294967296");
  CHECK(changed("[2]", "[1152921504606846976]") == "shape overflows: size 1152921504606846976");
  CHECK(changed("[2]", "[9223372036854775808,0]") == "shape overflows: size 9223372036854775808");
  CHECK(changed("[2]", "[0,4611686018427387904]") == "shape overflows: size 4611686018427387904");
  CHECK(changed("[2]", "[3]") == "data_offsets [0,8] hold 8 bytes, but shape [3] of F32 needs 12");
  CHECK(changed("[0,8]", "[0,8,8]") == "data_offsets has 3 numbers, not 2");
  CHECK(changed("[0,8]", "[8,0]") == "data_offsets [8,0] are not within the 8 bytes of data");
  CHECK(changed("[0,8]", "[1,9]") == "data_offsets [1,9] are not within the 8 bytes of data");
  CHECK(changed("[0,8]", "[18446744073709551612,4]") ==
        "data_offsets [18446744073709551612,4] are not within the 8 bytes of data");

  // Two tensors of four bytes each, in nine bytes of data; `byte` counts from the first of them.
  const auto check_pair = [](const char* first, const char* second, std::size_t byte, const char* rule) {
    const auto entry = [](const char* offsets) {
      return "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + std::string(offsets) + "}";
    };
    const std::string header = "{\"a\":" + entry(first) + ",\"b\":" + entry(second) + "}";
    CHECK(header_refusal(header, 9) == "x.safetensors: byte " + std::to_string(8 + header.size() + byte) + ": " + rule);
  };
  check_pair("[0,4]", "[2,6]", 2, "tensor \"b\" begins at 2: it overlaps the one before, which ends at 4");
  check_pair("[4,8]", "[4,8]", 4, "tensor \"a\" begins at 4: a gap after the one before, which ends at 0");
  check_pair("[0,4]", "[5,9]", 5, "tensor \"b\" begins at 5: a gap after the one before, which ends at 4");
  check_pair("[0,4]", "[4,8]", 8, "1 bytes after the last tensor");
}

TEST_CASE("safetensors: what cannot be written is refused") {
  Checkpoint reserved;
  reserved.put_integer("__metadata__", 1);
  CHECK_THROWS_WITH_AS(to_safetensors(reserved), "safetensors: the name __metadata__ is reserved", ValueError);
  Checkpoint sum;
  sum.put_text("cotape.crc32", "");
  CHECK_THROWS_WITH_AS(to_safetensors(sum), "safetensors: the text name cotape.crc32 is reserved", ValueError);
  Checkpoint tensors_sum;
  tensors_sum.put_text("cotape.tensors_crc32", "");
  CHECK_THROWS_WITH_AS(to_safetensors(tensors_sum), "safetensors: the text name cotape.tensors_crc32 is reserved",
                       ValueError);
  Checkpoint bytes;
  bytes.put_text("k", "\xff");
  CHECK_THROWS_WITH_AS(to_safetensors(bytes), "safetensors: a name or text is not UTF-8", ValueError);
}

TEST_CASE("safetensors: files") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "run.safetensors";
  save_checkpoint(path, example());
  CHECK(load_checkpoint(path) == example());
  CHECK(load_checkpoint(path).source() == path.string());
  CHECK(folder.get("run.safetensors") == to_safetensors(example()));

  // What fails leaves the old file and nothing else.
  Checkpoint bad;
  bad.put_text("k", "\xff");
  CHECK_THROWS_AS(save_checkpoint(path, bad), ValueError);
  CHECK(load_checkpoint(path) == example());
  CHECK_THROWS_AS(save_checkpoint(folder / "missing" / "run.safetensors", example()), FileError);
  CHECK_FALSE(std::filesystem::exists(folder / "missing"));
  CHECK(folder.files() == 1);

  CHECK_THROWS_WITH_AS(load_checkpoint(folder / "none"), doctest::Contains("none: "), FileError);
  folder.put("run.safetensors", "{}");
  CHECK_THROWS_WITH_AS(load_checkpoint(path), doctest::Contains((path.string() + ": byte 2: ").c_str()), FileError);
}

TEST_CASE("safetensors: metadata may be null, and bytes behind a NUL are no header") {
  const std::string tensor = "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
  const std::string data("\0\0\x80\x3f\0\0\0\x40", 8);
  const Checkpoint loaded = from_safetensors(file_of("{\"__metadata__\":null," + tensor + "}", data), "x");
  CHECK(loaded.tensor("w") == Tensor({2}, {1, 2}));
  CHECK(loaded.texts().empty());
  CHECK(
      refusal(file_of("{" + tensor + "}" + std::string("\0garbage", 8), data)).ends_with("the header has a NUL byte"));
}

TEST_CASE("safetensors: a file that another program has changed is refused with what differs, and loaded knowingly") {
  Checkpoint original;
  original.put("a", Tensor({2}, {1, 2}));
  original.put_integer("n", 3);
  original.put_text("note", "mine");
  const std::string bytes = to_safetensors(original);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  const std::string header = bytes.substr(8, length), data = bytes.substr(8 + length);
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != text.npos);
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
      text.replace(at, from.size(), to);
    return text;
  };
  const auto check = [&](const std::string& changed, const std::string& difference, const Checkpoint& content) {
    const std::string message = refusal(changed);
    CHECK(message.find(difference) != message.npos);
    CHECK(from_safetensors(changed, "x", Checksum::ignored) == content);
  };

  const std::string form = "another program wrote its header in another form, tensors and texts are unchanged";
  check(file_of(replaced(header, ":", ": "), data), form, original);
  // Tensors in another order: the eight bytes of "n" come first in cotape's own.
  const std::string swapped =
      replaced(replaced(replaced(header, "[0,8]", "[first]"), "[8,16]", "[0,8]"), "[first]", "[8,16]");
  check(file_of(swapped, data.substr(8) + data.substr(0, 8)), form, original);

  Checkpoint edited = original;
  edited.put_text("note", "yours");
  check(file_of(replaced(header, "mine", "yours"), data), "its texts have been changed, the tensors have not", edited);

  Checkpoint other = original;
  other.put("a", Tensor({2}, {1, -2}));
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 0x80);
  check(flipped, "it is damaged, its tensors have changed", other);
}

TEST_CASE(
    "safetensors: files that older versions wrote, with one checksum, are read and told apart as far as it goes") {
  const std::string old = file_of(
      "{\"__metadata__\":{\"k\":\"v\",\"cotape.crc32\":\"4bc4547c\"},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}       ",
      std::string("\0\0\x80\x3f\0\0\0\xc0", 8));
  CHECK(from_safetensors(old, "x", Checksum::required).tensor("a") == Tensor({2}, {1, -2}));
  std::string spaced = old;
  std::swap(spaced[spaced.find("}} ") + 1], spaced[spaced.find("}} ") + 2]);
  CHECK(refusal(spaced).find("another program wrote its header in another form") != std::string::npos);
  std::string edited = old;
  edited[edited.find("\"v\"") + 1] = 'w';
  CHECK(refusal(edited).ends_with("it is damaged, or another program has changed it; Checksum::ignored loads it"));
}

TEST_CASE("safetensors: a checksum that must be there is missed") {
  const std::string bytes = to_safetensors(example());
  CHECK(from_safetensors(bytes, "x", Checksum::required) == example());
  const std::string foreign = file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "");
  CHECK(from_safetensors(foreign, "x").contains("a"));
  CHECK_THROWS_WITH_AS(
      from_safetensors(foreign, "x", Checksum::required),
      "x: byte 8: the checksum cotape.crc32 is missing: the file is damaged, or cotape has not written it", FileError);
}

TEST_CASE("safetensors: a model of another program is loaded strictly after its entries were renamed and dropped") {
  const auto entry = [](const std::string& name, const char* type, const char* shape, int begin, int end) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
  };
  // A batch norm as PyTorch saves it, its counter included.
  const std::string file =
      file_of("{" + entry("bn.num_batches_tracked", "I64", "[]", 0, 8) + "," + entry("bn.weight", "F32", "[1]", 8, 12) +
                  "," + entry("bn.bias", "F32", "[1]", 12, 16) + "}",
              std::string("\7\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40", 16));
  Checkpoint loaded = from_safetensors(file, "x");
  Parameter scale("norm.scale", Tensor({1})), shift("norm.shift", Tensor({1}));
  const std::vector<Parameter*> parameters = {&scale, &shift};
  CHECK_THROWS_AS(load_parameters(loaded, parameters), FileError);
  for (const auto& [theirs, ours] :
       {std::pair("bn.weight", "model.norm.scale"), std::pair("bn.bias", "model.norm.shift")})
    loaded.rename(theirs, ours);
  loaded.drop("bn.num_batches_tracked");
  load_parameters(loaded, parameters);
  CHECK(scale.value().item() == 1);
  CHECK(shift.value().item() == 2);
}

TEST_CASE("safetensors: tensors of 16 bits are read and written") {
  const std::string header =
      "{\"h\": {\"dtype\": \"F16\", \"shape\": [2], \"data_offsets\": [0, 4]},"
      " \"b\": {\"dtype\": \"BF16\", \"shape\": [1, 2], \"data_offsets\": [4, 8]}}";
  const std::string data("\x00\x3c\x01\x80\x80\x3f\x80\xff", 8);  // 1, −2⁻²⁴, 1, −∞
  const Checkpoint loaded = from_safetensors(file_of(header, data), "x.safetensors");
  CHECK(loaded.tensor("h") == Tensor({2}, {1, -0x1p-24F}));
  CHECK(loaded.tensor("b") == Tensor({1, 2}, {1, -std::numeric_limits<real>::infinity()}));
  CHECK(from_safetensors(to_safetensors(loaded), "") == loaded);
  CHECK(header_refusal("{\"h\": {\"dtype\": \"F16\", \"shape\": [3], \"data_offsets\": [0, 8]}}")
            .find("hold 8 bytes, but shape [3] of F16 needs 6") != std::string::npos);

  // Wide elements lie before narrow ones, each at a multiple of its size.
  Checkpoint mixed;
  mixed.put("a", Tensor({1}, {1}), Checkpoint::Type::f16);
  mixed.put_number("b", 2);
  const std::string bytes = to_safetensors(mixed);
  CHECK(bytes.substr(bytes.size() - 2) == std::string("\x00\x3c", 2));
  CHECK(from_safetensors(bytes, "") == mixed);
}
