#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>

#include "../../temporary_folder.h"
#include "gzip.h"

using namespace cotape;

namespace {

// A file by hand: header version, dictionary as it stands, values as bytes.
std::string npy(int version, const std::string& dictionary, const std::string& values) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file += static_cast<char>(dictionary.size() >> (8 * i) & 0xff);
  return file + dictionary + values;
}

const std::string bytes_2x3 = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";

template <class T>
std::string memory_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<T> values_of(const NpyArray& array) {
  return std::get<std::vector<T>>(array.values);
}

std::vector<Half> halves(std::initializer_list<float> values) {
  std::vector<Half> out;
  for (const float value : values) out.emplace_back(value);
  return out;
}

}  // namespace

TEST_CASE("npy: headers of versions 1, 2 and 3, in any order of keys, plain and compressed") {
  const TemporaryFolder folder;
  for (const int version : {1, 2, 3})
    for (const std::string& dictionary :
         {bytes_2x3, std::string("{'descr':'|u1','fortran_order':False,'shape':(2,3)}\n"),
          std::string("{ \"shape\" : ( 2L , 3L ) ,\t'fortran_order': False, 'descr': \"|u1\" , }      \n")}) {
      const std::string file = npy(version, dictionary, "abcdef");
      for (const auto& path : {folder.put("a.npy", file), folder.put("a.npy.gz", gzip(file))}) {
        const NpyArray array = read_npy(path);
        CHECK(array.shape == Shape{2, 3});
        CHECK(values_of<std::uint8_t>(array) == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
      }
    }
}

TEST_CASE("npy: every element type and rank is written and read back") {
  const TemporaryFolder folder;
  const auto path = folder / "a.npy";
  const auto check = [&](const NpyArray& array) {
    write_npy(path, array);
    CHECK(read_npy(path) == array);
  };
  constexpr float inf = std::numeric_limits<float>::infinity();
  check({{2, 3}, std::vector<std::uint8_t>{0, 1, 2, 253, 254, 255}});
  check({{4}, std::vector<std::int64_t>{0, -1, std::numeric_limits<std::int64_t>::max(), -12345678901}});
  check({{2, 2}, std::vector<float>{0.1f, -inf, 1e-45f, 3e38f}});
  check({{3, 1, 1}, std::vector<double>{0.1, 5e-324, -1e308}});
  check({{6}, halves({0.8f, -0.0f, 0x1p-24f, 0x1.ff8p-15f, 65504, inf})});
  check({Shape{}, std::vector<float>{7}});
  check({{0, 5}, std::vector<float>{}});
  check({{1, 1, 1, 1, 1, 1, 1, 2}, std::vector<double>{1, 2}});
}

TEST_CASE("npy: the bytes are those of NumPy's save") {
  const TemporaryFolder folder;
  const auto path = folder / "a.npy";
  const auto header = [](std::string dictionary) {
    dictionary.resize(117, ' ');
    return std::string("\x93NUMPY\x01\0v\0", 10) + dictionary + "\n";
  };
  write_npy(path, NpyArray{{2, 3}, std::vector<std::uint8_t>{97, 98, 99, 100, 101, 102}});
  CHECK(folder.get("a.npy") == header(bytes_2x3) + "abcdef");
  write_npy(path, NpyArray{{1}, std::vector<std::int64_t>{258}});
  CHECK(folder.get("a.npy") ==
        header("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }") + std::string("\2\1\0\0\0\0\0\0", 8));
  write_npy(path, NpyArray{Shape{}, halves({1})});
  CHECK(folder.get("a.npy") ==
        header("{'descr': '<f2', 'fortran_order': False, 'shape': (), }") + std::string("\0\x3c", 2));
}

TEST_CASE("npy: numbers of any floating-point type become real numbers, others are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "a.npy";
  const std::vector<NpyArray> arrays = {
      {{2, 1}, halves({0.5f, -3})}, {{2, 1}, std::vector<float>{0.5f, -3}}, {{2, 1}, std::vector<double>{0.5, -3}}};
  for (const NpyArray& array : arrays) {
    write_npy(path, array);
    CHECK(read_npy_tensor(path) == Tensor({2, 1}, {real(0.5), -3}));
    std::vector<float> values(2);
    NpyFile(path).read(std::span(values));
    CHECK(values == std::vector<float>{0.5f, -3});
  }
  // More than one piece of the conversion.
  write_npy(path, NpyArray{{3000}, std::vector<Half>(3000, Half(0.25f))});
  CHECK(read_npy_tensor(path) == Tensor({3000}, real(0.25)));
  write_npy(path, NpyArray{{1}, std::vector<std::int64_t>{1}});
  CHECK_THROWS_WITH_AS(read_npy_tensor(path),
                       (path.string() + ": elements of type <i8, expected <f4 (at byte 0)").c_str(), FileError);
  std::vector<std::uint8_t> bytes(1);
  CHECK_THROWS_WITH_AS(NpyFile(path).read(std::span(bytes)), doctest::Contains("elements of type <i8, expected |u1"),
                       FileError);
  std::vector<std::int64_t> two(2);
  CHECK_THROWS_WITH_AS(NpyFile(path).read(std::span(two)), doctest::Contains("2 places for an array of shape [1]"),
                       ShapeError);
}

TEST_CASE("npy: what is no array in C order of a known type is refused with file and reason") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& file, const std::string& reason) {
    const auto path = folder.put("a.npy", file);
    CAPTURE(reason);
    CHECK_THROWS_WITH_AS(read_npy(path), (path.string() + ": " + reason).c_str(), FileError);
  };
  const auto header = [](const std::string& dictionary) { return npy(1, dictionary, "abcdef"); };
  refused("", "the file ends too early: the start of an NPY file needs 8 bytes from byte 0 (at byte 0)");
  refused("no numpy file", "no NPY file (at byte 0)");
  refused(npy(4, bytes_2x3, "abcdef"), "NPY version 4.0; 1.0, 2.0 and 3.0 are known (at byte 6)");
  refused(header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"),
          "the NPY header has Fortran order; C order is needed (at byte 44)");
  refused(header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }"),
          "the NPY header has the element type '>f4', not one of |u1, <f2, <f4, <f8, <i8 (at byte 20)");
  refused(header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }"),
          "the NPY header has a structured element type; a plain one is needed (at byte 20)");
  refused(header("{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 3), }"),
          "the NPY header has neither True nor False as 'fortran_order' (at byte 44)");
  refused(header("{'descr': '|u1', 'fortran_order': False, }"),
          "the NPY header has no 'descr', 'fortran_order' or 'shape' (at byte 52)");
  refused(header("{'descr': '|u1', 'descr': '|u1', 'shape': (2, 3), }"),
          "the NPY header has a second 'descr' (at byte 35)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}"),
          "the NPY header has an unknown key 'x' (at byte 72)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), '\x1b[2J': 1}"),
          "the NPY header has an unknown key '\\x1b[2J' (at byte 75)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (6), }"),
          "the NPY header has a number in place of a shape (at byte 63)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 3), }"),
          "the NPY header has no size where one must stand (at byte 61)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 1), }"),
          "the NPY header has a size that is too large (at byte 79)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 2, 3), }"),
          "the NPY header has more than 8 axes (at byte 85)");
  refused(header(bytes_2x3 + "{}"), "the NPY header has something after the closing brace (at byte 69)");
  refused(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3"),
          "the NPY header has no ',' where one must stand (at byte 65)");
  const std::string missing = (folder / "missing.npy").string();
  CHECK_THROWS_WITH_AS(read_npy(missing), ("cannot read " + missing + ": No such file or directory").c_str(),
                       FileError);
}

TEST_CASE("npy: Fortran order of one axis is C order") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& shape, const std::string& data) {
    return read_npy(
        folder.put("a.npy", npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': " + shape + "}", data)));
  };
  CHECK(read("(3,)", "abc") == NpyArray{Shape{3}, std::vector<std::uint8_t>{'a', 'b', 'c'}});
  CHECK(read("()", "a") == NpyArray{Shape{}, std::vector<std::uint8_t>{'a'}});
  CHECK(read("(1, 2, 1)", "ab") == NpyArray{Shape{1, 2, 1}, std::vector<std::uint8_t>{'a', 'b'}});
  CHECK_THROWS_WITH_AS(read("(2, 1, 3)", "abcdef"), doctest::Contains("Fortran order; C order is needed"), FileError);
}

TEST_CASE("npy: a header that lies about the size is refused, before memory is asked for") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& shape, const std::string& reason) {
    const auto path = folder.put(
        "a.npy", npy(2, "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}", std::string(16, 'x')));
    CHECK_THROWS_WITH_AS(read_npy(path), doctest::Contains(reason.c_str()), FileError);
  };
  refused("(3,)", "the file ends too early: the NPY array needs 24 bytes from byte 67 (at byte 83)");
  refused("(1,)", "8 bytes more than its header says (at byte 75)");
  refused("(0, 9)", "16 bytes more than its header says");
  refused("()", "8 bytes more than its header says");
  refused("(100000000000000,)", "the NPY array needs 800000000000000 bytes");
  refused("(4294967296, 4294967296, 4294967296)", "no file holds an array of shape [4294967296,4294967296,4294967296]");
  refused("(0, 4294967296, 4294967296)", "no file holds an array of shape");
  // The length of the header itself.
  std::string file = npy(2, bytes_2x3, "abcdef");
  file[9] = 1;
  CHECK_THROWS_WITH_AS(read_npy(folder.put("a.npy", file)),
                       doctest::Contains("the NPY header needs 315 bytes from byte 12"), FileError);
  file[11] = 127;
  CHECK_THROWS_WITH_AS(read_npy(folder.put("a.npy", file)), doctest::Contains("an NPY header of 2130706747 bytes"),
                       FileError);
  const auto packed =
      folder.put("a.npy.gz", gzip(npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999,)}", "")));
  CHECK_THROWS_WITH_AS(read_npy(packed), doctest::Contains("more than the compressed file can hold"), FileError);
}

TEST_CASE("npy: a file cut off anywhere is refused; with any byte changed it is refused or read as an array") {
  const TemporaryFolder folder;
  write_npy(folder / "good.npy", NpyArray{{2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}});
  const std::string good = folder.get("good.npy");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto path = folder.put("cut.npy", good.substr(0, size));
    CAPTURE(size);
    CHECK_THROWS_WITH_AS(read_npy(path), doctest::Contains(path.c_str()), FileError);
  }
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int flip : {0x01, 0x04, 0x10, 0x40, 0x80, 0xff}) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      const auto path = folder.put("changed.npy", changed);
      CAPTURE(at);
      CAPTURE(flip);
      try {
        const NpyArray array = read_npy(path);
        std::visit([&](const auto& values) { CHECK(values.size() * sizeof(values[0]) == 24); }, array.values);
      } catch (const FileError& error) {
        CHECK(std::string(error.what()).starts_with(path.string()));
        ++refused;
      }
    }
  CHECK(refused > 500);
}

TEST_CASE("npy: values that do not fit the shape are not written") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(write_npy(folder / "a.npy", NpyArray{{2, 3}, std::vector<float>(5)}),
                       "npy: 5 values for shape [2,3]", ShapeError);
  CHECK(folder.files() == 0);
}
