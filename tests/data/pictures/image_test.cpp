#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>
#include <zlib.h>

#include <limits>
#include <string>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

Image pattern(int height, int width, int channels) {
  Image image(height, width, channels);
  for (std::size_t i = 0; i < image.bytes().size(); ++i) image.bytes()[i] = static_cast<std::uint8_t>(i * 37 + i / 11);
  return image;
}

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

// JPEGs of 8 × 8 grey pixels of one level, 128 + 72: one block with a DC coefficient alone (ITU-T T.81).
std::string dht(int table, int codes, int symbol) {  // a Huffman table whose only code is 0, or with `codes` of them
  return bytes_of({0xff, 0xc4, 0, 20, table, codes}) + std::string(15, '\0') + static_cast<char>(symbol);
}
std::string frame(int kind, int width = 8) { return bytes_of({0xff, kind, 0, 11, 8, 0, 8, 0, width, 1, 1, 0x11, 0}); }
std::string scan(int first, int last, std::initializer_list<int> data, int component = 1) {
  return bytes_of({0xff, 0xda, 0, 8, 1, component, 0, first, last, 0}) + bytes_of(data);
}
const std::string jpeg_start = bytes_of({0xff, 0xd8});
const std::string jpeg_end = bytes_of({0xff, 0xd9});
const std::string dqt = bytes_of({0xff, 0xdb, 0, 67, 0, 8}) + std::string(63, '\1');  // divides DC by 8
const std::string tables = dht(0x00, 1, 7) + dht(0x10, 1, 0);                         // DC of 7 bits, end of block
const std::string jpeg = jpeg_start + dqt + frame(0xc0) + tables + scan(0, 63, {0b0'1001000, 0b0'1111111}) + jpeg_end;
const std::string progressive =
    jpeg_start + dqt + frame(0xc2) + tables + scan(0, 0, {0b0'1001000}) + scan(1, 63, {0b0'1111111}) + jpeg_end;

std::string chunk(const std::string& type, const std::string& content) {
  const auto number = [](unsigned long n) {
    return bytes_of({int(n >> 24 & 255), int(n >> 16 & 255), int(n >> 8 & 255), int(n & 255)});
  };
  const std::string body = type + content;
  return number(content.size()) + body + number(crc32_z(0, reinterpret_cast<const Bytef*>(body.data()), body.size()));
}

std::string deflated(const std::string& bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                   bytes.size()) == Z_OK);
  out.resize(size);
  return out;
}

const std::string png_signature = "\x89PNG\r\n\x1a\n";

// A PNG of one row: its number of pixels, bits, color type (0 grey, 2 RGB, 3 palette, 4 grey with alpha), the chunks
// before the pixels, and those.
std::string row_png(int width, int bits, int type, const std::string& chunks, const std::string& pixels) {
  return png_signature + chunk("IHDR", bytes_of({0, 0, 0, width, 0, 0, 0, 1, bits, type, 0, 0, 0})) + chunks +
         chunk("IDAT", deflated('\0' + pixels)) + chunk("IEND", "");
}

std::vector<int> values_of(const Image& image) { return {image.bytes().begin(), image.bytes().end()}; }

}  // namespace

TEST_CASE("image: PNG round trip of every number of channels, in memory and on disk") {
  const TemporaryFolder folder;
  for (const int channels : {1, 3, 4})
    for (const auto& [height, width] : {std::pair(1, 1), std::pair(7, 5), std::pair(40, 123)}) {
      const Image image = pattern(height, width, channels);
      CHECK(decode_image(encode_png(image), "memory") == image);
      write_png(folder / "image.png", image);
      CHECK(folder.get("image.png") == encode_png(image));
      CHECK(read_image(folder / "image.png") == image);
    }
  CHECK(folder.files() == 1);
}

TEST_CASE("image: a new picture has one colour") {
  const Image rgb(2, 3, 3, {10, 20, 30, 40});
  CHECK(rgb.bytes().size() == 18);
  CHECK(rgb.pixel(1, 2)[0] == 10);
  CHECK(rgb.pixel(1, 2)[2] == 30);
  CHECK(*Image(2, 2, 1, grey(77)).pixel(1, 1) == 77);
  CHECK(Image(2, 2, 4, {1, 2, 3, 4}).pixel(0, 1)[3] == 4);
  CHECK_THROWS_WITH_AS(Image(2, 0, 3), "image: 2 by 0 pixels of 3 channels are not possible", ValueError);
  CHECK_THROWS_AS(Image(-1, 2, 3), ValueError);
  CHECK_THROWS_AS(Image(2, 2, 2), ValueError);
  CHECK_THROWS_AS(Image(2'000'000'000, 2'000'000'000, 4), ValueError);
  CHECK_THROWS_WITH_AS(encode_png(Image()), "encode_png: the picture has no pixels", ValueError);
}

TEST_CASE("image: from numbers, clamped and rounded") {
  const Image image = to_image(Tensor(Shape{2, 3}, {0, 1, real(0.5), -3, 7, real(0.2)}));
  CHECK(image.height() == 2);
  CHECK(image.width() == 3);
  CHECK(image.channels() == 1);
  CHECK(std::vector<int>(image.bytes().begin(), image.bytes().end()) == std::vector<int>{0, 255, 128, 0, 255, 51});
  CHECK(to_image(Tensor(Shape{1, 2, 3}, real(1))) == Image(1, 2, 3, white));
  const Tensor batch(Shape{2, 4}, {0, 0, 0, 0, 1, 1, 1, 1});
  CHECK(to_image(batch.values().subspan(4), 2, 2) == Image(2, 2, 1, white));
  CHECK_THROWS_WITH_AS(to_image(batch.values(), 2, 3), "to_image: 8 values for 2 by 3 pixels of 1 channel", ShapeError);
  CHECK_THROWS_WITH_AS(to_image(Tensor(Shape{4})), doctest::Contains("shape [4] is neither"), ShapeError);
  const real nan = std::numeric_limits<real>::quiet_NaN();
  CHECK_THROWS_WITH_AS(to_image(Tensor(Shape{1, 2}, {0, nan})), "to_image: value 1 is NaN", ValueError);
}

TEST_CASE("image: reads JPEGs, baseline and progressive") {
  const TemporaryFolder folder;
  CHECK(read_image(folder.put("image.jpg", jpeg)) == Image(8, 8, 1, grey(200)));
  CHECK(decode_image(progressive, "memory") == Image(8, 8, 1, grey(200)));
  CHECK(decode_image(jpeg + "bytes after its end", "memory") == Image(8, 8, 1, grey(200)));
}

TEST_CASE("image: a PNG cut off or changed anywhere is refused") {
  const std::string good = encode_png(pattern(9, 4, 3));
  for (std::size_t at = 0; at < good.size(); ++at) {
    CAPTURE(at);
    CHECK_THROWS_WITH_AS(decode_image(good.substr(0, at), "x.png"), doctest::Contains("x.png: "), FileError);
    for (const int flip : {0x01, 0x20, 0x80}) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      CHECK_THROWS_WITH_AS(decode_image(changed, "x.png"), doctest::Contains("x.png: "), FileError);
    }
  }
}

TEST_CASE("image: a JPEG cut off is refused, with any byte changed it is refused or read") {
  for (const std::string& good : {jpeg, progressive}) {
    for (std::size_t size = 0; size < good.size(); ++size)
      CHECK_THROWS_WITH_AS(decode_image(good.substr(0, size), "x.jpg"), doctest::Contains("x.jpg: "), FileError);
    int refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at)
      for (int value = 0; value < 256; ++value) {
        std::string changed = good;
        changed[at] = static_cast<char>(value);
        try {
          decode_image(changed, "x.jpg");
        } catch (const FileError&) {
          ++refused;
        }
      }
    CHECK(refused > 5000);
  }
}

TEST_CASE("image: broken files are refused with the file and the reason") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes, const std::string& reason) {
    const auto path = folder.put("image", bytes);
    CHECK_THROWS_WITH_AS(read_image(path), (path.string() + ": " + reason).c_str(), FileError);
  };
  const std::string signature = png_signature, end = chunk("IEND", "");
  const std::string good = encode_png(Image(3, 3, 1));
  std::string changed = good;
  changed[20] ^= 1;  // inside the header chunk, which starts at byte 8

  refused("", "neither PNG nor JPEG (0 bytes)");
  refused("GIF89a", "neither PNG nor JPEG (6 bytes)");
  refused(good.substr(0, good.size() - 1), "the PNG is cut off, the chunk at byte " + std::to_string(good.size() - 12) +
                                               " goes beyond the file's " + std::to_string(good.size() - 1));
  refused(changed, "the PNG is corrupted, the checksum of the chunk at byte 8 does not fit");
  refused(jpeg.substr(0, 100), "the JPEG is cut off, no end marker until byte 100 where the file ends");
  refused(jpeg_start + "x" + jpeg_end, "neither PNG nor JPEG (5 bytes)");
  refused(jpeg_start + dqt + "x" + jpeg_end, "the JPEG is corrupted, a marker is expected (at byte 71)");
  refused(jpeg_start + dqt + frame(0xc0) + dht(0x00, 2, 7) + jpeg_end,
          "the JPEG is corrupted, a Huffman table does not fit (at byte 84)");
  refused(jpeg_start + bytes_of({0xff, 0xc4, 1, 38, 0, 255, 20}) + std::string(14 + 275 - 2, '\0') + jpeg_end,
          "the JPEG is corrupted, a Huffman table does not fit (at byte 2)");
  refused(jpeg_start + dqt + frame(0xc0) + dht(0x00, 1, 7) + scan(0, 63, {0}) + jpeg_end,
          "the JPEG is corrupted, a scan uses a table that is not defined (at byte 106)");
  refused(jpeg_start + frame(0xc0) + tables + scan(0, 63, {0}) + jpeg_end,
          "the JPEG is corrupted, a scan uses a table that is not defined (at byte 59)");
  refused(signature + end, "the picture is corrupted: IEND: out of place");
  // Valid chunks, but no pixels in them, or a size that no file of this length can have.
  refused(signature + chunk("IHDR", bytes_of({0, 0, 0, 4, 0, 0, 0, 4, 8, 0, 0, 0, 0})) + end,
          "the picture is corrupted: IEND: out of place");
  refused(signature + chunk("IHDR", bytes_of({0, 0, 0x40, 0, 0, 0, 0x80, 0, 8, 0, 0, 0, 0})) +
              chunk("IDAT", std::string(20, 'x')) + end,
          "a picture of 32768 by 16384 pixels cannot be in 77 bytes");
  CHECK_THROWS_WITH_AS(read_image(folder / "none.png"), doctest::Contains("none.png: No such file or directory"),
                       FileError);
}

TEST_CASE("image: resize takes means when smaller and keeps one colour") {
  Image image(2, 4, 1);
  const int levels[] = {0, 100, 10, 30, 200, 100, 50, 110};
  for (std::size_t i = 0; i < 8; ++i) image.bytes()[i] = static_cast<std::uint8_t>(levels[i]);
  const Image half = resize(image, 1, 2);
  CHECK(int{*half.pixel(0, 0)} == 100);
  CHECK(int{*half.pixel(0, 1)} == 50);
  CHECK(resize(image, 2, 4) == image);
  CHECK(resize(Image(5, 7, 3, {9, 99, 199, 255}), 11, 3) == Image(11, 3, 3, {9, 99, 199, 255}));
  CHECK_THROWS_AS(resize(image, 0, 4), ValueError);
  CHECK_THROWS_WITH_AS(resize(Image(), 1, 1), "resize: the picture has no pixels", ValueError);
}

TEST_CASE("image: what a PNG says is transparent stays so") {
  const auto decoded = [](const std::string& png) { return values_of(decode_image(png, "memory")); };
  // Grey and RGB with one transparent colour, at 8 and 16 bits: the low bytes count too before they are dropped.
  CHECK(decoded(row_png(2, 8, 0, chunk("tRNS", bytes_of({0, 7})), bytes_of({7, 8}))) ==
        std::vector<int>{7, 7, 7, 0, 8, 8, 8, 255});
  CHECK(decoded(row_png(2, 8, 2, chunk("tRNS", bytes_of({0, 255, 0, 0, 0, 0})), bytes_of({255, 0, 0, 255, 0, 1}))) ==
        std::vector<int>{255, 0, 0, 0, 255, 0, 1, 255});
  CHECK(decoded(row_png(2, 16, 0, chunk("tRNS", bytes_of({7, 1})), bytes_of({7, 1, 7, 2}))) ==
        std::vector<int>{7, 7, 7, 0, 7, 7, 7, 255});
  CHECK(decoded(row_png(2, 1, 0, chunk("tRNS", bytes_of({0, 1})), bytes_of({0b01000000}))) ==
        std::vector<int>{0, 0, 0, 255, 255, 255, 255, 0});
  CHECK(decoded(row_png(2, 8, 4, "", bytes_of({9, 1, 8, 2}))) == std::vector<int>{9, 9, 9, 1, 8, 8, 8, 2});
  CHECK(decoded(row_png(1, 16, 2, "", bytes_of({1, 99, 2, 99, 3, 99}))) == std::vector<int>{1, 2, 3});
  // A palette whose first colour is half transparent.
  const std::string colors = chunk("PLTE", bytes_of({1, 2, 3, 4, 5, 6}));
  CHECK(decoded(row_png(2, 1, 3, colors, bytes_of({0b01000000}))) == std::vector<int>{1, 2, 3, 4, 5, 6});
  CHECK(decoded(row_png(2, 1, 3, colors + chunk("tRNS", bytes_of({128})), bytes_of({0b01000000}))) ==
        std::vector<int>{1, 2, 3, 128, 4, 5, 6, 255});
}

TEST_CASE("image: a PNG whose pixels are not all there or not right is refused") {
  const auto refused = [](const std::string& png, const std::string& reason) {
    CHECK_THROWS_WITH_AS(decode_image(png, "x.png"), ("x.png: the picture is corrupted: " + reason).c_str(), FileError);
  };
  const std::string colors = chunk("PLTE", bytes_of({1, 2, 3, 4, 5, 6}));
  refused(row_png(2, 8, 3, colors, bytes_of({1, 2})), "color 2 at row 0, column 1 of a palette of 2");
  const auto with_pixels = [](const std::string& data) {
    return png_signature + chunk("IHDR", bytes_of({0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0})) + chunk("IDAT", data) +
           chunk("IEND", "");
  };
  const std::string data = deflated(std::string("\0ab", 3));
  CHECK(values_of(decode_image(with_pixels(data), "x.png")) == std::vector<int>{'a', 'b'});
  std::string wrong_sum = data;
  wrong_sum.back() ^= 1;
  refused(with_pixels(wrong_sum), "IDAT: incorrect data check");
  refused(with_pixels(deflated(std::string("\0a", 2))), "Not enough image data");
  refused(with_pixels(data.substr(0, data.size() - 4)), "Not enough image data");
}

TEST_CASE("image: a JPEG with a part missing is refused") {
  const auto refused = [](const std::string& bytes, const std::string& reason) {
    CHECK_THROWS_WITH_AS(decode_image(bytes, "x.jpg"), ("x.jpg: " + reason).c_str(), FileError);
  };
  const std::string no_scan = "the JPEG is corrupted, a component has no scan (at byte ";
  const std::string start = jpeg_start + dqt, block = scan(0, 63, {0b0'1001000, 0b0'1111111});
  refused(start + frame(0xc0) + tables + jpeg_end, no_scan + "128)");
  refused(start + frame(0xc2) + tables + scan(1, 63, {0b0'1111111}) + jpeg_end, no_scan + "139)");
  refused(start + tables + jpeg_end, "the JPEG is corrupted, it has no frame (at byte 115)");

  // Three components with a scan each.
  const std::string three =
      start + bytes_of({0xff, 0xc0, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}) + tables;
  const auto component = [](int id) { return scan(0, 63, {0b0'1001000, 0b0'1111111}, id); };
  CHECK(decode_image(three + component(1) + component(2) + component(3) + jpeg_end, "x.jpg").channels() == 3);
  CHECK_THROWS_WITH_AS(decode_image(three + component(1) + component(3) + jpeg_end, "x.jpg"),
                       doctest::Contains("a component has no scan"), FileError);

  // Two blocks, of which the data hold one; then the same cut off before a restart marker.
  CHECK(decode_image(start + frame(0xc0) + tables + block + jpeg_end, "x.jpg").width() == 8);
  const std::string premature = "the picture is corrupted: Corrupt JPEG data: premature end of data segment";
  refused(start + frame(0xc0, 16) + tables + block + jpeg_end, premature);
  const std::string restarts = start + bytes_of({0xff, 0xdd, 0, 4, 0, 1}) + frame(0xc0, 16) + tables + block;
  CHECK(decode_image(restarts + bytes_of({0xff, 0xd0, 0b0'0000000, 0b0'0111111}) + jpeg_end, "x.jpg").width() == 16);
  CHECK_THROWS_WITH_AS(decode_image(restarts + bytes_of({0xff, 0xd0}) + jpeg_end, "x.jpg"),
                       doctest::Contains("x.jpg: the picture is corrupted: "), FileError);
  CHECK_THROWS_WITH_AS(decode_image(restarts + bytes_of({0xff, 0xd1, 0b0'0000000, 0b0'0111111}) + jpeg_end, "x.jpg"),
                       doctest::Contains("x.jpg: the picture is corrupted: "), FileError);
  std::string many = start + frame(0xc2) + tables;
  for (int i = 0; i < 1001; ++i) many += scan(0, 0, {0b0'1001000});
  CHECK_THROWS_WITH_AS(decode_image(many + jpeg_end, "x.jpg"), doctest::Contains("it has more than 1000 scans"),
                       FileError);
}
