#include <cotape/data/sets/terrain_paint.h>
#include <cotape/data/sets/value_noise.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr int cell_pixels = WarcraftMaps::cell_pixels;

using Rgb = std::array<float, 3>;

Rgb scaled(Rgb color, float by) { return {color[0] * by, color[1] * by, color[2] * by}; }
Rgb mixed(Rgb a, Rgb b, float share) {
  return {between(a[0], b[0], share), between(a[1], b[1], share), between(a[2], b[2], share)};
}

// One picture in the making, light as it falls on level ground until shade() is called.
class Painter {
 public:
  Painter(std::span<const Terrain> cells, std::int64_t size, Rng rng)
      : cells_(cells), size_(static_cast<int>(size)), pixels_(size_ * cell_pixels), rng_(rng) {
    const auto words = rng_.words(0);
    seed_ = words[0];
    for (int c = 0; c < 3; ++c) tint_[c] = 1 + 0.10f * (unit(words[1] << (10 * c)) - 0.5f);
    light_ = 0.88f + 0.26f * unit(words[2]);
    const float azimuth = 0.25f * 3.14159265f * (0.5f + unit(words[3]));  // the sun stands in the upper left
    sun_ = {std::cos(azimuth), std::sin(azimuth)};
    ground_.resize(static_cast<std::size_t>(pixels_ * pixels_));
    colors_.resize(ground_.size());
  }

  void paint(FunctionRef<float(float, float)> height, std::span<std::uint8_t> out) {
    for (int y = 0; y < pixels_; ++y)
      for (int x = 0; x < pixels_; ++x) ground_[at(x, y)] = ragged_cell(x, y);
    for (int y = 0; y < pixels_; ++y)
      for (int x = 0; x < pixels_; ++x) colors_[at(x, y)] = ground_color(x, y);
    shade(height);
    for (int row = 0; row < size_; ++row)
      for (int column = 0; column < size_; ++column)
        if (cell(column, row) == Terrain::forest) plant(column, row);
    for (std::size_t i = 0; i < colors_.size(); ++i)
      for (std::size_t c = 0; c < 3; ++c)
        out[3 * i + c] = static_cast<std::uint8_t>(std::clamp(colors_[i][c] * light_ * tint_[c] + 0.5f, 0.0f, 255.0f));
  }

 private:
  static float unit(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }
  std::size_t at(int x, int y) const { return static_cast<std::size_t>(y * pixels_ + x); }
  Terrain cell(int column, int row) const {
    return cells_[static_cast<std::size_t>(std::clamp(row, 0, size_ - 1) * size_ + std::clamp(column, 0, size_ - 1))];
  }
  Terrain ground(int x, int y) const {
    return ground_[at(std::clamp(x, 0, pixels_ - 1), std::clamp(y, 0, pixels_ - 1))];
  }
  // Independent noises and dice by name.
  float noise(int which, float x, float y) const {
    return value_noise(seed_ + 1000u * static_cast<std::uint32_t>(which), x, y);
  }
  float dice(int which, int x, int y) const {
    return place_unit(seed_ + 1000u * static_cast<std::uint32_t>(which), x, y);
  }

  Terrain ragged_cell(int x, int y) const {
    const float u = static_cast<float>(x), v = static_cast<float>(y);
    const float dx = 1.4f * noise(1, 0.3f * u, 0.3f * v) + 0.8f * noise(2, 0.7f * u, 0.7f * v);
    const float dy = 1.4f * noise(3, 0.3f * u, 0.3f * v) + 0.8f * noise(4, 0.7f * u, 0.7f * v);
    const auto of = [](float pixel) { return static_cast<int>(std::floor((pixel + 0.5f) / cell_pixels)); };
    return cell(of(u + dx), of(v + dy));
  }

  Rgb ground_color(int x, int y) const {
    switch (ground(x, y)) {
      case Terrain::grass:
        return grass(x, y);
      case Terrain::earth:
        return earth(x, y);
      case Terrain::forest:
        return scaled(grass(x, y), 0.62f);
      case Terrain::water:
        return water(x, y);
      case Terrain::stone:
        return stone(x, y);
    }
    return {};
  }

  // Blades: streaks two or three pixels high.
  Rgb grass(int x, int y) const {
    const float u = static_cast<float>(x), v = static_cast<float>(y);
    const float patch = 0.5f + 0.5f * noise(5, 0.09f * u, 0.09f * v);
    Rgb color = mixed({78, 128, 46}, {118, 142, 58}, patch);
    const int shift = static_cast<int>(place_bits(seed_, x, 0) % 3);
    const float blade = dice(6, x, (y + shift) / 3);
    color = scaled(color, 0.84f + 0.24f * blade + 0.10f * dice(7, x, y));
    if (dice(8, x, y) > 0.993f) color = dice(9, x, y) > 0.5f ? Rgb{226, 214, 96} : Rgb{222, 208, 214};  // flowers
    return color;
  }

  Rgb earth(int x, int y) const {
    const float u = static_cast<float>(x), v = static_cast<float>(y);
    const float patch = 0.5f + 0.5f * noise(10, 0.16f * u, 0.16f * v);
    Rgb color = mixed({150, 112, 68}, {178, 142, 92}, patch);
    color = scaled(color, 0.92f + 0.10f * noise(11, 0.6f * u, 0.6f * v) + 0.12f * dice(12, x, y));
    if (dice(13, x, y) > 0.96f)
      color = scaled(color, 1.22f);  // a pebble …
    else if (dice(13, x, y - 1) > 0.96f)
      color = scaled(color, 0.70f);  // … and its shadow
    return color;
  }

  // Waves along lines that noise bends; lighter where the shore is near.
  Rgb water(int x, int y) const {
    const float u = static_cast<float>(x), v = static_cast<float>(y);
    int land = 0;
    for (int j = -3; j <= 3; j += 2)
      for (int i = -3; i <= 3; i += 2) land += ground(x + i, y + j) != Terrain::water;
    Rgb color = mixed({36, 82, 140}, {74, 142, 168}, std::min(1.0f, static_cast<float>(land) / 9));
    const float wave = std::sin(0.95f * v + 2.6f * noise(14, 0.11f * u, 0.17f * v) + 0.25f * u);
    color = scaled(color, 1 + 0.10f * wave + 0.05f * noise(15, 0.4f * u, 0.8f * v));
    if (wave > 0.86f && noise(16, 0.22f * u, 0.22f * v) > 0.1f) color = mixed(color, {214, 232, 240}, 0.42f);
    const bool shore = ground(x - 1, y) != Terrain::water || ground(x + 1, y) != Terrain::water ||
                       ground(x, y - 1) != Terrain::water || ground(x, y + 1) != Terrain::water;
    return shore ? mixed(color, {206, 222, 216}, 0.30f + 0.35f * dice(17, x, y)) : color;
  }

  // Boulders: the cells of a Voronoi diagram of jittered points, each a facet with its own light, dark joints between.
  Rgb stone(int x, int y) const {
    constexpr int spacing = 5;
    float nearest = 1e9f, second = 1e9f, dx = 0, dy = 0, own = 0;
    for (int j = y / spacing - 1; j <= y / spacing + 1; ++j)
      for (int i = x / spacing - 1; i <= x / spacing + 1; ++i) {
        const float px = (static_cast<float>(i) + dice(18, i, j)) * spacing - static_cast<float>(x);
        const float py = (static_cast<float>(j) + dice(19, i, j)) * spacing - static_cast<float>(y);
        const float distance = std::sqrt(px * px + py * py);
        if (distance < nearest) {
          second = nearest;
          nearest = distance;
          dx = px, dy = py, own = dice(20, i, j);
        } else {
          second = std::min(second, distance);
        }
      }
    const float dome = (dx * sun_[0] + dy * sun_[1]) / spacing;
    Rgb color = mixed({118, 112, 104}, {146, 144, 142}, own);
    color = scaled(color, 0.94f + 0.42f * dome + 0.12f * (dice(21, x, y) - 0.5f));
    return second - nearest < 0.9f ? scaled(color, 0.58f) : color;
  }

  // The height is asked for at every fourth pixel and is linear in between.
  std::vector<float> heights_of_pixels(FunctionRef<float(float, float)> height) const {
    constexpr int step = 4;
    const int n = pixels_ / step + 1;
    std::vector<float> coarse, heights(ground_.size());
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i)
        coarse.push_back(
            height(static_cast<float>(i * step) / cell_pixels, static_cast<float>(j * step) / cell_pixels));
    for (int y = 0; y < pixels_; ++y)
      for (int x = 0; x < pixels_; ++x) {
        const float* const corner = &coarse[static_cast<std::size_t>(y / step * n + x / step)];
        const float u = static_cast<float>(x % step) / step, v = static_cast<float>(y % step) / step;
        heights[at(x, y)] = between(between(corner[0], corner[1], u), between(corner[n], corner[n + 1], u), v);
      }
    return heights;
  }

  // Slopes, and the shadows of what stands higher on the side of the sun.
  void shade(FunctionRef<float(float, float)> height) {
    const std::vector<float> heights = heights_of_pixels(height);
    for (int y = 0; y < pixels_; ++y)
      for (int x = 0; x < pixels_; ++x) {
        const Terrain own = ground(x, y);
        const float here = heights[at(x, y)];
        const float slope = sun_[0] * (here - heights[at(std::max(x - 1, 0), y)]) +
                            sun_[1] * (here - heights[at(x, std::max(y - 1, 0))]);
        const float strength = own == Terrain::water ? 0.4f : own == Terrain::stone ? 2.4f : 1.7f;
        float factor = std::clamp(1 + strength * slope, 0.72f, 1.3f);
        if (own != Terrain::stone)
          for (int reach = 1; reach <= 2; ++reach)
            if (ground(x - reach, y - reach) == Terrain::stone || ground(x, y - reach) == Terrain::stone)
              factor *= 0.84f;
        colors_[at(x, y)] = scaled(colors_[at(x, y)], factor);
      }
  }

  // Three or four trees in a cell, the upper ones first, so that the lower ones stand before them.
  void plant(int column, int row) {
    constexpr int side = 2;
    const int key_x = column * side, key_y = row * side;
    for (int j = 0; j < side; ++j)
      for (int i = 0; i < side; ++i) {
        const float pitch = static_cast<float>(cell_pixels) / side;
        const float x = static_cast<float>(column * cell_pixels) +
                        pitch * (static_cast<float>(i) + 0.2f + 0.6f * dice(22, key_x + i, key_y + j));
        const float y = static_cast<float>(row * cell_pixels) +
                        pitch * (static_cast<float>(j) + 0.2f + 0.6f * dice(23, key_x + i, key_y + j));
        const float radius = 1.9f + 0.9f * dice(24, key_x + i, key_y + j);
        if (dice(25, key_x + i, key_y + j) < 0.88f) draw_tree(x, y, radius, dice(26, key_x + i, key_y + j));
      }
  }

  void draw_tree(float x, float y, float radius, float kind) {
    const Rgb leaves = mixed({30, 78, 34}, {74, 104, 40}, kind);
    const int reach = static_cast<int>(radius) + 2;
    const int left = static_cast<int>(x), top = static_cast<int>(y);
    for (int py = std::max(0, top - reach); py <= std::min(pixels_ - 1, top + reach); ++py)
      for (int px = std::max(0, left - reach); px <= std::min(pixels_ - 1, left + reach); ++px) {
        const float dx = (static_cast<float>(px) + 0.5f - x) / radius,
                    dy = (static_cast<float>(py) + 0.5f - y) / radius;
        Rgb& color = colors_[at(px, py)];
        if (const float inside = dx * dx + dy * dy; inside < 1) {
          const float toward_sun = -(dx * sun_[0] + dy * sun_[1]);
          color = scaled(leaves, 0.92f + 0.5f * toward_sun - 0.2f * inside + 0.24f * (dice(27, px, py) - 0.5f));
        } else if (const float sx = dx - 0.4f, sy = dy - 0.4f; sx * sx + sy * sy < 1) {
          color = scaled(color, 0.66f);
        }
      }
  }

  std::span<const Terrain> cells_;
  int size_, pixels_;
  Rng rng_;
  std::uint32_t seed_ = 0;
  Rgb tint_{};
  float light_ = 1;
  std::array<float, 2> sun_{};  // to the right and down, where the light goes
  std::vector<Terrain> ground_;
  std::vector<Rgb> colors_;
};

}  // namespace

void paint_terrain(std::span<const Terrain> cells, std::int64_t size, FunctionRef<float(float, float)> height, Rng rng,
                   std::span<std::uint8_t> pixels) {
  Painter(cells, size, rng).paint(height, pixels);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
