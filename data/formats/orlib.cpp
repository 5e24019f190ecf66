#include <cotape/data/formats/number_text.h>
#include <cotape/data/formats/orlib.h>
#include <cotape/engine/base/text.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_size = 20000;

}  // namespace

OrlibAssignment read_orlib_assignment(const std::filesystem::path& path) {
  InputFile file(path);
  NumberText numbers(file);
  OrlibAssignment out;
  out.n = numbers.next_size("the number of rows", max_size);
  // A number and what parts it from the next are two bytes.
  if (static_cast<std::uint64_t>(out.n * out.n) > numbers.bytes_left() / 2 + 1)
    numbers.fail_here(out.n, " rows need ", out.n * out.n, " costs, but only ", numbers.bytes_left(), " bytes follow");
  out.costs.reserve(static_cast<std::size_t>(out.n * out.n));
  for (std::int64_t k = 0; k < out.n * out.n; ++k) out.costs.push_back(numbers.next("a cost"));
  if (!numbers.at_end()) numbers.fail_here("\"", shown(numbers.word()), "\" behind the last of the costs");
  return out;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
