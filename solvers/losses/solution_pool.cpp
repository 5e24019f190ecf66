#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/solvers/losses/solution_pool.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Bits = std::conditional_t<sizeof(real) == 4, std::uint32_t, std::uint64_t>;

std::uint64_t hash_of(std::span<const real> numbers) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, a number at a time
  for (const real number : numbers) hash = (hash ^ std::bit_cast<Bits>(number + real(0))) * 1099511628211U;
  return hash;
}

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

SolutionPool::SolutionPool(const Solver& solver)
    : solver_(solver.traits().name), shape_(solver.traits().shape), shared_(true), sets_(1) {
  if (solver.needs_instance())
    fail<ValueError>("SolutionPool: ", solver_,
                     " has instance data, and what one instance allows another may not: say how many examples there "
                     "are, for a set of each");
}

SolutionPool::SolutionPool(const Solver& solver, std::int64_t examples)
    : solver_(solver.traits().name), shape_(solver.traits().shape), shared_(false) {
  if (examples < 1) fail<ValueError>("SolutionPool: ", examples, " examples; at least one is needed");
  sets_.resize(index(examples));
}

void SolutionPool::check_examples(const char* who, std::int64_t rows, std::span<const std::int64_t> examples) const {
  if (shared_) {
    if (!examples.empty())
      fail<ValueError>(who, examples.size(), " examples are named, and one set of solutions serves all");
    return;
  }
  if (std::ssize(examples) != rows)
    fail<ValueError>(who, examples.size(), " examples are named for ", rows,
                     " rows; each example has a set of solutions of its own");
  for (const std::int64_t example : examples)
    if (example < 0 || example >= sets())
      fail<ValueError>(who, "there is no example ", example, " among ", sets(), " sets of solutions");
}

void SolutionPool::check(const BatchOracle& oracle, std::int64_t rows, std::span<const std::int64_t> examples) const {
  if (shape_ != oracle.traits().shape)
    fail<ShapeError>("the pool has solutions of ", solver_, ", ", shape_, ", and not of ", oracle.traits().name, ", ",
                     oracle.traits().shape);
  if (shared_ && oracle.data().given())
    fail<ValueError>(oracle.traits().name,
                     " was given instance data, and what one instance allows another may not: a pool with a set for "
                     "each example is needed");
  check_examples("", rows, examples);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t set = shared_ ? 0 : examples[index(row)];
    if (sets_[index(set)].values.empty())
      fail<ValueError>("the pool has no solution", shared_ ? "" : " of example " + std::to_string(set));
    if (shared_) return;
  }
}

bool SolutionPool::add_to(Set& set, std::span<const real> solution) const {
  const std::uint64_t hash = hash_of(solution);
  const auto [first, last] = set.places.equal_range(hash);
  for (auto place = first; place != last; ++place)
    if (std::equal(solution.begin(), solution.end(), set.values.begin() + place->second * std::ssize(solution)))
      return false;
  set.places.emplace(hash, std::ssize(set.values) / std::ssize(solution));
  set.values.insert(set.values.end(), solution.begin(), solution.end());
  set.sum.resize(solution.size());
  for (std::size_t i = 0; i < solution.size(); ++i) set.sum[i] += static_cast<double>(solution[i]);
  return true;
}

std::int64_t SolutionPool::add(const Tensor& solutions, std::span<const std::int64_t> examples) {
  const Shape& given = solutions.shape();
  const int batch_axes = given.rank() - shape_.rank();
  if (batch_axes < 0 || !std::equal(shape_.begin(), shape_.end(), given.begin() + batch_axes))
    fail<ShapeError>("SolutionPool::add: solutions ", given, " do not end in the shape ", shape_, " of ", solver_);
  const std::int64_t n = shape_.size(), rows = n > 0 ? solutions.size() / n : 0;
  check_examples("SolutionPool::add: ", rows, examples);
  if (!solutions.finite()) fail<ValueError>("SolutionPool::add: a solution of ", solver_, " is not finite");
  std::int64_t added = 0;
  for (std::int64_t row = 0; row < rows; ++row)
    added += add_to(sets_[shared_ ? 0 : index(examples[index(row)])], solutions.values().subspan(row * n, n));
  return added;
}

bool SolutionPool::grow(const BatchOracle& oracle, const Tensor& x, double solve_ratio, Rng& rng,
                        std::span<const std::int64_t> examples) {
  if (!(solve_ratio >= 0 && solve_ratio <= 1))
    fail<ValueError>("SolutionPool::grow: solve_ratio = ", solve_ratio, " is not in [0, 1]");
  if (static_cast<double>(rng.uniform()) >= solve_ratio) return false;  // a draw is below 1
  Tensor scores(x.shape()), solutions(x.shape());
  const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
  map(
      scores, [sign](real a) { return sign * a; }, x);
  oracle.argmax(scores, solutions);
  add(solutions, examples);
  return true;
}

std::int64_t SolutionPool::size(std::int64_t set) const {
  if (set < 0 || set >= sets()) fail<ValueError>("SolutionPool: there is no set ", set, " among ", sets());
  return shape_.size() > 0 ? std::ssize(sets_[index(set)].values) / shape_.size() : 0;
}

Tensor SolutionPool::solutions(std::int64_t set) const {
  const std::int64_t count = size(set);
  return Tensor(shape_.inserted(0, count), values(set));
}

void SolutionPool::save(Checkpoint& to, const std::string& prefix) const {
  std::vector<std::int64_t> sizes;
  std::vector<real> all;
  for (std::int64_t set = 0; set < sets(); ++set) {
    sizes.push_back(size(set));
    all.insert(all.end(), values(set).begin(), values(set).end());
  }
  const std::int64_t count = shape_.size() > 0 ? std::ssize(all) / shape_.size() : 0;
  to.put(prefix + "solutions", Tensor(shape_.inserted(0, count), all));
  to.put(prefix + "sizes",
         {.type = Checkpoint::Type::i64,
          .shape = Shape{sets()},
          .bytes = {reinterpret_cast<const char*>(sizes.data()), sizes.size() * sizeof(std::int64_t)}});
}

void SolutionPool::load(const Checkpoint& from, const std::string& prefix) {
  const Tensor all = from.tensor(prefix + "solutions");
  const auto entry = from.entries().find(prefix + "sizes");
  const auto refuse = [&](const auto&... parts) { fail<FileError>(from.source(), ": ", prefix, parts...); };
  if (entry == from.entries().end() || entry->second.type != Checkpoint::Type::i64 ||
      entry->second.shape != Shape{sets()})
    refuse("sizes are not there as ", sets(), " whole numbers");
  if (all.shape().rank() != shape_.rank() + 1 || all.shape().without(0) != shape_)
    refuse("solutions have the shape ", all.shape(), ", not one of ", solver_, ", ", shape_, ", behind a first axis");
  if (!all.finite()) refuse("solutions hold a number that is not finite");
  std::vector<std::int64_t> sizes(sets_.size());
  std::memcpy(sizes.data(), entry->second.bytes.data(), entry->second.bytes.size());
  std::vector<Set> read(sets_.size());
  const std::int64_t n = shape_.size();
  std::int64_t row = 0;
  for (std::size_t set = 0; set < sizes.size(); ++set) {
    if (sizes[set] < 0 || sizes[set] > all.shape()[0] - row)
      refuse("sizes do not add up to the ", all.shape()[0], " solutions");
    for (const std::int64_t end = row + sizes[set]; row < end; ++row)
      if (!add_to(read[set], all.values().subspan(row * n, n))) refuse("solutions hold one twice, at ", row);
  }
  if (row != all.shape()[0]) refuse("sizes do not add up to the ", all.shape()[0], " solutions");
  sets_ = std::move(read);
}

bool operator==(const SolutionPool& a, const SolutionPool& b) {
  return a.shape_ == b.shape_ && a.shared_ == b.shared_ &&
         std::equal(a.sets_.begin(), a.sets_.end(), b.sets_.begin(), b.sets_.end(),
                    [](const auto& x, const auto& y) { return x.values == y.values; });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
