#include <cotape/data/formats/input_file.h>
#include <cotape/data/formats/keypoints.h>
#include <cotape/engine/base/text.h>

#include <sstream>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = 1 << 20;
constexpr std::size_t max_points = 1000;

}  // namespace

std::vector<Keypoint> read_keypoints(const std::filesystem::path& path, int height, int width) {
  InputFile file(path);
  const std::string bytes = file.read_rest(max_bytes);
  std::istringstream lines{std::string(without_byte_order_mark(bytes))};
  std::vector<Keypoint> points;
  std::string line;
  for (std::int64_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::vector<std::string> found;
    for (std::string word; words >> word;) found.push_back(word);
    if (found.empty()) continue;
    const auto refuse = [&](const auto&... why) { fail<FileError>(file.name(), ": line ", number, ": ", why...); };
    if (found.size() != 2) refuse("\"", shown(line), "\" is not \"x y\"");
    const auto x = parse_number<double>(found[0]), y = parse_number<double>(found[1]);
    if (!x || !y) refuse("\"", shown(line), "\" is not two numbers");
    if (!(*x >= 0 && *x <= width && *y >= 0 && *y <= height))
      refuse("the point ", shown(line), " is outside its picture of ", width, " × ", height, " pixels");
    points.push_back({*x, *y});
  }
  if (points.size() < 2) fail<FileError>(file.name(), ": ", points.size(), " points; there must be two or more");
  if (points.size() > max_points)
    fail<FileError>(file.name(), ": ", points.size(), " points; there may be ", max_points);
  return points;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
