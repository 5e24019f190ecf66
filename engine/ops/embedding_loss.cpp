#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/ops/embedding_loss.h>
#include <cotape/engine/ops/loss_terms.h>
#include <cotape/engine/ops/reduce.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void require_points(const char* name, const Shape& a, const Shape& b) {
  if (a != b || a.rank() != 2) fail<ShapeError>(name, ": points ", a, " and ", b, " are not both [batch,n]");
  if (a.size() == 0) fail<ShapeError>(name, ": shape ", a, " has no elements");
}

void require_rows(const char* name, const char* what, const Shape& shape, const Shape& points) {
  if (shape != Shape{points[0]})
    fail<ShapeError>(name, ": ", what, " ", shape, " for points ", points, ": they must be [", points[0], "]");
}

Var reduced(Var terms, Reduction reduction) { return sum(terms) / divisor(reduction, terms.shape()); }

}  // namespace

Var triplet_loss(Var anchor, Var positive, Var negative, real margin, Reduction reduction) {
  require_points("triplet_loss", anchor.shape(), positive.shape());
  require_points("triplet_loss", anchor.shape(), negative.shape());
  return reduced(relu(norm(anchor - positive) - norm(anchor - negative) + margin), reduction);
}

Var contrastive_loss(Var a, Var b, Var same, real margin, Reduction reduction) {
  require_points("contrastive_loss", a.shape(), b.shape());
  require_rows("contrastive_loss", "same", same.shape(), a.shape());
  const Var distance = norm(a - b);
  const Var terms = same * square(distance) + (1 - same) * square(relu(margin - distance));
  return reduced(terms, reduction) * real(0.5);
}

Var cosine_embedding_loss(Var a, Var b, const Tensor& targets, real margin, Reduction reduction) {
  require_points("cosine_embedding_loss", a.shape(), b.shape());
  require_rows("cosine_embedding_loss", "targets", targets.shape(), a.shape());
  for (const real t : targets.values())
    if (t != 1 && t != -1) fail<ValueError>("cosine_embedding_loss: target ", t, " is neither 1 nor -1");
  const Var cosine = cosine_similarity(a, b);
  const Var same = a.tape().constant(targets.shape(), [&](Tensor& out) {
    for (std::int64_t i = 0; i < out.size(); ++i) out[i] = real(targets[i] == 1);
  });
  return reduced(where(same, 1 - cosine, relu(cosine - margin)), reduction);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
