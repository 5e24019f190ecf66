#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <cotape/engine/base/real.h>

// JSON that comes from a file is checked before it is taken apart: a parser gives equal keys no second thought, ends at
// a NUL byte, and copies or prints nested values by recursion, which a hostile file can drive until the stack
// overflows.
namespace cotape {
inline namespace COTAPE_PRECISION {

inline constexpr int max_json_depth = 64;
// Of config.json, summary.json and their kind: 64 MiB.
inline constexpr std::size_t max_json_bytes = std::size_t{1} << 26;

// Where a text stops being one sound JSON object, and why: "is not valid JSON".
struct JsonFault {
  std::size_t byte = 0;
  std::string what = {};
};

// Nothing when the text is one JSON object, with blanks around it: UTF-8, no key twice in an object, no number that a
// double cannot hold, nested at most max_json_depth levels deep.
std::optional<JsonFault> find_json_fault(std::string_view text);

// The text of a file that holds such an object. Throws FileError, naming the file and the byte, when it cannot be read,
// holds something else or has more than max_json_bytes bytes.
std::string read_json_object(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
