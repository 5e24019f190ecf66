#include <cotape/apps/graph_matching/delaunay.h>
#include <cotape/apps/graph_matching/views.h>
#include <cotape/engine/base/random.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace cotape::app {
namespace {

constexpr int picture_size = 256;
constexpr double least_distance = 14;  // of two points when they are drawn, in pixels
constexpr double border = 24;
constexpr int texture_radius = 20;
constexpr double degree = std::numbers::pi / 180;

double between(Rng& rng, double low, double high) { return low + (high - low) * static_cast<double>(rng.uniform()); }

// A normal number (Box and Muller 1958).
double normal(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(static_cast<double>(rng.uniform())));
  return radius * std::cos(2 * std::numbers::pi * static_cast<double>(rng.uniform()));
}

// What is seen around a point: spots of Gaussian form, bright and dark.
struct Texture {
  struct Spot {
    double x, y, width, height;
  };
  std::array<Spot, 6> spots;

  explicit Texture(Rng& rng) {
    for (Spot& spot : spots) {
      spot = {between(rng, -13, 13), between(rng, -13, 13), between(rng, 2, 6), between(rng, 0.15, 0.5)};
      if (rng.uniform() < real(0.5)) spot.height = -spot.height;
    }
  }
  // At a place beside the point; 0 far from it.
  double at(double x, double y) const {
    double sum = 0;
    for (const Spot& spot : spots) {
      const double dx = x - spot.x, dy = y - spot.y;
      sum += spot.height * std::exp(-(dx * dx + dy * dy) / (2 * spot.width * spot.width));
    }
    return sum;
  }
};

// A point as it is painted.
struct Mark {
  Point at;
  Texture texture;
  double turn = 0;  // of the texture, in radians
};

// A place that keeps its distance from all others, if one is found soon.
Point free_place(const std::vector<Mark>& taken, Rng& rng) {
  Point place{};
  for (int attempt = 0; attempt < 100; ++attempt) {
    place = {between(rng, border, picture_size - border), between(rng, border, picture_size - border)};
    if (std::all_of(taken.begin(), taken.end(), [&](const Mark& mark) {
          return std::hypot(mark.at.x - place.x, mark.at.y - place.y) >= least_distance;
        }))
      break;
  }
  return place;
}

View paint(const std::vector<Mark>& marks, double noise, Rng& rng) {
  std::vector<double> level(static_cast<std::size_t>(picture_size * picture_size), 0.5);
  for (const Mark& mark : marks) {
    const double cosine = std::cos(mark.turn), sine = std::sin(mark.turn);
    const int x0 = static_cast<int>(std::lround(mark.at.x)), y0 = static_cast<int>(std::lround(mark.at.y));
    for (int y = std::max(0, y0 - texture_radius); y <= std::min(picture_size - 1, y0 + texture_radius); ++y)
      for (int x = std::max(0, x0 - texture_radius); x <= std::min(picture_size - 1, x0 + texture_radius); ++x) {
        const double dx = x - mark.at.x, dy = y - mark.at.y;
        level[static_cast<std::size_t>(y * picture_size + x)] +=
            mark.texture.at(cosine * dx + sine * dy, cosine * dy - sine * dx);
      }
  }
  Tensor grain(Shape{picture_size, picture_size});
  rng.normal(grain);
  View view{.picture = Image(picture_size, picture_size, 1), .points = {}, .graph = {}};
  for (std::size_t k = 0; k < level.size(); ++k) {
    const double value = level[k] + noise * static_cast<double>(grain[static_cast<std::int64_t>(k)]);
    view.picture.bytes()[k] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
  }
  for (const Mark& mark : marks) view.points.push_back(mark.at);
  view.graph = delaunay_graph(view.points);
  return view;
}

// Adds the views of a pair, and returns it.
ViewPair add_pair(const GeneratedSizes& sizes, Rng rng, std::vector<View>& views) {
  const std::int64_t all = sizes.points + sizes.outliers;
  std::vector<Mark> left, right;
  for (std::int64_t i = 0; i < all; ++i) {
    const Point place = free_place(left, rng);
    left.push_back({place, Texture(rng)});
  }
  const double turn = between(rng, -15, 15) * degree, zoom = between(rng, 0.9, 1.1), middle = picture_size / 2.0;
  const std::vector<std::int64_t> place = random_permutation(all, rng.split(1));  // of what is made as the i-th
  ViewPair pair{static_cast<std::int64_t>(views.size()), static_cast<std::int64_t>(views.size()) + 1,
                std::vector<std::int64_t>(left.size(), -1)};
  std::vector<Mark> made;
  for (std::int64_t i = 0; i < all; ++i) {
    const bool seen = i < sizes.points && static_cast<double>(rng.uniform()) >= sizes.occlusion;
    if (!seen) {
      const Point free = free_place(made, rng);
      made.push_back({free, Texture(rng)});
      continue;
    }
    Mark mark = left[static_cast<std::size_t>(i)];
    const double dx = zoom * (mark.at.x - middle), dy = zoom * (mark.at.y - middle),
                 blur = picture_size * sizes.deformation;
    const auto inside = [](double x) { return std::clamp(x, 4.0, picture_size - 5.0); };
    mark.at = {inside(middle + std::cos(turn) * dx - std::sin(turn) * dy + blur * normal(rng)),
               inside(middle + std::sin(turn) * dx + std::cos(turn) * dy + blur * normal(rng))};
    mark.turn = turn + 5 * degree * normal(rng);
    made.push_back(mark);
    pair.right_of_left[static_cast<std::size_t>(i)] = place[static_cast<std::size_t>(i)];
  }
  right = made;
  for (std::size_t i = 0; i < made.size(); ++i) right[static_cast<std::size_t>(place[i])] = made[i];
  views.push_back(paint(left, sizes.noise, rng));
  views.push_back(paint(right, sizes.noise, rng));
  return pair;
}

}  // namespace

MatchingData generate_views(const GeneratedSizes& sizes, std::uint64_t seed) {
  MatchingData data;
  data.partial = sizes.outliers > 0 || sizes.occlusion > 0;
  for (std::int64_t i = 0; i < sizes.train; ++i)
    data.train.push_back(add_pair(sizes, Rng(seed).split(0).split(static_cast<std::uint64_t>(i)), data.views));
  PairGroup group{"generated", {}};
  for (std::int64_t i = 0; i < sizes.test; ++i)
    group.pairs.push_back(add_pair(sizes, Rng(seed).split(1).split(static_cast<std::uint64_t>(i)), data.views));
  data.test.push_back(std::move(group));
  return data;
}

}  // namespace cotape::app
