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
      "{\"__metadata__\":{\"k\":\"v\",\"cotape.crc32\":\"########\"},"
      "\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
  const std::string bytes = to_safetensors(checkpoint);
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  REQUIRE(bytes.size() == 8 + padded + 16);
  CHECK(bytes.substr(0, 8) == std::string{static_cast<char>(padded), 0, 0, 0, 0, 0, 0, 0});
  std::string written = bytes.substr(8, padded);
  written.replace(written.find("crc32\":\"") + 8, 8, "########");
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
  const std::size_t key = bytes.find("cotape.crc32");
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int mask : {1, 0x20, 0x80, 0xff}) {
      // Damage to the name of the checksum leaves a file without one, whose content is right.
      if (i >= key && i < key + std::string_view("cotape.crc32").size()) continue;
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      CAPTURE(i);
      CHECK(refusal(damaged).starts_with("x.safetensors: byte "));
    }
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  CHECK(refusal(flipped).ends_with("does not fit the file: it is damaged"));
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
  CHECK(header_refusal("{\"a\":" + std::string(1000000, '[')).ends_with("the header is not valid JSON"));
  CHECK(header_refusal("{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}") ==
        "x.safetensors: byte 9: tensor \"a\": no dtype");
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
  CHECK(changed("\"F32\"", "\"BF16\"") == "dtype \"BF16\" is not F32, F64, I64 or U64");
  CHECK(changed("\"F32\"", "32") == "dtype is not a string");
  CHECK(changed("\"F32\"", std::string(100000, '[') + std::string(100000, ']')) == "dtype is not a string");
  CHECK(changed("[2]", "2") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[-2]") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[2.0]") == "shape is not a list of whole numbers >= 0");
  CHECK(changed("[2]", "[1,1,1,1,1,1,1,1,2]") == "shape has 9 axes, at most 8 are possible");
  CHECK(changed("[2]", "[4294967296,4294967296]") == "shape overflows: size 4294967296");
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
