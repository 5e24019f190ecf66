#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/engine/ops.h>

#include <array>

namespace cotape::bench::tapes {
namespace {

// a × b of the columns of a and b, [3, n].
Var cross(Var a, Var b) {
  constexpr std::array<std::int64_t, 3> next{1, 2, 0}, after{2, 0, 1};
  return index_select(a, 0, next) * index_select(b, 0, after) - index_select(a, 0, after) * index_select(b, 0, next);
}

}  // namespace

BundleObjective::BundleObjective(const BundleAdjustment& problem) : problem_(problem) {
  const auto n = static_cast<std::int64_t>(problem.observations());
  features_ = Tensor(Shape{2, n});
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t a = 0; a < 2; ++a) features_[a * n + i] = problem.features[static_cast<std::size_t>(2 * i + a)];
}

std::vector<Shape> BundleObjective::shapes() const {
  return {{static_cast<std::int64_t>(problem_.cameras), static_cast<std::int64_t>(BundleAdjustment::camera_size)},
          {static_cast<std::int64_t>(problem_.points), 3},
          {static_cast<std::int64_t>(problem_.observations())}};
}

// All observations at once, one a column: what belongs to one coordinate lies together.
Var BundleObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  const Var& weights = parameters[2];
  const std::vector<Var> camera =
      split(index_select(transpose(parameters[0]), 1, problem_.camera_of), {3, 3, 1, 2, 1, 1}, 0);
  const Var &r = camera[0], &centre = camera[1], &focal = camera[2], &principal = camera[3];
  const Var v = index_select(transpose(parameters[1]), 1, problem_.point_of) - centre;

  const Var angle = sqrt(sum(square(r), 0, true)), cosine = cos(angle);
  const Var n = r / angle;
  const Var along = sum(n * v, 0, true) * (1 - cosine);
  const std::vector<Var> turned = split(v * cosine + cross(n, v) * sin(angle) + n * along, {2, 1}, 0);

  const Var plane = turned[0] / turned[1];
  const Var squares = sum(square(plane), 0, true);
  const Var lens = 1 + squares * (camera[4] + squares * camera[5]);
  const Var errors = weights * (focal * (plane * lens) + principal - tape.view(features_));
  return 0.5 * (sum(square(errors)) + sum(square(1 - square(weights))));
}

}  // namespace cotape::bench::tapes
