#include <cotape/apps/graph_matching/patches.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t pixels = patch_size * patch_size;

// The grey level at a place between pixels.
double level(const Image& picture, double x, double y) {
  x = std::clamp(x, 0.0, picture.width() - 1.0);
  y = std::clamp(y, 0.0, picture.height() - 1.0);
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const int x1 = std::min(x0 + 1, picture.width() - 1), y1 = std::min(y0 + 1, picture.height() - 1);
  const double right = x - x0, down = y - y0;
  return (1 - down) * ((1 - right) * *picture.pixel(y0, x0) + right * *picture.pixel(y0, x1)) +
         down * ((1 - right) * *picture.pixel(y1, x0) + right * *picture.pixel(y1, x1));
}

// Mean 0 and deviation 1.
void normalise(std::span<real> patch) {
  const double count = static_cast<double>(patch.size());
  const double mean = std::accumulate(patch.begin(), patch.end(), 0.0) / count;
  double squares = 0;
  for (const real p : patch) squares += (static_cast<double>(p) - mean) * (static_cast<double>(p) - mean);
  const double deviation = std::sqrt(squares / count);
  const double factor = deviation > 1e-3 ? 1 / deviation : 0;  // of 256 levels
  for (real& p : patch) p = static_cast<real>(factor * (static_cast<double>(p) - mean));
}

}  // namespace

void cut_patches(const View& view, const PatchJitter& jitter, Rng rng, real* out) {
  const auto draw = [&](double width) { return width * (2 * static_cast<double>(rng.uniform()) - 1); };
  const double turn = draw(jitter.turn) * std::numbers::pi / 180, zoom = 1 + draw(jitter.zoom);
  const double cosine = zoom * std::cos(turn), sine = zoom * std::sin(turn);
  constexpr double middle = (patch_size - 1) / 2.0;
  for (const Point& point : view.points) {
    const double x0 = point.x + draw(jitter.shift), y0 = point.y + draw(jitter.shift);
    for (std::int64_t i = 0; i < patch_size; ++i)
      for (std::int64_t j = 0; j < patch_size; ++j) {
        const double dx = static_cast<double>(j) - middle, dy = static_cast<double>(i) - middle;
        out[i * patch_size + j] =
            static_cast<real>(level(view.picture, x0 + cosine * dx - sine * dy, y0 + sine * dx + cosine * dy));
      }
    normalise({out, static_cast<std::size_t>(pixels)});
    out += pixels;
  }
}

std::vector<double> patch_similarities(const View& left, const View& right) {
  const std::size_t rows = left.points.size(), columns = right.points.size();
  std::vector<real> a(rows * pixels), b(columns * pixels);
  cut_patches(left, {}, Rng(0), a.data());
  cut_patches(right, {}, Rng(0), b.data());
  std::vector<double> cosines(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      cosines[i * columns + j] = std::inner_product(a.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                                                    a.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels),
                                                    b.begin() + static_cast<std::ptrdiff_t>(j * pixels), 0.0) /
                                 static_cast<double>(pixels);
  return cosines;
}

}  // namespace cotape::app
