#include <cotape/data/formats/zip.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../temporary_folder.h"

// What is wrong with an archive is said in the same words of NPZ files: npz_test.cpp has those.

using namespace cotape;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

const Files three = {{"letters/", ""}, {"letters/a.txt", "alpha"}, {"letters/empty", ""}};

// What Info-ZIP's zip 3.0 writes of a folder d and a file d/x of 100 letters x in it, deflated; in hexadecimal.
constexpr std::string_view of_info_zip =
    "504b03040a00000000000000210000000000000000000000000002000000642f504b0304140000000800000021008f5d0e5e0600"
    "00006400000003000000642f78aba8a03d0000504b01021e030a0000000000000021000000000000000000000000000200000000"
    "00000000001000ed4100000000642f504b01021e03140000000800000021008f5d0e5e0600000064000000030000000000000001"
    "000000a48120000000642f78504b0506000000000200020061000000470000000000";

std::string from_hexadecimal(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

std::string bytes_of(const Files& files) {
  ZipWriter writer("test");
  for (const auto& [name, content] : files) writer.add(name, content);
  return writer.finish();
}

Files read(const std::filesystem::path& path) {
  const ZipFile archive(path);
  Files files;
  for (const ZipMember& member : archive.members()) files.emplace_back(member.name, archive.read(member));
  return files;
}

}  // namespace

TEST_CASE("zip: written and read again, in order; a writer begins anew") {
  const TemporaryFolder folder;
  for (const Files& files : {three, Files{}, Files{{"", "no name"}}}) {
    const std::string bytes = bytes_of(files);
    CHECK(read(folder.put("a.zip", bytes)) == files);
    CHECK(bytes_of(files) == bytes);
  }
  ZipWriter writer("test");
  writer.add("a", "b");
  const std::string first = writer.finish();
  CHECK(writer.finish() == bytes_of({}));
  writer.add("a", "b");
  CHECK(writer.finish() == first);
}

TEST_CASE("zip: what Info-ZIP writes, compressed; cut off anywhere it is refused") {
  const TemporaryFolder folder;
  const std::string bytes = from_hexadecimal(of_info_zip);
  CHECK(read(folder.put("a.zip", bytes)) == Files{{"d/", ""}, {"d/x", std::string(100, 'x')}});
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_THROWS_AS(ZipFile{folder.put("a.zip", bytes.substr(0, length))}, FileError);
}

TEST_CASE("zip: a name that is too long leaves the archive as it was") {
  ZipWriter writer("out.zip");
  writer.add("a", "b");
  CHECK_THROWS_WITH_AS(writer.add(std::string(65536, 'n'), ""), "out.zip: more than a zip archive holds", FileError);
  CHECK(writer.finish() == bytes_of({{"a", "b"}}));
}

TEST_CASE("zip: a file that is none, and one that is not there") {
  const TemporaryFolder folder;
  const auto path = folder.put("a.zip", "no archive");
  CHECK_THROWS_WITH_AS(
      ZipFile{path},
      (path.string() + ": no zip file: no zip archive ends here, or the file is cut off (at byte 0)").c_str(),
      FileError);
  CHECK_THROWS_AS(ZipFile{folder / "none.zip"}, FileError);
}

TEST_CASE("zip: a broken member does not touch the others") {
  const TemporaryFolder folder;
  std::string bytes = bytes_of(three);
  bytes[bytes.find("alpha")] ^= 1;
  const ZipFile archive(folder.put("a.zip", bytes));
  CHECK(archive.read(archive.members()[2]).empty());
  CHECK_THROWS_AS(archive.read(archive.members()[1]), FileError);
}
