#pragma once
#include <concepts>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <cotape/engine/base/real.h>
#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a solver optimises: ⟨cost, y⟩ as small or as large as possible.
enum class Sense { minimise, maximise };

// The costs that a solver accepts, per entry; any finite number by default.
struct Domain {
  real lower = -std::numeric_limits<real>::infinity();
  real upper = std::numeric_limits<real>::infinity();

  bool bounded() const {
    return lower > -std::numeric_limits<real>::infinity() || upper < std::numeric_limits<real>::infinity();
  }
  bool operator==(const Domain&) const = default;
};

// What a solver says of itself.
struct SolverTraits {
  std::string name;  // as errors and reports show it: "top_k"
  Sense sense = Sense::minimise;
  Shape shape;  // of one instance: of its costs and of its solution
  Domain domain = {};
  bool exact = true;            // false: a heuristic
  std::string ties;             // which of several best solutions is taken, one sentence
  bool constant_sum = false;    // ⟨1, y⟩ is the same for every solution: centring the scores changes no answer
  bool scale_invariant = true;  // y(c·θ) = y(θ) for c > 0, as with every linear cost: unit norm changes no answer
};

// A combinatorial problem over ⟨cost, y⟩: any type with
//   SolverTraits traits() const;                                          // throws ValueError for bad settings
//   void solve(std::span<const real> cost, std::span<real> solution) const;
// and, where it can be known, std::optional<bool> tied(cost, solution) const (see Solver::tied). No tape, no gradient,
// no batch: those are the rules' and the oracle's.
template <class T>
concept SolverType = requires(const T& solver, std::span<const real> cost, std::span<real> solution) {
  { solver.traits() } -> std::convertible_to<SolverTraits>;
  solver.solve(cost, solution);
};

// Any solver as a value: made from one implicitly, cheap to copy (copies share one immutable solver).
class Solver {
 public:
  // Throws what solver.traits() throws when its settings are invalid.
  template <class T>
  requires(!std::same_as<T, Solver> && SolverType<T>)
      Solver(T solver)  // NOLINT: implicit, so that a solver can be passed wherever any will do
      : model_(std::make_shared<const Model<T>>(std::move(solver))) {}

  const SolverTraits& traits() const { return model_->traits; }

  // Solves one instance: `cost` and `solution` have traits().shape.size() elements, the costs are finite and within
  // the domain. Deterministic, safe from several threads at once. Throws SolverError when there is no solution.
  void solve(std::span<const real> cost, std::span<real> solution) const { model_->solve(cost, solution); }

  // Whether another solution is just as good as this one, which solve() gave for this cost; nothing when the solver
  // cannot tell.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const {
    return model_->tied(cost, solution);
  }

 private:
  struct Concept {
    explicit Concept(SolverTraits t) : traits(std::move(t)) {}
    virtual ~Concept() = default;
    virtual void solve(std::span<const real> cost, std::span<real> solution) const = 0;
    virtual std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const = 0;
    SolverTraits traits;
  };

  template <class T>
  struct Model final : Concept {
    explicit Model(T s) : Concept(s.traits()), solver(std::move(s)) {}
    void solve(std::span<const real> cost, std::span<real> solution) const override { solver.solve(cost, solution); }
    std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const override {
      if constexpr (requires { solver.tied(cost, solution); })
        return solver.tied(cost, solution);
      else
        return std::nullopt;
    }
    T solver;
  };

  std::shared_ptr<const Concept> model_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
