#include <cotape/data/formats/input_file.h>
#include <cotape/data/sets/reviews.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;

}  // namespace

std::vector<Review> read_reviews(const std::filesystem::path& path) {
  InputFile file(path);
  const std::string text = file.read_rest(max_bytes);
  std::string_view rest = without_byte_order_mark(text);
  while (rest.ends_with('\n') || rest.ends_with('\r')) rest.remove_suffix(1);
  if (rest.empty()) fail<FileError>(file.name(), ": the file has no reviews");

  std::vector<Review> reviews;
  for (std::int64_t number = 1; !rest.empty(); ++number) {
    const auto fail_here = [&](const auto&... parts) {
      fail<FileError>(file.name(), ": ", parts..., " (at line ", number, ")");
    };
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t first = line.find('\t'), second = first == line.npos ? first : line.find('\t', first + 1);
    if (second == line.npos) fail_here("a line must be a rating, an id and a text with tabs between");
    const std::optional<double> rating = parse_number<double>(line.substr(0, first));
    if (!rating || !(*rating >= 0 && *rating <= 10))
      fail_here("the rating is \"", shown(line.substr(0, first)), "\", not a number from 0 to 10");
    reviews.push_back(
        {*rating, std::string(line.substr(first + 1, second - first - 1)), std::string(line.substr(second + 1))});
  }
  return reviews;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
