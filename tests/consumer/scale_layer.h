#pragma once
#include <cotape/cotape.h>
#include <cotape/engine/ops/elementwise.h>

// An op by the README's recipe: y = x³, dx = 3x² dy.
inline cotape::Var cube(cotape::Var x) {
  return cotape::unary(
      {"cube", "dx = 3 x² dy"}, x, [](cotape::real a) { return a * a * a; },
      [](cotape::real a, cotape::real) { return 3 * a * a; });
}

// A layer by the README's recipe: y = x ⊙ scale.
class Scale final : public cotape::Layer {
 public:
  explicit Scale(std::int64_t features) : scale_("scale", cotape::Tensor(cotape::Shape{features}, 1)) {
    add("scale", scale_);
  }

 private:
  cotape::Var forward(cotape::Var x) override { return x * x.tape().parameter(scale_); }

  cotape::Parameter scale_;
};
