#pragma once
#include <algorithm>
#include <concepts>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cotape/engine/base/drawing.h>
#include <cotape/engine/base/real.h>
#include <cotape/engine/base/shape.h>
#include <cotape/solvers/core/abilities.h>
#include <cotape/solvers/core/instances.h>

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
  std::string name = {};  // as errors and reports show it: "top_k"
  Sense sense = Sense::minimise;
  Shape shape = {};  // of one instance: of its costs and of its solution; of the largest where sizes differ
  Domain domain = {};
  bool exact = true;            // false: a heuristic
  std::string ties = {};        // which of several best solutions is taken, one sentence
  bool constant_sum = false;    // ⟨1, y⟩ is the same for every solution: centring the scores changes no answer
  bool scale_invariant = true;  // y(c·θ) = y(θ) for c > 0, as with every linear cost: unit norm changes no answer
  bool one_hot = false;         // every solution is 1 at one place and 0 elsewhere
  Drawing drawing = {};         // how inspection shows an instance, unless its data says more
};

// A combinatorial problem over ⟨cost, y⟩: any type with
//   SolverTraits traits() const;                                          // throws ValueError for bad settings
//   void solve(std::span<const real> cost, std::span<real> solution) const;
// or, where a problem brings more than its costs, with a type `Instance` for that and
//   void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
// or both, where the data may be left out. A solution starts as zeros. abilities.h lists what else a solver may offer.
// No tape, no gradient, no batch: those are the rules' and the oracle's.
template <class T>
concept SolverType = requires(const T& solver) {
  { solver.traits() } -> std::convertible_to<SolverTraits>;
}
&&(SolvesCosts<T> || SolvesInstances<T>);

// A type that was meant as a solver: it has traits() or solve(), right or wrong. Solver tells what is wrong with it.
template <class T>
concept MeantAsSolver = requires(T& solver) {
  solver.traits();
}
|| requires { &T::solve; };

// Any solver as a value: made from one implicitly, cheap to copy (copies share one immutable solver).
class Solver {
 public:
  // Throws what solver.traits() throws when its settings are invalid.
  template <class T>
  requires(!std::same_as<T, Solver> && MeantAsSolver<T>)
      Solver(T solver)  // NOLINT: implicit, so that a solver can be passed wherever any will do
      : model_(make_model(std::move(solver))) {}

  const SolverTraits& traits() const { return model_->traits; }

  // The type of the instance data that it takes; nullptr: none.
  const std::type_info* instance_type() const { return model_->instance_type; }
  // Whether it cannot do without.
  bool needs_instance() const { return model_->needs_instance; }
  // Throws ValueError, naming both, when data of this type, or none, is not what the solver takes.
  void check_instance_type(const std::type_info* given) const;

  // Solves one instance: `cost` and `solution` have traits().shape.size() elements, the costs are finite and within
  // the domain, the data has been checked. Deterministic, safe from several threads at once. Throws SolverError when
  // there is no solution.
  void solve(std::span<const real> cost, std::span<real> solution, InstanceView instance = {}) const {
    std::fill(solution.begin(), solution.end(), real(0));
    model_->solve(cost, instance.data, solution);
  }

  // Whether it has an ability (abilities.h). The functions below want theirs.
  bool can(Ability what) const { return model_->can(what); }
  // Throws ValueError unless it can, naming who needs it: "mcmc needs …, which grid_path does not have".
  void require(Ability what, const char* who) const;
  // Throws ValueError, naming who needs it, for one that weighs more than ⟨cost, y⟩ (SolverTraits::scale_invariant).
  void require_linear(const char* who) const;

  // Whether another solution is just as good as this one, which solve() gave for this cost; nothing when the solver
  // cannot tell.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution,
                           InstanceView instance = {}) const {
    return model_->tied(cost, instance.data, solution);
  }
  void marginals(std::span<const real> cost, std::span<real> mean, InstanceView instance = {}) const {
    std::fill(mean.begin(), mean.end(), real(0));
    model_->marginals(cost, instance.data, mean);
  }
  void draw(std::span<const real> cost, std::span<const real> uniform, std::span<real> solution,
            InstanceView instance = {}) const {
    std::fill(solution.begin(), solution.end(), real(0));
    model_->draw(cost, instance.data, uniform, solution);
  }
  void covariance(std::span<const real> cost, std::span<const real> direction, std::span<real> product,
                  InstanceView instance = {}) const {
    std::fill(product.begin(), product.end(), real(0));
    model_->covariance(cost, instance.data, direction, product);
  }
  // solve() that may begin at `start`; without that ability it does not.
  void solve_from(std::span<const real> start, std::span<const real> cost, std::span<real> solution,
                  InstanceView instance = {}) const {
    std::fill(solution.begin(), solution.end(), real(0));
    model_->solve_from(start, cost, instance.data, solution);
  }
  std::int64_t neighbour_count(std::span<const real> solution, InstanceView instance = {}) const {
    return model_->neighbour_count(solution, instance.data);
  }
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other,
                 InstanceView instance = {}) const {
    std::fill(other.begin(), other.end(), real(0));
    model_->neighbour(solution, instance.data, which, other);
  }
  void normals(std::span<const real> solution, Normals& to, InstanceView instance = {}) const {
    to.clear();
    model_->normals(solution, instance.data, to);
  }
  double value(std::span<const real> cost, InstanceView instance = {}) const {
    return model_->value(cost, instance.data);
  }
  void mask(std::span<real> mask, InstanceView instance) const {
    std::fill(mask.begin(), mask.end(), real(0));
    model_->mask(instance.data, mask);
  }
  // What the numbers of the first instances with this data belong to, at most so many; one where all have the same.
  std::vector<Drawing> drawings(const Instances& data, std::int64_t most) const;

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual void solve(Costs cost, const void* data, Solution solution) const = 0;
    virtual bool can(Ability what) const = 0;
    virtual std::optional<bool> tied(Costs cost, const void* data, Costs solution) const = 0;
    virtual void marginals(Costs cost, const void* data, Solution mean) const = 0;
    virtual void draw(Costs cost, const void* data, Costs uniform, Solution solution) const = 0;
    virtual void covariance(Costs cost, const void* data, Costs direction, Solution product) const = 0;
    virtual void solve_from(Costs start, Costs cost, const void* data, Solution solution) const = 0;
    virtual std::int64_t neighbour_count(Costs solution, const void* data) const = 0;
    virtual void neighbour(Costs solution, const void* data, std::int64_t which, Solution other) const = 0;
    virtual void normals(Costs solution, const void* data, Normals& to) const = 0;
    virtual double value(Costs cost, const void* data) const = 0;
    virtual void mask(const void* data, Solution mask) const = 0;
    virtual Drawing drawing(const void* data) const = 0;

    SolverTraits traits;
    const std::type_info* instance_type = nullptr;
    bool needs_instance = false;
  };
  template <class T>
  struct Model;

  template <class T>
  static std::shared_ptr<const Concept> make_model(T solver);

  std::shared_ptr<const Concept> model_;
};

// With instance data the type's form with data is called, without data the one without. An ability that is there only
// in the other form is not there: its answer would be that of another problem.
template <class T>
struct Solver::Model final : Concept {
  explicit Model(T s) : solver(std::move(s)) {
    traits = solver.traits();
    if constexpr (SolvesInstances<T>) {
      instance_type = &typeid(typename T::Instance);
      needs_instance = !SolvesCosts<T>;
    }
  }

  void solve(Costs cost, const void* data, Solution y) const override {
    if constexpr (SolvesInstances<T>) {
      if (!SolvesCosts<T> || data) return solver.solve(cost, at<T>(data), y);
    }
    if constexpr (SolvesCosts<T>) solver.solve(cost, y);
  }
  bool can(Ability what) const override { return has_ability<T>(what); }
  std::optional<bool> tied(Costs cost, const void* data, Costs y) const override {
    if constexpr (ability::TiedWith<T>) {
      if (data) return solver.tied(cost, at<T>(data), y);
    }
    if constexpr (ability::Tied<T>) {
      if (!data) return solver.tied(cost, y);
    }
    return std::nullopt;
  }
  void marginals(Costs cost, const void* data, Solution mean) const override {
    if constexpr (ability::MarginalsWith<T>) {
      if (data) return solver.marginals(cost, at<T>(data), mean);
    }
    if constexpr (ability::Marginals<T>) {
      if (!data) return solver.marginals(cost, mean);
    }
    lacks(Ability::marginals);
  }
  void draw(Costs cost, const void* data, Costs uniform, Solution y) const override {
    if constexpr (ability::DrawWith<T>) {
      if (data) return solver.draw(cost, at<T>(data), uniform, y);
    }
    if constexpr (ability::Draw<T>) {
      if (!data) return solver.draw(cost, uniform, y);
    }
    lacks(Ability::draw);
  }
  void covariance(Costs cost, const void* data, Costs direction, Solution product) const override {
    if constexpr (ability::CovarianceWith<T>) {
      if (data) return solver.covariance(cost, at<T>(data), direction, product);
    }
    if constexpr (ability::Covariance<T>) {
      if (!data) return solver.covariance(cost, direction, product);
    }
    lacks(Ability::covariance);
  }
  void solve_from(Costs start, Costs cost, const void* data, Solution y) const override {
    if constexpr (ability::WarmStartWith<T>) {
      if (data) return solver.solve(cost, at<T>(data), start, y);
    }
    if constexpr (ability::WarmStart<T>) {
      if (!data) return solver.solve(cost, start, y);
    }
    solve(cost, data, y);
  }
  std::int64_t neighbour_count(Costs y, const void* data) const override {
    if constexpr (ability::NeighboursWith<T>) {
      if (data) return solver.neighbour_count(y, at<T>(data));
    }
    if constexpr (ability::Neighbours<T>) {
      if (!data) return solver.neighbour_count(y);
    }
    lacks(Ability::neighbours);
  }
  void neighbour(Costs y, const void* data, std::int64_t which, Solution other) const override {
    if constexpr (ability::NeighboursWith<T>) {
      if (data) return solver.neighbour(y, at<T>(data), which, other);
    }
    if constexpr (ability::Neighbours<T>) {
      if (!data) return solver.neighbour(y, which, other);
    }
    lacks(Ability::neighbours);
  }
  void normals(Costs y, const void* data, Normals& to) const override {
    if constexpr (ability::BindingNormalsWith<T>) {
      if (data) return solver.normals(y, at<T>(data), to);
    }
    if constexpr (ability::BindingNormals<T>) {
      if (!data) return solver.normals(y, to);
    }
    lacks(Ability::normals);
  }
  double value(Costs cost, const void* data) const override {
    if constexpr (ability::ValueWith<T>) {
      if (data) return solver.value(cost, at<T>(data));
    }
    if constexpr (ability::Value<T>) {
      if (!data) return solver.value(cost);
    }
    lacks(Ability::value);
  }
  void mask(const void* data, Solution real_entries) const override {
    if constexpr (ability::Mask<T>) {
      if (data) return solver.mask(at<T>(data), real_entries);
    }
    std::fill(real_entries.begin(), real_entries.end(), real(1));
  }
  Drawing drawing(const void* data) const override {
    if constexpr (ability::DrawnWith<T>) {
      if (data) return solver.drawing(at<T>(data));
    }
    return traits.drawing;
  }

  T solver;

 private:
  // Templates, so that a type without Instance never needs the name.
  template <class U>
  static const typename U::Instance& at(const void* data) {
    return *static_cast<const typename U::Instance*>(data);
  }
  [[noreturn]] void lacks(Ability what) const;
};

// Throws ValueError: "grid_path has no …".
[[noreturn]] void fail_lacking(const SolverTraits& solver, Ability what);

template <class T>
void Solver::Model<T>::lacks(Ability what) const {
  fail_lacking(this->traits, what);
}

template <class T>
std::shared_ptr<const Solver::Concept> Solver::make_model(T solver) {
  constexpr bool describes = requires(const T& s) {
    { s.traits() } -> std::convertible_to<SolverTraits>;
  };
  static_assert(describes, "a solver needs the member function  SolverTraits traits() const");
  if constexpr (HasInstances<T>)
    static_assert(SolvesInstances<T>,
                  "a solver with a type Instance needs the member function  void solve(std::span<const real> cost, "
                  "const Instance& instance, std::span<real> solution) const");
  else
    static_assert(
        SolvesCosts<T>,
        "a solver needs the member function  void solve(std::span<const real> cost, std::span<real> solution) "
        "const  (and one with instance data names its type Instance)");
  if constexpr (describes && SolverType<T>)
    return std::make_shared<const Model<T>>(std::move(solver));
  else
    return nullptr;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
