#include "allocations.h"

#include <cotape/engine/base/tensor.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

std::atomic<std::int64_t> allocations{0}, aligned{0};

void* counted(std::size_t bytes, std::size_t alignment) noexcept {
  ++allocations;
  if (alignment > usual) ++aligned;
  return std::aligned_alloc(alignment, (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
}

void* counted_or_throw(std::size_t bytes, std::size_t alignment) {
  if (void* memory = counted(bytes, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: compilers would take free() for the wrong partner of new. The forms for arrays call these, or those of
// a sanitizer, in pairs.
using std::align_val_t, std::nothrow_t, std::size_t;
[[gnu::noinline]] void* operator new(size_t bytes) { return counted_or_throw(bytes, usual); }
[[gnu::noinline]] void* operator new(size_t bytes, align_val_t to) { return counted_or_throw(bytes, size_t(to)); }
[[gnu::noinline]] void* operator new(size_t bytes, const nothrow_t&) noexcept { return counted(bytes, usual); }
[[gnu::noinline]] void* operator new(size_t bytes, align_val_t to, const nothrow_t&) noexcept {
  return counted(bytes, size_t(to));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t, align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, align_val_t, const nothrow_t&) noexcept { std::free(memory); }

std::int64_t heap_allocations() { return allocations; }
std::int64_t aligned_allocations() { return aligned; }

TEST_CASE("allocations: objects and tensors are counted") {
  const std::int64_t before = heap_allocations();
  const auto number = std::make_unique<int>(3);
  CHECK(*number == 3);
  CHECK(heap_allocations() > before);
  const std::int64_t between = heap_allocations(), tensors = aligned_allocations();
  const cotape::Tensor tensor({100});
  CHECK(tensor.size() == 100);
  CHECK(heap_allocations() > between);
  CHECK(aligned_allocations() == tensors + 1);
}
