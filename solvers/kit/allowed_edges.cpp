#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/allowed_edges.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void AllowedEdges::check(const char* solver, std::int64_t edges) const {
  if (!allowed.empty() && std::ssize(allowed) != edges)
    fail<ValueError>(solver, ": instance data tell of ", allowed.size(), " edges, but the graph has ", edges);
}

void AllowedEdges::mask(std::span<real> mask) const {
  for (std::size_t e = 0; e < mask.size(); ++e)
    if ((*this)[static_cast<std::int64_t>(e)]) mask[e] = 1;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
