#pragma once
#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/calculus/gradcheck_twice.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "recorded_ops.h"

#include "normal_tensor.h"

namespace cotape {
inline namespace COTAPE_PRECISION {

// One row of the gradient-check table: f's gradient agrees with central differences, for two random cotangents, to
// 1e-6 relative, and so does its second derivative, unless an op on the way has none, which is then noted,
// or there are many elements. The ops that f went through count as checked. For tests of the double library.
inline void check_gradients(const std::string& what, const std::function<Var(Tape&, std::span<const Var>)>& f,
                            const std::vector<Tensor>& inputs, GradcheckOptions options = {}) {
  for (options.seed = 1; options.seed <= 2; ++options.seed) {
    const GradcheckResult result = gradcheck(f, inputs, options);
    CHECK_MESSAGE(result.passed, what, ", ", result.where, ", relative error ", result.worst);
    if (result.passed) note_checked_ops(result.ops);
  }
  std::int64_t elements = 0;
  for (const Tensor& input : inputs) elements += input.size();
  // Each takes two backward passes; beside a larger row stands a smaller one of the same op, but for Winograd's tiles.
  if (elements > 210) return;
  options.seed = 1;
  try {
    const GradcheckResult twice = gradcheck_twice(f, inputs, options);
    CHECK_MESSAGE(twice.passed, what, ", second derivative, ", twice.where, ", relative error ", twice.worst);
    if (twice.passed) note_twice_checked_ops(twice.ops);
  } catch (const TapeError& refusal) {
    const std::string message = refusal.what();
    const auto end = message.find(": its vector-Jacobian product is not made of ops");
    if (end == std::string::npos) throw;
    note_once_op(message.substr(0, end));
  }
}

// Numbers evenly spread over (low, high).
inline Tensor uniform_tensor(const Shape& shape, real low, real high, std::uint64_t seed = 7) {
  Tensor x(shape);
  Rng(seed).uniform(x);
  for (real& value : x.values()) value = low + (high - low) * value;
  return x;
}

// The same with every number that lies within `margin` of a kink moved out of that margin.
inline Tensor away_from(std::initializer_list<real> kinks, Tensor x, real margin = real(0.05)) {
  for (real& value : x.values())
    for (const real kink : kinks)
      if (value > kink - margin && value < kink + margin) value = value < kink ? kink - margin : kink + margin;
  return x;
}

// 0, 1, 2, … in a scrambled order, so that no two are equal.
inline Tensor distinct_tensor(const Shape& shape, std::uint64_t seed = 7) {
  Tensor x(shape);
  const std::vector<std::int64_t> order = random_permutation(x.size(), Rng(seed));
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<real>(order[static_cast<std::size_t>(i)]);
  return x;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
