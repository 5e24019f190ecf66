#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <stdexcept>

#include "check.h"
#include "mutate.h"
#include "packing.h"

using namespace cotape;

TEST_CASE("fuzzing: what was accepted and refused is told, and readings that differ and bad messages are found") {
  const auto check = [](std::string (*read)(std::string_view)) { return check_reader({"reader", read}, "input"); };
  CHECK(check([](std::string_view input) { return std::string(input); }));
  CHECK_FALSE(check([](std::string_view) -> std::string { fail<FileError>("input: refused"); }));
  CHECK_THROWS_WITH_AS(check([](std::string_view) {
                         static int readings = 0;
                         return std::to_string(++readings);
                       }),
                       doctest::Contains("two readings differ"), std::logic_error);
  CHECK_THROWS_WITH_AS(check([](std::string_view) -> std::string { fail<FileError>("\x1b[31m"); }),
                       doctest::Contains("control characters"), std::logic_error);
  CHECK_THROWS_WITH_AS(check([](std::string_view) -> std::string { fail<FileError>(std::string(1001, 'x')); }),
                       doctest::Contains("a message of 1001 bytes"), std::logic_error);
  CHECK_THROWS_AS(check([](std::string_view) -> std::string { throw std::length_error("string"); }), std::length_error);
}

TEST_CASE("fuzzing: changes come behind compression and checksums") {
  const auto change = [](std::string& bytes, std::size_t) { bytes.back() = static_cast<char>(bytes.back() ^ 1); };
  const std::string zipped = deflated("content", Wrapping::gzip);
  const std::string png = join_png({{"IHDR", "size"}, {"IDAT", deflated("pixels", Wrapping::zlib)}, {"IEND", ""}});
  for (unsigned int seed = 0; seed < 8; ++seed) {
    CAPTURE(seed);
    const auto content = inflated(mutate(zipped, 1000, seed, change), Wrapping::gzip, 1000);
    CHECK(content.has_value() == (seed != 0));
    if (content) CHECK(*content == "contenu");

    const std::string changed = mutate(png, 1000, seed, change);
    const std::vector<PngChunk> chunks = split_png(changed);
    CHECK((join_png(chunks) == changed) == (seed != 0));  // whether checksums fit
    const auto pixels = inflated(chunks.at(1).content, Wrapping::zlib, 1000);
    CHECK(pixels == (seed > 4 ? "pixelr" : "pixels"));
  }
  CHECK(mutate("text", 1000, 3, change) == "texu");
}
