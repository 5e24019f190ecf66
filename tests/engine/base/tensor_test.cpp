#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/memory.h>
#include <cotape/engine/base/tensor.h>

#include <limits>
#include <sstream>
#include <type_traits>

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

std::string text(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

}  // namespace

TEST_CASE("tensor: making one") {
  CHECK(Tensor().shape() == Shape{0});
  CHECK(Tensor().size() == 0);
  CHECK(Tensor({2, 3}).size() == 6);
  CHECK(Tensor({2}) == Tensor({2}, {0, 0}));
  CHECK(Tensor({2}, real(7)) == Tensor({2}, {7, 7}));
  CHECK(Tensor::scalar(4).shape() == Shape{});
  CHECK(Tensor::scalar(4).item() == 4);
  const std::vector<real> values = {1, 2, 3};
  CHECK(Tensor({3}, values) == Tensor({3}, {1, 2, 3}));
  CHECK_THROWS_WITH_AS(Tensor({2, 2}, values), "tensor: shape [2,2] needs 4 elements, 3 given", ShapeError);
  CHECK_THROWS_WITH_AS(Tensor({2}).item(), "item: tensor of shape [2] has not exactly one element", ShapeError);
  CHECK(Tensor({1, 1}, {5}).item() == 5);
  CHECK(Tensor({0, 3}).size() == 0);
}

TEST_CASE("tensor: memory that cannot be had is an error that names it") {
  BufferPool pool;
  for (std::pmr::memory_resource* memory :
       {std::pmr::new_delete_resource(), static_cast<std::pmr::memory_resource*>(&pool)})
    CHECK_THROWS_WITH_AS(Tensor::uninitialized({Shape::max_size}, memory),
                         "no memory for a tensor of shape [1152921504606846975]: 4611686018427387900 bytes",
                         MemoryError);
  CHECK_THROWS_AS(Tensor({1 << 20, 1 << 20, 1 << 18}), MemoryError);
  CHECK(pool.peak_bytes() == 0);  // what was not given is not counted
  CHECK(pool.allocations() == 0);
}

TEST_CASE("tensor: a regular type") {
  static_assert(std::is_nothrow_move_constructible_v<Tensor> && std::is_nothrow_move_assignable_v<Tensor>);
  Tensor a({2}, {1, 2});
  Tensor b = a;
  b[0] = 9;
  CHECK(a == Tensor({2}, {1, 2}));  // a copy shares nothing
  const real* data = b.data();
  Tensor c = std::move(b);
  CHECK(c.data() == data);  // a move copies nothing
  CHECK(b == Tensor());
  CHECK(c == Tensor({2}, {9, 2}));
  b = c;  // what was moved from can be used again
  CHECK(b == c);
  CHECK(b.data() != c.data());
  b = Tensor({3}, {1, 2, 3});
  CHECK(b == Tensor({3}, {1, 2, 3}));
  Tensor& same = b;
  b = same;
  CHECK(b == Tensor({3}, {1, 2, 3}));
  b = std::move(same);
  CHECK(b == Tensor({3}, {1, 2, 3}));
  const Tensor column({3, 1}, {4, 5, 6});
  b = column;  // the same size under another shape
  CHECK(b == column);
  b = Tensor();
  CHECK(b == Tensor());
  CHECK(Tensor({2, 1}) != Tensor({1, 2}));
  CHECK(Tensor({1}, {not_a_number}) != Tensor({1}, {not_a_number}));
  CHECK(Tensor({1}, {real(-0.0)}) == Tensor({1}, {0}));
}

TEST_CASE("tensor: a copy outlives the memory that the original came from") {
  Tensor copy, assigned({2}, {5, 5});
  {
    BufferPool pool;
    Tensor x = Tensor::uninitialized({3}, &pool);
    x.fill(4);
    copy = x;
    const Tensor other = x;
    assigned = other;
    CHECK(pool.allocations() == 1);
  }
  CHECK(copy == Tensor({3}, real(4)));
  CHECK(assigned == Tensor({3}, real(4)));
}

TEST_CASE("tensor: elements in row-major order") {
  Tensor x({2, 3}, {0, 1, 2, 3, 4, 5});
  CHECK(x.at({1, 2}) == 5);
  CHECK(x.at({1, 0}) == 3);
  x.at({0, 1}) = 7;
  CHECK(x[1] == 7);
  CHECK(Tensor::scalar(3).at({}) == 3);
  CHECK_THROWS_WITH_AS(x.at({1}), "at: 1 indices for shape [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(x.at({1, 3}), "at: index 3 of axis 1 is outside shape [2,3]", ShapeError);
  CHECK_THROWS_AS(x.at({-1, 0}), ShapeError);
}

TEST_CASE("tensor: copy_from and reshaped keep the elements") {
  Tensor x({2, 3}, {0, 1, 2, 3, 4, 5}), y({6});
  y.copy_from(x);
  CHECK(y == Tensor({6}, {0, 1, 2, 3, 4, 5}));
  CHECK(x.reshaped({3, 2}) == Tensor({3, 2}, {0, 1, 2, 3, 4, 5}));
  CHECK_THROWS_WITH_AS(y.copy_from(Tensor({5})), "copy: sizes differ: [6] from [5]", ShapeError);
  CHECK_THROWS_WITH_AS(x.reshaped({4}), "reshape: [2,3] to [4] changes the number of elements", ShapeError);
}

TEST_CASE("tensor: finite finds a bad element at any place") {
  for (const std::int64_t n : {1, 15, 16, 17, 100}) {
    CHECK(Tensor({n}, std::numeric_limits<real>::max()).finite());
    for (std::int64_t i = 0; i < n; ++i)
      for (const real bad : {infinity, -infinity, not_a_number}) {
        Tensor x({n}, real(1));
        x[i] = bad;
        CHECK_FALSE(x.finite());
      }
  }
  CHECK(Tensor().finite());
}

TEST_CASE("tensor: memory is aligned for vector instructions") {
  BufferPool pool;
  for (const std::int64_t n : {1, 3, 1000}) {
    const Tensor on_heap({n}), of_pool = Tensor::uninitialized({n}, &pool);
    CHECK(reinterpret_cast<std::uintptr_t>(on_heap.data()) % 64 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(of_pool.data()) % 64 == 0);
  }
}

TEST_CASE("tensor: short form") {
  CHECK(text(Tensor({2}, {1, real(2.5)})) == "[2] {1, 2.5}");
  CHECK(text(Tensor({3, 3}, real(1))) == "[3,3] {1, 1, 1, 1, 1, 1, 1, 1, ...}");
  CHECK(text(Tensor()) == "[0] {}");
}
