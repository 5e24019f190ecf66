#include <cotape/engine/kernels/conv_pool.h>
#include <cotape/engine/kernels/lanes.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Calls body(place in y, place of the window's first number in the band, n) for every window and every group of n
// channels. A group may overlap the one before: what the body writes must not depend on what it wrote.
template <class Body>
void for_pooled(const ConvGeometry& g, Body body) {
  for (std::int64_t j = 0; j < g.out_w / g.pool; ++j)
    for_overlapping_lanes(g.out, [&](std::int64_t c, auto n) { body(j * g.out + c, j * g.pool * g.out + c, n); });
}

}  // namespace

void pool_band(const ConvGeometry& g, const real* band, real* y, real* winners) {
  for_pooled(g, [&](std::int64_t to, std::int64_t from, auto n) {
    LargestLanes largest(load_lanes(band + from, n));
    for (std::int64_t r = 0; r < g.pool; ++r)
      for (std::int64_t s = 0; s < g.pool; ++s)
        largest.next(load_lanes(band + from + (r * g.out_w + s) * g.out, n), r * g.pool + s);
    store_lanes(y + to, largest.value, n);
    store_lanes(winners + to, largest.winner, n);
  });
}

void unpool_band(const ConvGeometry& g, const real* dy, const real* winners, real* band) {
  const std::int64_t used = g.out_w / g.pool * g.pool;
  for_pooled(g, [&](std::int64_t from, std::int64_t to, auto n) {
    const Lanes d = load_lanes(dy + from, n), winner = load_lanes(winners + from, n);
    for (std::int64_t r = 0; r < g.pool; ++r)
      for (std::int64_t s = 0; s < g.pool; ++s) {
        const Lanes here = winner == Lanes{} + static_cast<real>(r * g.pool + s) ? d : Lanes{};
        store_lanes(band + to + (r * g.out_w + s) * g.out, here, n);
      }
  });
  for (std::int64_t r = 0; r < g.pool; ++r)  // columns that fill no window
    std::fill(band + (r * g.out_w + used) * g.out, band + (r + 1) * g.out_w * g.out, real(0));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
