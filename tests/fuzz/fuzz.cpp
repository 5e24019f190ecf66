// The fuzzer of one reader, on LLVM's libFuzzer: fuzz READER [options of libFuzzer] [CORPUS...]
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "check.h"
#include "mutate.h"

namespace {
const Reader* reader = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  try {
    reader = &find_reader(*argc > 1 ? (*argv)[1] : "");
  } catch (const std::exception& error) {
    std::cerr << "fuzz: " << error.what() << '\n';
    std::exit(1);
  }
  // libFuzzer does not see the name of the reader.
  std::rotate(*argv + 1, *argv + 2, *argv + *argc);
  (*argv)[--*argc] = nullptr;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_reader(*reader, {reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  const auto change = [](std::string& bytes, std::size_t limit) {
    const std::size_t old = bytes.size();
    bytes.resize(std::max(limit, old));
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), old, bytes.size()));
  };
  const std::string mutated = mutate({reinterpret_cast<const char*>(data), size}, max_size, seed, change);
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}
