#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/dropout.h>

#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A generator of its own for each layer.
Rng own_generator(Rng& rng) {
  return rng.split(static_cast<std::uint64_t>(rng.below(std::numeric_limits<std::int64_t>::max())));
}

// The number of a call in two parts, which are whole numbers in float too.
constexpr std::uint64_t part = std::uint64_t{1} << 20;

}  // namespace

Dropout::Dropout(real probability, Rng& rng) : probability_(probability), rng_(own_generator(rng)), calls_({2}) {
  if (!(probability >= 0 && probability < 1))
    fail<ValueError>("dropout: probability ", probability, " is not in [0, 1)");
  add_buffer("calls", calls_);
}

Var Dropout::forward(Var x) {
  if (!training()) return x;
  const std::uint64_t call = static_cast<std::uint64_t>(calls_[0]) + part * static_cast<std::uint64_t>(calls_[1]);
  Rng mask = rng_.split(call);
  const std::int64_t shard = x.tape().shard();
  if (shard > 0) mask = mask.split(static_cast<std::uint64_t>(shard));
  const Var y = dropout(x, probability_, mask);
  calls_[0] = static_cast<real>((call + 1) % part);
  calls_[1] = static_cast<real>((call + 1) / part);
  return y;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
