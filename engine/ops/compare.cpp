#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/tape/record.h>

#include <functional>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var where(Var condition, Var a, Var b) {
  return with_var_vjps(
      record(
          {"where", "da = dy where the condition holds, db = dy elsewhere", true}, {condition, a, b},
          [](Forward& f) {
            const Tensor &c = f.in(0), &x = f.in(1), &z = f.in(2);
            Tensor& y = f.out(broadcast(broadcast(c.shape(), x.shape()), z.shape()));
            const Tensor* other = &z;
            if (z.shape() != y.shape()) {
              map_broadcast(
                  y, [](real number, real) { return number; }, z, z);
              other = &y;
            }
            map_broadcast(
                y, [](real chosen, real number, real otherwise) { return chosen != 0 ? number : otherwise; }, c, x,
                *other);
          },
          no_gradient,
          [](Vjp& v) {
            map_broadcast(
                v.dx, [](real chosen, real dy) { return chosen != 0 ? dy : 0; }, v.input(0), v.dy);
          },
          [](Vjp& v) {
            map_broadcast(
                v.dx, [](real chosen, real dy) { return chosen != 0 ? 0 : dy; }, v.input(0), v.dy);
          }),
      no_gradient, [](const VarVjp& v) { return where(v.input(0), v.dy, number(v.dy, 0)); },
      [](const VarVjp& v) { return where(v.input(0), number(v.dy, 0), v.dy); });
}

namespace {

template <class Holds>
Var compare(const char* name, Var a, Var b, Holds holds) {
  return record(
      {name, "none"}, {a, b},
      [holds](Forward& f) {
        const Tensor &x = f.in(0), &z = f.in(1);
        map_broadcast(
            f.out(broadcast(x.shape(), z.shape())), [holds](real p, real q) { return real(holds(p, q)); }, x, z);
      },
      no_gradient, no_gradient);
}

template <class Holds>
Var compare(const char* name, Var a, real b, Holds holds) {
  return record(
      {name, "none"}, {a},
      [holds, b](Forward& f) {
        map(
            f.out(f.in(0).shape()), [holds, b](real p) { return real(holds(p, b)); }, f.in(0));
      },
      no_gradient);
}

}  // namespace

Var equal(Var a, Var b) { return compare("equal", a, b, std::equal_to<real>{}); }
Var not_equal(Var a, Var b) { return compare("not_equal", a, b, std::not_equal_to<real>{}); }
Var less(Var a, Var b) { return compare("less", a, b, std::less<real>{}); }
Var less_equal(Var a, Var b) { return compare("less_equal", a, b, std::less_equal<real>{}); }
Var greater(Var a, Var b) { return compare("greater", a, b, std::greater<real>{}); }
Var greater_equal(Var a, Var b) { return compare("greater_equal", a, b, std::greater_equal<real>{}); }

Var equal(Var a, real b) { return compare("equal", a, b, std::equal_to<real>{}); }
Var not_equal(Var a, real b) { return compare("not_equal", a, b, std::not_equal_to<real>{}); }
Var less(Var a, real b) { return compare("less", a, b, std::less<real>{}); }
Var less_equal(Var a, real b) { return compare("less_equal", a, b, std::less_equal<real>{}); }
Var greater(Var a, real b) { return compare("greater", a, b, std::greater<real>{}); }
Var greater_equal(Var a, real b) { return compare("greater_equal", a, b, std::greater_equal<real>{}); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
