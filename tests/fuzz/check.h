#pragma once
#include <string_view>

#include "readers.h"

// Gives the input to the reader and returns whether it was accepted. Throws std::logic_error, saying what is wrong,
// - when two readings differ: in the second one, new memory begins as other bytes, so that what was never written
//   shows (under a sanitizer; without one, memory is as it is);
// - when a message is longer than max_message, or holds control characters, which could come from the file.
// Everything else that is no cotape::Error passes through.
bool check_reader(const Reader& reader, std::string_view input);

inline constexpr std::size_t max_message = 1000;  // bytes
