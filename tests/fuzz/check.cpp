#include "check.h"

#include <cotape/engine/base/error.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

// Of the sanitizers' runtime (sanitizer/allocator_interface.h of LLVM); null in a build without one.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                                         void (*on_free)(const volatile void*)) __attribute__((weak));

namespace {

std::atomic<int> first_byte{-1};  // what new memory is filled with; −1: nothing

// Larger blocks keep their ends: filling them all would make the fuzzer slow.
constexpr std::size_t max_filled = std::size_t{1} << 16;

void fill_block(const volatile void* block, std::size_t size) {
  const int byte = first_byte.load(std::memory_order_relaxed);
  if (byte >= 0) std::memset(const_cast<void*>(block), byte, std::min(size, max_filled));
}

// While it lives, memory that is allocated begins as these bytes.
class NewMemory {
 public:
  explicit NewMemory(int byte) {
    static const bool installed =
        __sanitizer_install_malloc_and_free_hooks != nullptr &&
        __sanitizer_install_malloc_and_free_hooks(fill_block, [](const volatile void*) {}) != 0;
    if (installed) first_byte = byte;
  }
  ~NewMemory() { first_byte = -1; }
  NewMemory(const NewMemory&) = delete;
  NewMemory& operator=(const NewMemory&) = delete;
};

struct Outcome {
  bool accepted;
  std::string text;  // what was read, or the message
  bool operator==(const Outcome&) const = default;
};

Outcome read(const Reader& reader, std::string_view input, int byte) {
  const NewMemory memory(byte);
  try {
    return {true, reader.read(input)};
  } catch (const cotape::Error& error) {
    return {false, error.what()};
  }
}

void check_message(const std::string& message) {
  if (message.size() > max_message)
    throw std::logic_error("a message of " + std::to_string(message.size()) + " bytes: " + message.substr(0, 200));
  if (std::any_of(message.begin(), message.end(), [](unsigned char c) { return c < ' ' || c == 127; }))
    throw std::logic_error("a message with control characters: " + message);
}

}  // namespace

bool check_reader(const Reader& reader, std::string_view input) {
  const Outcome first = read(reader, input, 0x00), second = read(reader, input, 0xA5);
  if (!first.accepted) check_message(first.text);
  if (first != second)
    throw std::logic_error(!first.accepted ? "two readings differ: " + first.text + " | " + second.text
                                           : "two readings differ: what was read depends on what was in memory before");
  return first.accepted;
}
