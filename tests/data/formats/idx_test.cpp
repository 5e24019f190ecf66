#include <cotape/data/formats/idx.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "../../temporary_folder.h"
#include "gzip.h"

using namespace cotape;

namespace {

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

// Two images of 2 × 3 pixels.
const std::string images = bytes_of({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3}) +
                           bytes_of({0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255});
const std::vector<std::uint8_t> pixels = {0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255};

std::string with_byte(std::string bytes, std::size_t at, int value) {
  bytes[at] = static_cast<char>(value);
  return bytes;
}

}  // namespace

TEST_CASE("idx: reads images, plain and compressed") {
  const TemporaryFolder folder;
  for (const auto& path : {folder.put("images", images), folder.put("images.gz", gzip(images))}) {
    const IdxArray array = read_idx(path);
    CHECK(array.shape == Shape{2, 2, 3});
    CHECK(std::get<std::vector<std::uint8_t>>(array.values) == pixels);
    const ByteArray bytes = read_idx_bytes(path, 3);
    CHECK(bytes.shape == Shape{2, 2, 3});
    CHECK(bytes.values == pixels);
  }
}

TEST_CASE("idx: numbers are big-endian in the file") {
  const TemporaryFolder folder;
  const auto path = folder.put("file", bytes_of({0, 0, 0x0C, 1, 0, 0, 0, 2, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe}));
  CHECK(std::get<std::vector<std::int32_t>>(read_idx(path).values) == std::vector<std::int32_t>{258, -2});
  const auto real32 = folder.put("real", bytes_of({0, 0, 0x0D, 1, 0, 0, 0, 1, 0xc0, 0x20, 0, 0}));
  CHECK(std::get<std::vector<float>>(read_idx(real32).values) == std::vector<float>{-2.5f});
}

TEST_CASE("idx: every element type is written and read back") {
  const TemporaryFolder folder;
  const auto check = [&]<class T>(std::vector<T> values, int code) {
    const IdxArray array{Shape{static_cast<std::int64_t>(values.size()), 1}, values};
    write_idx(folder / "file", array);
    CHECK(folder.get("file")[2] == code);
    CHECK(folder.get("file").size() == 12 + values.size() * sizeof(T));
    CHECK(read_idx(folder / "file") == array);
    folder.put("file.gz", gzip(folder.get("file")));
    CHECK(read_idx(folder / "file.gz") == array);
  };
  const auto extremes = [&]<class T>(T, int code) {
    check(std::vector<T>{std::numeric_limits<T>::lowest(), T(0), T(3), std::numeric_limits<T>::max()}, code);
  };
  extremes(std::uint8_t{}, 0x08);
  extremes(std::int8_t{}, 0x09);
  extremes(std::int16_t{}, 0x0B);
  extremes(std::int32_t{}, 0x0C);
  extremes(float{}, 0x0D);
  extremes(double{}, 0x0E);
  check(std::vector<double>{}, 0x0E);
}

TEST_CASE("idx: what cannot be written is refused") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> three = {1, 2, 3};
  CHECK_THROWS_WITH_AS(write_idx(folder / "file", {Shape{2, 2}, three}),
                       "write_idx: shape [2,2] needs 4 values, 3 given", ShapeError);
  CHECK_THROWS_WITH_AS(write_idx(folder / "file", {Shape{}, three}), doctest::Contains("at least one axis"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(write_idx(folder / "file", {Shape{std::int64_t{1} << 32}, three}),
                       doctest::Contains("an axis of 2^32 or more"), ShapeError);
  CHECK(folder.files() == 0);
}

TEST_CASE("idx: broken files are refused with the file, the reason and the byte") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes, const std::string& reason) {
    const auto path = folder.put("file", bytes);
    CHECK_THROWS_WITH_AS(read_idx(path), (path.string() + ": " + reason).c_str(), FileError);
    CHECK_THROWS_WITH_AS(read_idx_bytes(path, 3), (path.string() + ": " + reason).c_str(), FileError);
  };
  const auto huge = [](std::string sizes) { return bytes_of({0, 0, 8, 3}) + sizes + std::string(84, 'x'); };

  refused("", "the file ends too early: the IDX magic number needs 4 bytes from byte 0 (at byte 0)");
  refused(images.substr(0, 3), "the file ends too early: the IDX magic number needs 4 bytes from byte 0 (at byte 3)");
  refused(images.substr(0, 10),
          "the file ends too early: the size of an IDX axis needs 4 bytes from byte 8 (at byte 10)");
  refused(images.substr(0, 27), "the file ends too early: the IDX array needs 12 bytes from byte 16 (at byte 27)");
  refused(images.substr(0, 16), "the file ends too early: the IDX array needs 12 bytes from byte 16 (at byte 16)");
  refused(images + "ab", "2 bytes more than its header says (at byte 28)");
  refused("\x89PNG is not IDX", "not an IDX file: it starts with 0x89504e47 (at byte 0)");
  refused(with_byte(images, 1, 1), "not an IDX file: it starts with 0x00010803 (at byte 0)");
  refused(with_byte(images, 2, 0x0A), "not an IDX file: it starts with 0x00000a03 (at byte 0)");
  refused(with_byte(images, 3, 0), "IDX array of 0 axes, 1 to 8 are possible (at byte 3)");
  refused(with_byte(images, 3, 200), "IDX array of 200 axes, 1 to 8 are possible (at byte 3)");
  // 84 bytes that claim to be 4,294,967,295 images of one pixel, or more than 2⁶⁴ pixels, also behind an empty axis.
  refused(huge(bytes_of({255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 1})),
          "the file ends too early: the IDX array needs 4294967295 bytes from byte 16 (at byte 100)");
  refused(huge(bytes_of({255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})),
          "IDX array of shape [4294967295,4294967295] and more axes is larger than the limit of 8589934592 elements "
          "(at byte 8)");
  refused(huge(bytes_of({0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})),
          "IDX array of shape [0,4294967295,4294967295] is larger than the limit of 8589934592 elements (at byte 12)");
  CHECK_THROWS_WITH_AS(read_idx(folder / "missing"), doctest::Contains("missing: No such file or directory"),
                       FileError);
}

TEST_CASE("idx: a compressed file that claims more than it can hold is refused before memory is asked for") {
  const TemporaryFolder folder;
  const auto path = folder.put("file.gz", gzip(bytes_of({0, 0, 0x0E, 1, 255, 255, 255, 255, 1, 2, 3})));
  CHECK_THROWS_WITH_AS(read_idx(path),
                       (path.string() + ": the IDX array needs 34359738360 bytes, more than the compressed file can "
                                        "hold (at byte 8)")
                           .c_str(),
                       FileError);
  const auto trailing = folder.put("trailing.gz", gzip(images + "x"));
  CHECK_THROWS_WITH_AS(read_idx(trailing), doctest::Contains("more data than its header says (at byte 28)"), FileError);
  const auto too_short = folder.put("short.gz", gzip(images.substr(0, 20)));
  CHECK_THROWS_WITH_AS(read_idx(too_short), doctest::Contains("the IDX array needs 12 bytes from byte 16 (at byte 20)"),
                       FileError);
}

TEST_CASE("idx: a file of another kind than asked for is refused") {
  const TemporaryFolder folder;
  const auto path = folder.put("file", images);
  CHECK_THROWS_WITH_AS(read_idx_bytes(path, 1),
                       (path.string() + ": IDX array of shape [2,2,3], expected 1 axis (at byte 3)").c_str(),
                       FileError);
  write_idx(path, {Shape{1}, std::vector<float>{1}});
  CHECK_THROWS_WITH_AS(read_idx_bytes(path, 1),
                       (path.string() + ": IDX type 0x0d, expected 0x08, unsigned bytes (at byte 2)").c_str(),
                       FileError);
}

TEST_CASE("idx: a compressed file cut off anywhere is refused, with any byte changed it is refused or read right") {
  const TemporaryFolder folder;
  const std::string good = gzip(images);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    const auto path = folder.put("cut.gz", good.substr(0, size));
    CHECK_THROWS_WITH_AS(read_idx(path), doctest::Contains(path.c_str()), FileError);
  }
  CHECK_THROWS_WITH_AS(read_idx(folder.put("cut.gz", good.substr(0, good.size() / 2))),
                       doctest::Contains("the compressed data are cut off: the file ends after"), FileError);
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
      CAPTURE(at);
      const auto path = folder.put("changed.gz", with_byte(good, at, good[at] ^ flip));
      try {
        const IdxArray array = read_idx(path);
        CHECK(std::get<std::vector<std::uint8_t>>(array.values) == pixels);
      } catch (const FileError& error) {
        CHECK(std::string(error.what()).starts_with(path.string()));
        ++refused;
      }
    }
  CHECK(refused > static_cast<int>(good.size() - 10) * 4);  // gzip's header of 10 bytes has a time and a system
  // The checksum, in the last eight bytes, is what finds a changed pixel.
  const auto path = folder.put("checksum.gz", with_byte(good, good.size() - 8, good[good.size() - 8] ^ 1));
  CHECK_THROWS_WITH_AS(
      read_idx(path),
      (path.string() + ": the compressed data are corrupted: incorrect data check (at byte 28)").c_str(), FileError);
}
