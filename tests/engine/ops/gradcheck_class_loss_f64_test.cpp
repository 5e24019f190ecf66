#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

const std::vector<std::int64_t> labels = {1, 0, 3, 3, 2, -1};  // −1 is ignored
const Tensor weights({4}, {0.5, 2, 0, 1});
const Reduction reductions[] = {Reduction::sum, Reduction::mean, Reduction::batch_mean};

Tensor probabilities() {
  Tensor p = uniform_tensor({6, 4}, 0.1, 1);
  for (std::int64_t r = 0; r < 6; ++r) {
    const real total = p[4 * r] + p[4 * r + 1] + p[4 * r + 2] + p[4 * r + 3];
    for (std::int64_t i = 0; i < 4; ++i) p[4 * r + i] /= total;
  }
  return p;
}

}  // namespace

TEST_CASE("gradients of nll_loss and multi_margin_loss, in each reduction") {
  for (const Reduction reduction : reductions) {
    for (const Tensor& w : {Tensor(), weights})
      check_gradients("nll_loss",
                      [&](Tape&, std::span<const Var> v) {
                        return nll_loss(v[0], labels, {w, -1, reduction});
                      },
                      {normal_tensor({6, 4})});
    for (const real margin : {1.0, 0.2})
      check_gradients("multi_margin_loss",
                      [&](Tape&, std::span<const Var> v) {
                        return multi_margin_loss(v[0], std::span(labels).first(5), margin, reduction);
                      },
                      {normal_tensor({5, 4})});
  }
}

TEST_CASE("gradients of cross_entropy with weights, smoothing and ignored labels, in each reduction") {
  for (const Reduction reduction : reductions)
    for (const Tensor& w : {Tensor(), weights})
      for (const real smoothing : {0.0, 0.1, 1.0}) {
        check_gradients("cross_entropy of labels",
                        [&](Tape&, std::span<const Var> v) {
                          return cross_entropy(v[0], labels, {w, smoothing, -1, reduction});
                        },
                        {normal_tensor({6, 4})});
        check_gradients("cross_entropy of probabilities",
                        [&](Tape&, std::span<const Var> v) {
                          return cross_entropy(v[0], v[1], {w, smoothing, {}, reduction});
                        },
                        {normal_tensor({6, 4}), probabilities()});
      }
}
