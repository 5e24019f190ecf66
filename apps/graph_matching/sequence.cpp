#include <cotape/apps/graph_matching/delaunay.h>
#include <cotape/apps/graph_matching/views.h>
#include <cotape/data/formats/keypoints.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace cotape::app {
namespace {

struct NumberedFile {
  std::int64_t number;
  std::filesystem::path path;
};

// The last number in a name: 12 of "house.seq12".
std::optional<std::int64_t> last_number(const std::string& name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto end = std::find_if(name.rbegin(), name.rend(), is_digit).base();
  const auto begin = std::find_if_not(std::make_reverse_iterator(end), name.rend(), is_digit).base();
  if (begin == end || end - begin > 15) return {};
  return std::stoll(std::string(begin, end));
}

// The files of a folder that have a number, by their numbers.
template <class Wanted>
std::vector<NumberedFile> numbered_files(const std::filesystem::path& folder, const Wanted& wanted) {
  if (!std::filesystem::is_directory(folder)) fail<FileError>(shown_path(folder), ": no such folder");
  std::vector<NumberedFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_regular_file() || !wanted(entry.path())) continue;
    if (const auto number = last_number(entry.path().stem().string())) files.push_back({*number, entry.path()});
  }
  std::sort(files.begin(), files.end(), [](const NumberedFile& a, const NumberedFile& b) {
    return a.number != b.number ? a.number < b.number : a.path < b.path;
  });
  const auto same = std::adjacent_find(
      files.begin(), files.end(), [](const NumberedFile& a, const NumberedFile& b) { return a.number == b.number; });
  if (same != files.end())
    fail<FileError>(shown_path(folder), ": ", shown(same->path.filename().string()), " and ",
                    shown((same + 1)->path.filename().string()), " have the same number");
  return files;
}

bool is_picture(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

Image to_grey(const Image& image) {
  if (image.channels() == 1) return image;
  Image grey(image.height(), image.width(), 1);
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) {
      const std::uint8_t* const p = image.pixel(y, x);
      *grey.pixel(y, x) = static_cast<std::uint8_t>((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);  // BT.601
    }
  return grey;
}

}  // namespace

MatchingData read_sequence(const std::filesystem::path& folder, const std::vector<std::int64_t>& gaps,
                           std::int64_t train_gap, std::uint64_t seed) {
  const auto pictures = numbered_files(folder / "images", is_picture);
  const auto labels = numbered_files(folder / "label", [](const auto&) { return true; });
  const auto count = static_cast<std::int64_t>(pictures.size());
  if (count < 4)
    fail<FileError>(shown_path(folder / "images"), ": ", count, " numbered pictures; a sequence has 4 or more");
  if (labels.size() != pictures.size())
    fail<FileError>(shown_path(folder), ": ", count, " pictures in images, but ", labels.size(), " files in label");
  for (std::size_t k = 0; k < pictures.size(); ++k)
    if (labels[k].number - pictures[k].number != labels[0].number - pictures[0].number)
      fail<FileError>(shown_path(folder), ": images/", shown(pictures[k].path.filename().string()), " and label/",
                      shown(labels[k].path.filename().string()), " are not numbered as the first two are");
  std::set<std::int64_t> different;
  for (const std::int64_t gap : gaps) {
    if (gap < 2 || gap % 2 != 0 || gap >= count)
      fail<ValueError>("gap ", gap, ": it must be even, and from 2 to ", count - 1, " in a sequence of ", count,
                       " pictures");
    if (!different.insert(gap).second) fail<ValueError>("gap ", gap, " is named twice");
  }

  if (train_gap < 0 || train_gap == 1)
    fail<ValueError>("a training gap of ", train_gap, ": training pairs are 2 pictures apart or more");

  MatchingData data;
  std::vector<std::vector<std::int64_t>> place;  // of each view: where the points of its file are now
  for (std::size_t k = 0; k < pictures.size(); ++k) {
    View view{.picture = to_grey(read_image(pictures[k].path)), .points = {}, .graph = {}};
    const std::vector<Keypoint> points = read_keypoints(labels[k].path, view.picture.height(), view.picture.width());
    if (k > 0 && points.size() != data.views[0].points.size())
      fail<FileError>(shown_path(labels[k].path), ": ", points.size(), " points, but ", data.views[0].points.size(),
                      " in ", shown(labels[0].path.filename().string()));
    place.push_back(random_permutation(static_cast<std::int64_t>(points.size()), Rng(seed).split(k)));
    view.points.resize(points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
      view.points[static_cast<std::size_t>(place[k][i])] = {points[i].x, points[i].y};
    view.graph = delaunay_graph(view.points);
    data.views.push_back(std::move(view));
  }
  const auto pair_of = [&](std::int64_t left, std::int64_t right) {
    const auto& from = place[static_cast<std::size_t>(left)];
    const auto& to = place[static_cast<std::size_t>(right)];
    ViewPair pair{left, right, std::vector<std::int64_t>(from.size())};
    for (std::size_t i = 0; i < from.size(); ++i) pair.right_of_left[static_cast<std::size_t>(from[i])] = to[i];
    return pair;
  };
  for (std::int64_t i = 1; i < count; i += 2)
    for (std::int64_t j = i + 2; j < count && (train_gap == 0 || j - i <= train_gap); j += 2)
      data.train.push_back(pair_of(i, j));
  for (const std::int64_t gap : gaps) {
    PairGroup group{"gap_" + std::to_string(gap), {}};
    for (std::int64_t i = 0; i + gap < count; i += 2) group.pairs.push_back(pair_of(i, i + gap));
    data.test.push_back(std::move(group));
  }
  return data;
}

GraphMatchingLayout MatchingData::layout(bool edges) const {
  std::int64_t most = 0;
  for (const View& view : views) most = std::max(most, view.graph.edge_count());
  if (!edges) most = 0;
  return {.left_nodes = points(), .right_nodes = points(), .left_edges = most, .right_edges = most};
}

}  // namespace cotape::app
