#include <cotape/data/formats/npz.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

const NpzArrays two = {{"weights", {{3}, std::vector<std::int64_t>{5, 3, 7}}},
                       {"x", {{2, 1}, std::vector<double>{0.5, -1e300}}}};

// What NumPy 1.24.2's savez_compressed(f, a=(arange(100) // 10).astype('u1'), b=float32(2.5)) writes, in hexadecimal.
constexpr std::string_view of_numpy =
    "504b030414000000080000002100eb7b5add5f000000e400000005001400612e6e707901001000e4000000000000005f0000"
    "00000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e536aa8aea3a09e965f54529498179f5f94920a12774bcc"
    "294e058a17672416a402f91a8606063a9a3a0ab50a64032e06386084032638608603163860850336386087030e38e0840300"
    "504b030414000000080000002100648c22c3460000008400000005001400622e6e7079010010008400000000000000460000"
    "00000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc"
    "294e058a17672416a402f91a9a3a0ab50a14012e0606050700504b0102140314000000080000002100eb7b5add5f000000e4"
    "000000050000000000000000000000800100000000612e6e7079504b0102140314000000080000002100648c22c346000000"
    "84000000050000000000000000000000800196000000622e6e7079504b0506000000000200020066000000130100000000";

std::string from_hexadecimal(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

std::string message_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder.put("a.npz", bytes);
  try {
    read_npz(path);
  } catch (const FileError& error) {
    return std::string(error.what()).substr(path.string().size());
  }
  return "nothing";
}

std::string bytes_of(const NpzArrays& arrays) {
  const TemporaryFolder folder;
  write_npz(folder / "a.npz", arrays);
  return folder.get("a.npz");
}

// The bytes with a little-endian number at a place.
std::string with(std::string bytes, std::size_t at, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}

}  // namespace

TEST_CASE("npz: written and read again, the same bytes every time") {
  const TemporaryFolder folder;
  for (const NpzArrays& arrays : {two, NpzArrays{}, NpzArrays{{"", {{0}, std::vector<float>{}}}}}) {
    write_npz(folder / "a.npz", arrays);
    CHECK(read_npz(folder / "a.npz") == arrays);
    CHECK(bytes_of(arrays) == folder.get("a.npz"));
  }
  const NpzArrays read = read_npz((write_npz(folder / "a.npz", two), folder / "a.npz"));
  CHECK(array_named(read, "x", "file").shape == Shape{2, 1});
  CHECK_THROWS_WITH_AS(array_named(read, "y", "file"), "file: there is no array y among those of the file: weights, x",
                       FileError);
}

TEST_CASE("npz: what NumPy writes, compressed") {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> tens;
  for (int i = 0; i < 100; ++i) tens.push_back(static_cast<std::uint8_t>(i / 10));
  const NpzArrays expected = {{"a", {{100}, tens}}, {"b", {{}, std::vector<float>{2.5F}}}};
  CHECK(read_npz(folder.put("numpy.npz", from_hexadecimal(of_numpy))) == expected);
}

TEST_CASE("npz: a file cut off anywhere, or with anything changed, is refused or the same") {
  for (const std::string& whole : {bytes_of(two), from_hexadecimal(of_numpy)}) {
    const TemporaryFolder folder;
    const NpzArrays arrays = read_npz(folder.put("a.npz", whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
      CHECK_THROWS_AS(read_npz(folder.put("a.npz", whole.substr(0, length))), FileError);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      try {
        for (const auto& entry : read_npz(folder.put("a.npz", changed)))
          CHECK(std::any_of(arrays.begin(), arrays.end(), [&](const auto& one) { return one.second == entry.second; }));
      } catch (const FileError&) {
      }
    }
  }
}

TEST_CASE("npz: what is wrong is said, with the member and the byte") {
  const std::string whole = bytes_of(two);
  const std::size_t end = whole.size() - 22, directory = static_cast<unsigned char>(whole[end + 16]) |
                                                         static_cast<unsigned char>(whole[end + 17]) << 8;
  const auto says = [&](const std::string& bytes, const std::string& text) {
    const std::string message = message_of(bytes);
    CHECK_MESSAGE(message.find(text) != message.npos, message);
  };
  says("", ": no NPZ file: no zip archive ends here, or the file is cut off (at byte 0)");
  says(whole + "x", "no zip archive ends here");
  says(with(whole, end + 4, 1, 2), "an archive in parts");
  says(with(whole, end + 8, 3, 2), "an archive in parts");
  says(with(whole, end + 16, 0xffffffff, 4), "an archive of more than 4 GiB");
  says(with(whole, end + 12, 1, 4), "the directory of the archive is not where it should be");
  says(with(with(whole, end + 8, 3, 2), end + 10, 3, 2), "no entry of the archive's directory where one must be");
  says(with(whole, directory + 8, 1, 2), "the member weights.npy is encrypted");
  says(with(whole, directory + 10, 12, 2), "the member weights.npy is compressed by method 12");
  says(with(whole, directory + 16, 0, 4), "the checksum of the member weights.npy is wrong");
  says(with(whole, directory + 20, 0xffffffff, 4), "the member weights.npy has more than 4 GiB");
  says(with(whole, directory + 20, 0xfffffff, 4), "the member weights.npy has 268435455 bytes, more than there are");
  says(with(whole, directory + 24, 1, 4), "is not compressed, but has two sizes");
  says(with(with(whole, directory + 10, 8, 2), directory + 24, 0xfffffff, 4), "cannot become 268435455 bytes from");
  says(with(with(whole, directory + 10, 8, 2), directory + 24, 200, 4),
       "the compressed data of the member weights.npy are corrupted, or do not become 200 bytes");
  says(with(whole, directory + 28, 65535, 2), "an entry of the archive's directory is cut off");
  says(with(whole, directory + 42, 1, 4), "the member weights.npy is not where the directory says, at byte 1");
  std::string other = whole;
  other[directory + 46] = 'W';  // in the directory alone: the name there counts
  CHECK(message_of(other) == "nothing");
  other[directory + 46 + 8] = 'x';
  says(other, "the member Weights.xpy is no array: its name does not end in .npy");
  // The second entry is made one of the first member.
  const std::size_t second = directory + 46 + 11;
  std::string twice = whole.substr(0, second) + whole.substr(directory, 46 + 11) + whole.substr(end);
  twice = with(twice, twice.size() - 22 + 12, 2 * (46 + 11), 4);
  says(twice, "a second member weights.npy");
  twice[second + 46] = 'W';
  says(twice, "two members of the archive overlap");
}

TEST_CASE("npz: a member that is no NPY file is named") {
  std::string whole = bytes_of({{"a", {{1}, std::vector<std::uint8_t>{7}}}});
  const std::size_t start = 30 + 5;
  const std::string broken = "not a NumPy file, but as long as one would be";
  CHECK(whole.substr(start + 1, 5) == "NUMPY");
  CHECK_THROWS_WITH_AS(parse_npy("file[a.npy]", broken), "file[a.npy]: no NPY file (at byte 0)", FileError);
}
