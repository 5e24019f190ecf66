#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A reader of files that may come from anywhere, as the fuzzers call it.
struct Reader {
  std::string_view name;  // also of its folder of inputs
  // Reads the input and returns everything that was read, as bytes to compare. Throws cotape::Error where the input is
  // refused.
  std::string (*read)(std::string_view input);
};

// Every reader of the project: the library's, and those of its programs where these are built.
std::span<const Reader> readers();
std::vector<Reader> readers_of_programs();
// Throws std::invalid_argument, listing the names, when there is none of this name.
const Reader& find_reader(std::string_view name);

// The input of the Warcraft and the ERASER reader, whose files are three: two lengths of 16 bits, little-endian, of the
// first two; then all three, one after the other. Of ERASER the annotations, and the documents "a" and "b".
std::string pack_files(std::string_view first, std::string_view second, std::string_view third);
