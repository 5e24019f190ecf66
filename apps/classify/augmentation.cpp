#include <cotape/apps/classify/augmentation.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <algorithm>

namespace cotape::app {
namespace {

// Evenly one of −reach … reach.
std::int64_t shift_of(std::uint32_t word, std::int64_t reach) {
  return static_cast<std::int64_t>(static_cast<double>(word) * 0x1p-32 * static_cast<double>(2 * reach + 1)) - reach;
}

}  // namespace

void Augmentation::fill(const Dataset& data, std::span<const std::int64_t> indices, std::int64_t epoch, const Rng& rng,
                        Tensor& out) const {
  const std::int64_t height = data.height(), width = data.width(), channels = data.channels();
  const std::int64_t count = std::ssize(indices);
  if (out.shape() != Shape{count, height, width, channels})
    fail<ShapeError>("augmentation: ", count, " images of ", height, " × ", width, " pixels do not fit ", out.shape());
  for (const std::int64_t index : indices) data.label(index);  // refuses what is out of range
  const Rng of_epoch = rng.split(static_cast<std::uint64_t>(epoch));
  const auto reach = [this](std::int64_t size) {
    return static_cast<std::int64_t>(shift * static_cast<double>(size) + 1e-9);
  };
  parallel_for(count, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t index = indices[static_cast<std::size_t>(b)];
      const auto words = of_epoch.split(static_cast<std::uint64_t>(index)).words(0);
      const std::int64_t down = shift_of(words[0], reach(height)), right = shift_of(words[1], reach(width));
      const bool mirrored = flip && words[2] % 2 == 1;
      const std::uint8_t* const image = data.image(index).data();
      real* to = out.data() + b * data.features();
      for (std::int64_t y = 0; y < height; ++y) {
        const std::uint8_t* const row = image + std::clamp<std::int64_t>(y - down, 0, height - 1) * width * channels;
        for (std::int64_t x = 0; x < width; ++x) {
          const std::int64_t shifted = std::clamp<std::int64_t>(x - right, 0, width - 1);
          const std::uint8_t* const pixel = row + (mirrored ? width - 1 - shifted : shifted) * channels;
          for (std::int64_t c = 0; c < channels; ++c) *to++ = static_cast<real>(pixel[c]) / 255;
        }
      }
    }
  });
}

}  // namespace cotape::app
