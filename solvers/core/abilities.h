#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <cotape/engine/base/drawing.h>
#include <cotape/engine/base/real.h>
#include <cotape/solvers/core/normals.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

using Costs = std::span<const real>;
using Solution = std::span<real>;

// What a solver may be able to do besides solving. Each is a member function that is found by its name and arguments
// when a solver is wrapped; a rule that needs one asks by this name. `instance` stands only where the solver's solve()
// takes it too.
enum class Ability {
  // std::optional<bool> tied(cost, [instance,] solution) const: whether another solution is as good as this best one.
  ties,
  // void marginals(cost, [instance,] mean) const: the mean of all solutions y with weights e^⟨cost, y⟩, or e^−⟨cost, y⟩
  // of a solver that minimises. `mean` starts as zeros.
  marginals,
  // void draw(cost, [instance,] uniform, solution) const: a solution drawn with exactly those weights. `uniform` holds
  // as many independent numbers of (0, 1) as a solution has entries.
  draw,
  // void covariance(cost, [instance,] direction, product) const: the covariance of all solutions under those weights
  // times a vector, which is the derivative of their mean when the scores move along it. `product` starts as zeros.
  covariance,
  // void solve(cost, [instance,] start, solution) const: the same answer as without a start. That is a solution of this
  // problem under other costs, and may make the search shorter.
  warm_start,
  // std::int64_t neighbour_count(solution[, instance]) const, and
  // void neighbour(solution, [instance,] which, other) const: the moves of a local search, numbered from 0. `other`
  // starts as zeros.
  neighbours,
  // void normals(solution, [instance,] Normals& to) const: the constraints of a linear formulation of the problem that
  // bind at a solution, which solve() gave for this instance. `to` starts empty.
  normals,
  // double value(cost[, instance]) const: ⟨cost, y⟩ of the best solution, without the solution.
  value,
  // void mask(instance, mask) const: sets to 1 the entries that are real, for instances smaller than the solver's
  // shape; the others, which start as 0, are padding. See Oracle.
  mask
};

// The name of an ability, as errors show it: "marginals".
std::string_view to_string(Ability ability);

// ---- What a type has. An instance type is T::Instance. ----------------------------------------------------------
template <class T>
concept HasInstances = requires {
  typename T::Instance;
};

// solve(cost, solution)
template <class T>
concept SolvesCosts = requires(const T& s, Costs cost, Solution y) {
  { s.solve(cost, y) } -> std::same_as<void>;
};
// solve(cost, instance, solution)
template <class T>
concept SolvesInstances = HasInstances<T> &&
    requires(const T& s, Costs cost, const typename T::Instance& data, Solution y) {
  { s.solve(cost, data, y) } -> std::same_as<void>;
};

namespace ability {

template <class T>
concept Tied = requires(const T& s, Costs c) {
  { s.tied(c, c) } -> std::convertible_to<std::optional<bool>>;
};
template <class T>
concept TiedWith = HasInstances<T> && requires(const T& s, Costs c, const typename T::Instance& i) {
  { s.tied(c, i, c) } -> std::convertible_to<std::optional<bool>>;
};
template <class T>
concept Marginals = requires(const T& s, Costs c, Solution y) {
  s.marginals(c, y);
};
template <class T>
concept MarginalsWith = HasInstances<T> && requires(const T& s, Costs c, Solution y, const typename T::Instance& i) {
  s.marginals(c, i, y);
};
template <class T>
concept Draw = requires(const T& s, Costs c, Solution y) {
  s.draw(c, c, y);
};
template <class T>
concept DrawWith = HasInstances<T> && requires(const T& s, Costs c, Solution y, const typename T::Instance& i) {
  s.draw(c, i, c, y);
};
template <class T>
concept Covariance = requires(const T& s, Costs c, Solution y) {
  s.covariance(c, c, y);
};
template <class T>
concept CovarianceWith = HasInstances<T> && requires(const T& s, Costs c, Solution y, const typename T::Instance& i) {
  s.covariance(c, i, c, y);
};
template <class T>
concept WarmStart = requires(const T& s, Costs c, Solution y) {
  s.solve(c, c, y);
};
template <class T>
concept WarmStartWith = HasInstances<T> && requires(const T& s, Costs c, Solution y, const typename T::Instance& i) {
  s.solve(c, i, c, y);
};
template <class T>
concept Neighbours = requires(const T& s, Costs c, Solution y, std::int64_t which) {
  { s.neighbour_count(c) } -> std::convertible_to<std::int64_t>;
  s.neighbour(c, which, y);
};
template <class T>
concept NeighboursWith = HasInstances<T> &&
    requires(const T& s, Costs c, Solution y, const typename T::Instance& i, std::int64_t which) {
  { s.neighbour_count(c, i) } -> std::convertible_to<std::int64_t>;
  s.neighbour(c, i, which, y);
};
template <class T>
concept BindingNormals = requires(const T& s, Costs y, Normals& to) {
  s.normals(y, to);
};
template <class T>
concept BindingNormalsWith = HasInstances<T> &&
    requires(const T& s, Costs y, const typename T::Instance& i, Normals& to) {
  s.normals(y, i, to);
};
template <class T>
concept Value = requires(const T& s, Costs c) {
  { s.value(c) } -> std::convertible_to<double>;
};
template <class T>
concept ValueWith = HasInstances<T> && requires(const T& s, Costs c, const typename T::Instance& i) {
  { s.value(c, i) } -> std::convertible_to<double>;
};
template <class T>
concept Mask = HasInstances<T> && requires(const T& s, const typename T::Instance& i, Solution mask) {
  s.mask(i, mask);
};

// Drawing drawing(instance) const: see Drawing. No ability, as no rule wants it.
template <class T>
concept DrawnWith = HasInstances<T> && requires(const T& s, const typename T::Instance& i) {
  { s.drawing(i) } -> std::same_as<Drawing>;
};

}  // namespace ability

// Whether the type has it.
template <class T>
constexpr bool has_ability(Ability what) {
  switch (what) {
    case Ability::ties:
      return ability::Tied<T> || ability::TiedWith<T>;
    case Ability::marginals:
      return ability::Marginals<T> || ability::MarginalsWith<T>;
    case Ability::draw:
      return ability::Draw<T> || ability::DrawWith<T>;
    case Ability::covariance:
      return ability::Covariance<T> || ability::CovarianceWith<T>;
    case Ability::warm_start:
      return ability::WarmStart<T> || ability::WarmStartWith<T>;
    case Ability::neighbours:
      return ability::Neighbours<T> || ability::NeighboursWith<T>;
    case Ability::normals:
      return ability::BindingNormals<T> || ability::BindingNormalsWith<T>;
    case Ability::value:
      return ability::Value<T> || ability::ValueWith<T>;
    case Ability::mask:
      return ability::Mask<T>;
  }
  return false;
}

// A rule that can work only with solvers that have certain abilities lists them:
//   static constexpr std::array needs{Ability::neighbours};
template <class Rule>
concept NeedsAbilities = requires {
  Rule::needs.size();
};
template <class T>
constexpr bool has_all_abilities(const auto& needs) {
  for (const Ability what : needs)
    if (!has_ability<T>(what)) return false;
  return true;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
