#pragma once
#include <cstdint>
#include <span>

#include <cotape/data/formats/tsplib.h>
#include <cotape/data/pictures/image.h>

namespace cotape::app {

// The tour on a map. The problem must have places to display.
Image draw_tour(const Tsplib& problem, std::span<const std::int64_t> tour);

}  // namespace cotape::app
