#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <cotape/engine/base/parallel.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Whether what is added up comes from the first shard on or from the last one on.
enum class ShardOrder { rising, falling };

// Adds things that come one after the other in a fixed binary tree: the first with the second, the third with the
// fourth, then pairs with pairs, and so on. Of 2^m things, what 2^k processes have added up of 2^(m-k) neighbours each
// is a whole branch of the same tree, so that the result is the same bits however many processes there are. Holds at
// most one thing of each size 1, 2, 4, … at a time. `join(left, right)` makes left the two together; left is what
// comes first in rising order.
template <class T>
class TreeFold {
 public:
  // Forgets everything.
  void start(ShardOrder order) {
    order_ = order;
    levels_.clear();
  }
  template <class Join>
  void add(T thing, const Join& join) {
    std::size_t level = 0;
    for (; level < levels_.size() && levels_[level].second; ++level) {
      thing = joined(std::move(levels_[level].first), std::move(thing), join);
      levels_[level].second = false;
    }
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level] = {std::move(thing), true};
  }
  // All together, and the fold is empty; T() where nothing was added.
  template <class Join>
  T finish(const Join& join) {
    T all{};
    bool any = false;
    for (auto& [thing, there] : levels_) {
      if (!there) continue;
      all = any ? joined(std::move(thing), std::move(all), join) : std::move(thing);
      any = true;
    }
    levels_.clear();
    return all;
  }

 private:
  template <class Join>
  T joined(T older, T newer, const Join& join) const {
    T& left = order_ == ShardOrder::rising ? older : newer;
    T& right = order_ == ShardOrder::rising ? newer : older;
    join(left, right);
    return std::move(left);
  }

  ShardOrder order_ = ShardOrder::rising;
  std::vector<std::pair<T, bool>> levels_;  // 2^level things together, and whether they are there
};

// The sum of arrays in such a tree, number by number. Keeps its memory from one sum to the next.
template <class T>
class TreeSum {
 public:
  // A new sum, of arrays of so many numbers.
  void start(std::size_t size, ShardOrder order) {
    if (size != size_) free_.clear();
    size_ = size;
    count_ = 0;
    if (!sum_.empty()) free_.push_back(std::move(sum_));
    sum_.clear();
    fold_.start(order);
  }
  // Room for the next array, whose numbers are those of an earlier one; add() adds it.
  std::span<T> next() {
    if (free_.empty()) free_.emplace_back(size_);
    free_.back().resize(size_);
    return free_.back();
  }
  void add() {
    std::vector<T> array = std::move(free_.back());
    free_.pop_back();
    fold_.add(std::move(array), joiner());
    ++count_;
  }
  // How many arrays were added.
  std::int64_t count() const { return count_; }
  // Ends the sum, which stays until the next start(). Empty when nothing was added.
  std::span<T> finish() {
    if (sum_.empty()) sum_ = fold_.finish(joiner());
    return sum_;
  }

 private:
  auto joiner() {
    return [this](std::vector<T>& left, std::vector<T>& right) {
      constexpr std::int64_t block = 1 << 14;
      parallel_for(static_cast<std::int64_t>(size_), block, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) left[i] += right[i];
      });
      free_.push_back(std::move(right));
    };
  }

  std::size_t size_ = 0;
  std::int64_t count_ = 0;
  TreeFold<std::vector<T>> fold_;
  std::vector<std::vector<T>> free_;
  std::vector<T> sum_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
