#pragma once
#include <cotape/cotape.h>

// A rule by the README's recipe: dθ = scale·sign(dy).
struct SignRule {
  cotape::real scale = 1;

  void describe(cotape::SettingVisitor& see) {
    see.number("scale", scale, cotape::RuleRange::positive, "Size of every entry of the gradient");
  }
  cotape::Var operator()(cotape::Var scores, const cotape::BatchOracle& oracle) const {
    return cotape::record_rule(
        "sign_rule", "dθ = scale sign(dy)", scores, oracle,
        [&](cotape::Forward& f) { oracle.argmax(f.in(0), f.out(f.in(0).shape())); },
        [size = scale](cotape::Vjp& v) {
          for (std::int64_t i = 0; i < v.dx.size(); ++i)
            v.dx[i] = v.dy[i] > 0 ? size : v.dy[i] < 0 ? -size : cotape::real(0);
        });
  }
};
