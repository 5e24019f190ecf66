// Each case, chosen with -D CASE=…, is a mistake that a user makes, and must be refused with the message that
// check_compile_errors.sh expects.
#include <array>

#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/select/topk.h>

using namespace cotape;

#if CASE == 0  // nothing wrong: the file compiles
struct Chooser {
  SolverTraits traits() const { return {.name = "chooser", .shape = {3}}; }
  void solve(std::span<const real>, std::span<real> y) const { y[0] = 1; }
};
#elif CASE == 1  // solve() that is not const
struct Chooser {
  SolverTraits traits() const { return {.name = "chooser", .shape = {3}}; }
  void solve(std::span<const real>, std::span<real> y) { y[0] = 1; }
};
#elif CASE == 2  // solve() of other arguments
struct Chooser {
  SolverTraits traits() const { return {.name = "chooser", .shape = {3}}; }
  void solve(std::vector<real>) const {}
};
#elif CASE == 3  // no traits()
struct Chooser {
  void solve(std::span<const real>, std::span<real> y) const { y[0] = 1; }
};
#elif CASE == 4  // a type Instance that solve() does not take
struct Chooser {
  struct Instance {};
  SolverTraits traits() const { return {.name = "chooser", .shape = {3}}; }
  void solve(std::span<const real>, int, std::span<real> y) const { y[0] = 1; }
};
#else
using Chooser = TopK;
#endif

#if CASE == 5  // a rule that needs what the solver does not have
struct Rule {
  static constexpr std::array needs{Ability::warm_start};
  Var operator()(Var scores, const BatchOracle& oracle) const { return Identity{}(scores, oracle); }
};
#else
using Rule = Identity;
#endif

int main() {
  Tape tape;
  const auto layer = differentiable(Chooser{}, Rule{});
#if CASE == 6  // samples minus target
  Rng rng(1);
  const Var x = tape.variable(Tensor(Shape{8, 5}));
  differentiable(TopK{.n = 5, .k = 2}, Imle{})(x, rng) - x;
#endif
}
