#include <cotape/data/formats/input_file.h>

#include <doctest/doctest.h>

#include <string>

#include "../../temporary_folder.h"
#include "gzip.h"

using namespace cotape;

namespace {

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("input_file: plain and compressed files read the same, whatever they are called") {
  const TemporaryFolder folder;
  for (const auto& path : {folder.put("plain.gz", "abcdefgh"), folder.put("compressed", gzip("abcdefgh"))}) {
    InputFile file(path);
    CHECK(file.name() == path.string());
    char start[3];
    file.read(start, 3, "the start");
    CHECK(std::string(start, 3) == "abc");
    CHECK(file.position() == 3);
    CHECK(text_of(file.read(5, "the rest")) == "defgh");
    CHECK(file.position() == 8);
    file.expect_end();
  }
}

TEST_CASE("input_file: an end that comes too early names the file, the part and the byte") {
  const TemporaryFolder folder;
  for (const auto& path : {folder.put("plain", "abcdef"), folder.put("plain.gz", gzip("abcdef"))}) {
    const std::string message =
        path.string() + ": the file ends too early: the body needs 5 bytes from byte 2 (at byte 6)";
    char buffer[5];
    InputFile into_buffer(path);
    into_buffer.read(buffer, 2, "the header");
    CHECK_THROWS_WITH_AS(into_buffer.read(buffer, 5, "the body"), message.c_str(), FileError);
    InputFile into_vector(path);
    into_vector.read(buffer, 2, "the header");
    CHECK_THROWS_WITH_AS(into_vector.read(5, "the body"), message.c_str(), FileError);
  }
}

TEST_CASE("input_file: bytes after the end") {
  const TemporaryFolder folder;
  const auto plain = folder.put("plain", "abcdef"), packed = folder.put("packed", gzip("abcdef"));
  InputFile file(plain), compressed(packed);
  file.read(4, "x");
  CHECK_THROWS_WITH_AS(file.expect_end(), (plain.string() + ": 2 bytes more than its header says (at byte 4)").c_str(),
                       FileError);
  compressed.read(4, "x");
  CHECK_THROWS_WITH_AS(compressed.expect_end(),
                       (packed.string() + ": more data than its header says (at byte 4)").c_str(), FileError);
}

TEST_CASE("input_file: gzip members follow one another; anything else after them is refused") {
  const TemporaryFolder folder;
  InputFile two(folder.put("two", gzip("abc") + gzip("") + gzip("def")));
  CHECK(text_of(two.read(6, "x")) == "abcdef");
  two.expect_end();
  const std::string member = gzip("abc");
  InputFile garbage(folder.put("garbage", member + "xyz!"));
  garbage.read(3, "x");
  CHECK_THROWS_WITH_AS(garbage.expect_end(),
                       doctest::Contains(("4 bytes that are not gzip after the compressed data (at byte " +
                                          std::to_string(member.size()) + " of the compressed file)")
                                             .c_str()),
                       FileError);
}

TEST_CASE("input_file: a large compressed file is read whole, in pieces") {
  const TemporaryFolder folder;
  std::string bytes(5'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7);
  InputFile file(folder.put("large", gzip(bytes)));
  CHECK(text_of(file.read(bytes.size(), "x")) == bytes);
  file.expect_end();
}

TEST_CASE("input_file: a claim beyond what the file can hold is refused before memory is asked for") {
  const TemporaryFolder folder;
  InputFile plain(folder.put("plain", "abc")), compressed(folder.put("compressed", gzip("abc")));
  constexpr std::uint64_t absurd = std::uint64_t{1} << 60;  // no machine has the memory
  CHECK_THROWS_WITH_AS(plain.read(absurd, "x"), doctest::Contains("the file ends too early"), FileError);
  CHECK_THROWS_WITH_AS(compressed.read(absurd, "x"), doctest::Contains("more than the compressed file can hold"),
                       FileError);
}

TEST_CASE("input_file: the rest of a file, plain or compressed, up to a limit") {
  const TemporaryFolder folder;
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>('a' + i % 26);
  for (const std::string& bytes : {std::string(), std::string("abcdef"), large})
    for (const auto& path : {folder.put("plain", bytes), folder.put("packed", gzip(bytes))}) {
      InputFile file(path);
      CHECK(file.read_rest(large.size()) == bytes);
      file.expect_end();
      CHECK(file.read_rest(0).empty());
    }
  InputFile later(folder.put("later", "abcdef"));
  later.read(4, "the start");
  CHECK(later.read_rest(2) == "ef");
  for (const auto& path : {folder.put("plain", "abcdef"), folder.put("packed", gzip("abcdef"))}) {
    InputFile file(path);
    CHECK_THROWS_WITH_AS(file.read_rest(5), (path.string() + ": the file has more than 5 bytes (at byte 5)").c_str(),
                         FileError);
  }
}

TEST_CASE("input file: lines are read one after the other, up to a limit") {
  const TemporaryFolder folder;
  for (const auto& path : {folder.put("plain", "ab\n\ncd"), folder.put("packed", gzip("ab\n\ncd"))}) {
    InputFile file(path);
    CHECK(file.read_line(3) == "ab\n");
    CHECK(file.read_line(1) == "\n");
    CHECK(file.position() == 4);
    CHECK_THROWS_WITH_AS(file.read_line(1), (path.string() + ": a line of more than 1 bytes (at byte 5)").c_str(),
                         FileError);
  }
  InputFile file(folder.put("end", "cd"));
  CHECK(file.read_line(2) == "cd");
  CHECK(file.read_line(2).empty());
}
