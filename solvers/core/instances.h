#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>
#include <cotape/solvers/core/last_solutions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a problem brings besides its costs, where its type is not known: one element of Instances.
struct InstanceView {
  const void* data = nullptr;  // nullptr: none
};

// The instance data of a batch: weights and a capacity, a graph, a start and a goal, a mask, a size. One value of any
// type per instance. Made once and cheap to copy: copies and selections share the values.
class Instances {
 public:
  // None: for solvers whose problems are their costs alone.
  Instances() = default;

  // One per instance of the batch, in the order of its rows.
  template <class T>
  Instances(std::vector<T> values) {  // NOLINT: implicit, so that a vector can be passed to a differentiable solver
    static_assert(!std::is_same_v<T, bool>, "instance data: std::vector<bool> holds no values; use a struct");
    const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    first_ = reinterpret_cast<const std::byte*>(kept->data());
    step_ = sizeof(T);
    size_ = static_cast<std::int64_t>(kept->size());
    type_ = &typeid(T);
    values_ = kept;
  }

  // These of the values, in this order; an index may come more than once. Shares the values, and has no
  // last solutions.
  // Throws ValueError for an index outside 0 … size() − 1.
  Instances select(std::span<const std::int64_t> indices) const;

  // The same, for a batch of these examples of which a solver may begin with the last solutions, in the order of the
  // rows. Where there is no other instance data, this is all there is. Throws ValueError for an example that `last` has
  // no place for.
  Instances starting_from(std::shared_ptr<LastSolutions> last, std::span<const std::int64_t> examples) const;
  // nullptr: none
  LastSolutions* last_solutions() const { return last_.get(); }
  // Which example each row is, of last_solutions().
  std::span<const std::int64_t> examples() const {
    return examples_ ? std::span(*examples_) : std::span<const std::int64_t>();
  }

  // Whether there is a type at all: an empty batch has one, no instance data has none.
  bool given() const { return type_ != nullptr; }
  std::int64_t size() const { return size_; }
  InstanceView operator[](std::int64_t i) const {
    const std::int64_t place = order_ ? (*order_)[static_cast<std::size_t>(i)] : i;
    return {first_ + static_cast<std::size_t>(place) * step_};
  }
  // The type of the values; nullptr: none.
  const std::type_info* type() const { return type_; }
  // A type's name as C++ writes it, for messages.
  static std::string readable_name(const std::type_info& type);

 private:
  std::shared_ptr<const void> values_;
  std::shared_ptr<const std::vector<std::int64_t>> order_;  // of a selection
  std::shared_ptr<LastSolutions> last_;
  std::shared_ptr<const std::vector<std::int64_t>> examples_;
  const std::byte* first_ = nullptr;
  std::size_t step_ = 0;
  std::int64_t size_ = 0;
  const std::type_info* type_ = nullptr;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
