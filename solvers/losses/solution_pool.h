#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/checkpoint.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Solutions that have been seen, each once, in the order in which they came: what losses compare with when they do not
// solve. It begins with the right solutions of the training set and grows by what predicted costs lead to (Mulamba et
// al. 2021, "Contrastive losses and solution caching"):
//   SolutionPool pool(solver);
//   pool.add(right_decisions);
//   … each step: pool.grow(oracle, predicted.value(), 0.05, rng);
//                loss = nce(oracle, pool, predicted, decisions);
// One set serves all examples where all have the same solutions to choose from. Where instance data say what is
// allowed, each example has a set of its own, and rows name theirs: examples[row] < sets().
// A regular value. Enumerated{pool.solutions(), sense} is a solver that answers from a set.
class SolutionPool {
 public:
  // One set for all examples of a solver that takes no instance data. Throws ValueError for one that must have some.
  explicit SolutionPool(const Solver& solver);
  // A set for each example of the training set. Throws ValueError for examples < 1.
  SolutionPool(const Solver& solver, std::int64_t examples);

  // Adds what is not there yet: solutions [batch, …solver's shape] or a single one. Returns how many were new.
  // Throws ShapeError when they do not end in the solver's shape, ValueError for numbers that are not finite and
  // examples that do not fit: one a row, none where one set serves all.
  std::int64_t add(const Tensor& solutions, std::span<const std::int64_t> examples = {});
  // With probability `solve_ratio`, one draw for the batch, solves for x [batch, …solver's shape], costs or scores as
  // the solver takes them, and adds what comes out. Returns whether it did. One number is drawn whatever the ratio.
  // Throws what add() and Oracle::argmax throw, ValueError for a ratio outside [0, 1].
  bool grow(const BatchOracle& oracle, const Tensor& x, double solve_ratio, Rng& rng,
            std::span<const std::int64_t> examples = {});

  // 1 where one set serves all.
  std::int64_t sets() const { return static_cast<std::int64_t>(sets_.size()); }
  bool shared() const { return shared_; }
  const Shape& shape() const { return shape_; }  // of a solution
  // How many solutions a set has, and all of them: [size, …solver's shape]. Throw ValueError for a set that is not
  // there.
  std::int64_t size(std::int64_t set = 0) const;
  Tensor solutions(std::int64_t set = 0) const;
  // One after the other, in memory: valid until the next add().
  std::span<const real> values(std::int64_t set) const { return sets_[static_cast<std::size_t>(set)].values; }
  // Their sum, of each entry.
  std::span<const double> sum(std::int64_t set) const { return sets_[static_cast<std::size_t>(set)].sum; }

  // Entries PREFIX + "solutions", of all sets one behind the other, and PREFIX + "sizes".
  void save(Checkpoint& to, const std::string& prefix) const;
  // Throws FileError, before anything is changed, when an entry is missing, does not fit the solver's shape and the
  // number of sets, or holds a solution twice or a number that is not finite.
  void load(const Checkpoint& from, const std::string& prefix);

  // By sets, not by the solver's name.
  friend bool operator==(const SolutionPool& a, const SolutionPool& b);

  // For ops over a pool: throws ShapeError for an oracle of another shape, ValueError unless `examples` name a set that
  // is not empty for each of so many rows, none where one set serves all, and solutions of this oracle's instances may
  // be exchanged between those that share a set.
  void check(const BatchOracle& oracle, std::int64_t rows, std::span<const std::int64_t> examples) const;

 private:
  struct Set {
    std::vector<real> values = {};
    std::vector<double> sum = {};
    std::unordered_multimap<std::uint64_t, std::int64_t> places = {};  // of solutions, by a hash of their numbers
  };

  void check_examples(const char* who, std::int64_t rows, std::span<const std::int64_t> examples) const;
  bool add_to(Set& set, std::span<const real> solution) const;

  std::string solver_;
  Shape shape_;
  bool shared_;
  std::vector<Set> sets_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
