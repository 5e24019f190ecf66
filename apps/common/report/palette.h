#pragma once
#include <cotape/data/pictures/image.h>

// The colours of pictures: what is right is blue, what is wrong is red, words are of ink, and what tells less is grey.
namespace cotape::app::palette {

inline constexpr Color ink = {38, 50, 62, 255};
inline constexpr Color blue = {34, 113, 179, 255};
inline constexpr Color red = {214, 64, 39, 255};
inline constexpr Color grey = {120, 130, 140, 255};
inline constexpr Color pale = {178, 188, 197, 255};

}  // namespace cotape::app::palette
