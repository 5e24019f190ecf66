// The inputs that the fuzzers begin with, and what they once found: readers must go on standing them.
//   fuzz_inputs make FOLDER        writes small files that each reader accepts to FOLDER/READER/
//   fuzz_inputs read FOLDER...     gives every file FOLDER/READER/* to its reader; fails when one makes trouble, or
//   when
//                                  a reader accepts none
//   fuzz_inputs list               prints the names of the readers
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "check.h"
#include "seeds.h"

namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int make(const fs::path& folder) {
  for (const auto& [reader, name, bytes] : seeds()) {
    fs::create_directories(folder / reader);
    std::ofstream file(folder / reader / name, std::ios::binary);
    file << bytes;
    if (!file.flush()) throw std::runtime_error("cannot write " + (folder / reader / name).string());
  }
  return 0;
}

int read(std::span<const std::string> folders) {
  int faults = 0;
  for (const Reader& reader : readers()) {
    int accepted = 0, refused = 0;
    for (const fs::path folder : folders) {
      if (!fs::exists(folder / reader.name)) continue;
      for (const auto& entry : fs::directory_iterator(folder / reader.name)) try {
          ++(check_reader(reader, bytes_of(entry.path())) ? accepted : refused);
        } catch (const std::exception& error) {
          std::cout << entry.path().string() << ": " << error.what() << '\n';
          ++faults;
        }
    }
    std::cout << reader.name << ": " << accepted << " accepted, " << refused << " refused\n";
    if (accepted == 0) ++faults;
  }
  return faults == 0 ? 0 : 1;
}

int list() {
  for (const Reader& reader : readers()) std::cout << reader.name << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 2 && words[0] == "make") return make(words[1]);
    if (words.size() >= 2 && words[0] == "read") return read(std::span(words).subspan(1));
    if (words.size() == 1 && words[0] == "list") return list();
    std::cerr << "usage: fuzz_inputs make FOLDER, read FOLDER..., or list\n";
  } catch (const std::exception& error) {
    std::cerr << "fuzz_inputs: " << error.what() << '\n';
  }
  return 1;
}
