#include <cotape/engine/base/error.h>
#include <cotape/solvers/quadratic/limits.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

Limits::Limits(const QuadraticLimits& limits, const char* who) : nodes(limits.nodes) {
  constexpr double for_ever = 1e9;  // seconds
  if (limits.nodes < 1) fail<ValueError>(who, ": a limit of ", limits.nodes, " nodes is not positive");
  if (!(limits.seconds > 0)) fail<ValueError>(who, ": a limit of ", limits.seconds, " s is not positive");
  if (limits.seconds < for_ever)
    deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.seconds));
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
