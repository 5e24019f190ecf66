#pragma once
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/random.h>

#include <string>

// Pictures of 28 × 28 pixels, `each` of every class: two bars whose places are the class's, a little moved and noisy.
inline cotape::PictureClasses small_set(std::int64_t classes, std::int64_t each, std::uint64_t seed = 1) {
  cotape::PictureClasses set;
  set.side = 28;
  cotape::Rng rng(seed);
  for (std::int64_t c = 0; c < classes; ++c) {
    set.class_names.push_back("class" + std::to_string(c));
    set.group_names.push_back(set.class_names.back());
    set.groups.push_back(c);
    for (std::int64_t i = 0; i < each; ++i) {
      set.classes.push_back(c);
      const std::int64_t row = 4 + 5 * (c % 4) + rng.below(2), column = 4 + 5 * (c / 4 % 4) + rng.below(2);
      for (std::int64_t y = 0; y < 28; ++y)
        for (std::int64_t x = 0; x < 28; ++x) {
          const bool ink = y / 2 == row / 2 || x / 2 == column / 2;
          set.pixels.push_back(static_cast<std::uint8_t>((ink ? 200 : 0) + rng.below(50)));
        }
    }
  }
  return set;
}
