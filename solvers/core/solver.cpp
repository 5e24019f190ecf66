#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/solver.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// What a solver without the ability would have to offer.
const char* functions_of(Ability what) {
  switch (what) {
    case Ability::ties:
      return "tied()";
    case Ability::marginals:
      return "marginals()";
    case Ability::draw:
      return "draw()";
    case Ability::covariance:
      return "covariance()";
    case Ability::warm_start:
      return "solve() from a start";
    case Ability::neighbours:
      return "neighbour_count() and neighbour()";
    case Ability::normals:
      return "normals()";
    case Ability::value:
      return "value()";
    case Ability::mask:
      return "mask()";
  }
  return "";
}

}  // namespace

std::string_view to_string(Ability ability) {
  switch (ability) {
    case Ability::ties:
      return "ties";
    case Ability::marginals:
      return "marginals";
    case Ability::draw:
      return "draw";
    case Ability::covariance:
      return "covariance";
    case Ability::warm_start:
      return "warm start";
    case Ability::neighbours:
      return "neighbours";
    case Ability::normals:
      return "normals";
    case Ability::value:
      return "value";
    case Ability::mask:
      return "mask";
  }
  return "";
}

void Solver::check_instance_type(const std::type_info* given) const {
  const std::type_info* wanted = instance_type();
  if (!given) {
    if (needs_instance())
      fail<ValueError>(traits().name, ": it wants instance data of type ", Instances::readable_name(*wanted),
                       ", one per instance, and was given none");
    return;
  }
  if (!wanted)
    fail<ValueError>(traits().name, ": it takes no instance data, and was given some of type ",
                     Instances::readable_name(*given));
  if (*given != *wanted)
    fail<ValueError>(traits().name, ": it takes instance data of type ", Instances::readable_name(*wanted), ", not ",
                     Instances::readable_name(*given));
}

void Solver::require(Ability what, const char* who) const {
  if (!can(what))
    fail<ValueError>(who, ": it needs a solver with the ability '", to_string(what), "' (", functions_of(what),
                     "), which ", traits().name, " does not have");
}

void Solver::require_linear(const char* who) const {
  if (!traits().scale_invariant)
    fail<ValueError>(who, ": it needs a solver for ⟨cost, y⟩ alone, and ", traits().name, " weighs a constant with it");
}

std::vector<Drawing> Solver::drawings(const Instances& data, std::int64_t most) const {
  if (!data.given()) return {traits().drawing};
  std::vector<Drawing> found;
  for (std::int64_t i = 0; i < std::min(most, data.size()); ++i) found.push_back(model_->drawing(data[i].data));
  if (std::all_of(found.begin(), found.end(), [&](const Drawing& drawing) { return drawing == found[0]; }))
    found.resize(std::min<std::size_t>(1, found.size()));
  return found;
}

void fail_lacking(const SolverTraits& solver, Ability what) {
  fail<ValueError>(solver.name, ": it has no ability '", to_string(what), "' (", functions_of(what), ")");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
