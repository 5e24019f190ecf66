#include <cotape/data/sets/globe_tours.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Purposes of random numbers; the first three are the splits.
constexpr std::uint64_t corruption_stream = 3;

constexpr std::int64_t examples_per_block = 16;

void add(World& world, const Capital& capital, Image flag) {
  world.capitals.push_back(capital);
  world.flags.push_back(std::move(flag));
  world.positions.push_back(position_of(capital));
}

Image flag_of(const std::filesystem::path& folder, const Capital& capital) {
  return load_flag(folder, capital.code, World::flag_height, World::flag_width);
}

// The first `drawn.size()` of a random order of all countries (Fisher–Yates, ended early).
void draw_countries(Rng rng, std::vector<std::int64_t>& all, std::span<std::int64_t> drawn) {
  std::iota(all.begin(), all.end(), 0);
  const auto n = static_cast<std::int64_t>(all.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    std::swap(all[i], all[i + static_cast<std::size_t>(rng.below(n - static_cast<std::int64_t>(i)))]);
    drawn[i] = all[i];
  }
}

std::size_t checked(const GlobeTours& tours, std::int64_t index) {
  if (index < 0 || index >= tours.count) fail<ValueError>("no example ", index, " of ", tours.count);
  return static_cast<std::size_t>(index);
}

}  // namespace

World choose_world(const std::filesystem::path& flags, const std::vector<Capital>& capitals, std::int64_t count) {
  World candidates;
  for (const Capital& capital : capitals) {
    if (!capital.un_member) continue;
    Image flag = flag_of(flags, capital);
    const bool seen = std::any_of(candidates.flags.begin(), candidates.flags.end(), [&](const Image& earlier) {
      return difference(earlier, flag) < min_flag_difference;
    });
    if (!seen) add(candidates, capital, std::move(flag));
  }
  if (count < 1 || count > candidates.size())
    fail<ValueError>("a world of ", count, " countries: there are ", candidates.size(), " with flags of their own");
  World world;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i * candidates.size() / count);
    add(world, candidates.capitals[at], std::move(candidates.flags[at]));
  }
  return world;
}

World choose_world(const std::filesystem::path& flags, const std::vector<Capital>& capitals,
                   std::span<const std::string> codes) {
  World world;
  for (const std::string& code : codes) {
    const Capital& capital = find_capital(capitals, code);
    const auto same = [&](const Capital& other) { return other.code == code; };
    if (std::any_of(world.capitals.begin(), world.capitals.end(), same))
      fail<ValueError>("the country \"", code, "\" is given twice");
    add(world, capital, flag_of(flags, capital));
  }
  return world;
}

Tensor flag_tensor(const World& world) {
  Tensor pixels(Shape{world.size(), World::flag_height, World::flag_width, 3});
  const std::int64_t size = World::flag_height * World::flag_width * 3;
  for (std::int64_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (const Image& flag : world.flags)
      for (std::int64_t i = c; i < size; i += 3) {
        const double level = flag.bytes()[static_cast<std::size_t>(i)];
        sum += level;
        squares += level * level;
      }
    const double n = static_cast<double>(std::max<std::int64_t>(1, pixels.size() / 3));
    const double mean = sum / n, variance = squares / n - mean * mean;
    const double deviation = variance > 0 ? std::sqrt(variance) : 1;
    for (std::int64_t f = 0; f < world.size(); ++f)
      for (std::int64_t i = c; i < size; i += 3)
        pixels[f * size + i] = static_cast<real>(
            (world.flags[static_cast<std::size_t>(f)].bytes()[static_cast<std::size_t>(i)] - mean) / deviation);
  }
  return pixels;
}

std::span<const std::int64_t> GlobeTours::countries_of(std::int64_t index) const {
  const auto size = static_cast<std::size_t>(cities);
  return std::span(countries).subspan(checked(*this, index) * size, size);
}

std::span<const std::uint8_t> GlobeTours::tour(std::int64_t index) const {
  const auto size = static_cast<std::size_t>(cities * cities);
  return std::span(tours).subspan(checked(*this, index) * size, size);
}

void chord_distances(const World& world, std::span<const std::int64_t> countries, std::span<real> distances) {
  for (std::size_t i = 0; i < countries.size(); ++i)
    for (std::size_t j = 0; j < countries.size(); ++j) {
      const SpherePoint& a = world.positions[static_cast<std::size_t>(countries[i])];
      const SpherePoint& b = world.positions[static_cast<std::size_t>(countries[j])];
      distances[i * countries.size() + j] = static_cast<real>(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
    }
}

GlobeTours generate_globe_tours(const World& world, const GlobeTourOptions& options, TourLabel label) {
  const std::int64_t k = options.cities;
  if (k < 3 || k > world.size())
    fail<ValueError>("tours through ", k, " cities of a world of ", world.size(), ": at least 3, at most all of them");
  if (options.count < 0) fail<ValueError>(options.count, " tours");
  GlobeTours set{.count = options.count, .cities = k};
  set.countries.resize(static_cast<std::size_t>(set.count * k));
  set.tours.resize(static_cast<std::size_t>(set.count * k * k));
  const Rng rng = Rng(options.seed).split(static_cast<std::uint64_t>(options.split));
  parallel_for(set.count, examples_per_block, [&](std::int64_t begin, std::int64_t end) {
    const auto size = static_cast<std::size_t>(k);
    std::vector<std::int64_t> all(static_cast<std::size_t>(world.size()));
    std::vector<real> distances(size * size), tour(size * size);
    for (std::int64_t i = begin; i < end; ++i) {
      const auto first = static_cast<std::size_t>(i) * size;
      const std::span<std::int64_t> drawn = std::span(set.countries).subspan(first, size);
      draw_countries(rng.split(static_cast<std::uint64_t>(i)), all, drawn);
      chord_distances(world, drawn, distances);
      label(distances, tour);
      std::transform(tour.begin(), tour.end(), set.tours.begin() + static_cast<std::ptrdiff_t>(first * size),
                     [](real entry) { return entry != 0 ? std::uint8_t{1} : std::uint8_t{0}; });
    }
  });
  return set;
}

void corrupt_tours(GlobeTours& tours, double rho, std::uint64_t seed) {
  const std::int64_t k = tours.cities;
  if (!(rho >= 0 && rho <= static_cast<double>(k)))
    fail<ValueError>("label corruption ", rho, " is not from 0 to ", k, ", the number of cities");
  const double probability = rho / static_cast<double>(k);
  const Rng rng = Rng(seed).split(corruption_stream);
  for (std::int64_t e = 0; e < tours.count; ++e) {
    Rng own = rng.split(static_cast<std::uint64_t>(e));
    std::uint8_t* tour = tours.tours.data() + e * k * k;
    for (std::int64_t i = 0; i < k; ++i)
      for (std::int64_t j = 0; j < i; ++j)
        if (static_cast<double>(own.uniform()) < probability) tour[i * k + j] = tour[j * k + i] ^= 1;
  }
}

void fill_tours(const GlobeTours& tours, std::span<const std::int64_t> indices, Tensor& out) {
  const Shape shape{static_cast<std::int64_t>(indices.size()), tours.cities, tours.cities};
  if (out.shape() != shape) fail<ShapeError>("fill_tours: shape ", out.shape(), " for ", shape);
  real* to = out.data();
  for (const std::int64_t index : indices) {
    const std::span<const std::uint8_t> tour = tours.tour(index);
    to = std::copy(tour.begin(), tour.end(), to);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
