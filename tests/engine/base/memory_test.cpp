#include <doctest/doctest.h>

#include <cotape/engine/base/memory.h>

#include <cstring>
#include <vector>

using namespace cotape;

TEST_CASE("a freed buffer serves the next request of its size") {
  BufferPool pool;
  CHECK(pool.bytes() == 0);
  void* a = pool.allocate(5000, 64);
  CHECK(pool.allocations() == 1);
  CHECK(pool.bytes() >= 5000);
  CHECK(pool.bytes() <= 5000 + 5000 / 8 + 8);
  const std::size_t bytes = pool.bytes();
  pool.deallocate(a, 5000, 64);
  CHECK(pool.bytes() == bytes);  // held
  void* b = pool.allocate(5000, 64);
  CHECK(b == a);
  void* c = pool.allocate(5000, 64);
  CHECK(c != a);
  CHECK(pool.allocations() == 2);
  CHECK(pool.bytes() == 2 * bytes);
  pool.deallocate(b, 5000, 64);
  pool.deallocate(c, 5000, 64);
  CHECK(pool.bytes() == 2 * bytes);
  CHECK(pool.peak_bytes() == 2 * bytes);
}

TEST_CASE("every request gets a buffer that is large enough, aligned and its own") {
  BufferPool pool;
  std::vector<std::pair<unsigned char*, std::size_t>> held;
  for (std::size_t bytes = 1; bytes < 40'000; bytes += bytes / 9 + 1) {
    auto* buffer = static_cast<unsigned char*>(pool.allocate(bytes, 64));
    CHECK(reinterpret_cast<std::uintptr_t>(buffer) % 64 == 0);
    std::memset(buffer, static_cast<int>(held.size() % 256), bytes);
    held.emplace_back(buffer, bytes);
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto [buffer, bytes] = held[i];
    CHECK(buffer[0] == i % 256);
    CHECK(buffer[bytes - 1] == i % 256);
    pool.deallocate(buffer, bytes, 64);
  }
}

TEST_CASE("peak_bytes is the most in use at one time, not the sum") {
  BufferPool pool;
  for (int i = 0; i < 5; ++i) pool.deallocate(pool.allocate(1024, 64), 1024, 64);
  CHECK(pool.peak_bytes() == 1024);
  CHECK(pool.bytes() == 1024);
}

TEST_CASE("a slightly smaller request reuses the buffer where the size class is the same") {
  BufferPool pool;
  void* a = pool.allocate(1'000'000, 64);
  pool.deallocate(a, 1'000'000, 64);
  CHECK(pool.allocate(990'000, 64) == a);
  pool.deallocate(a, 990'000, 64);
  CHECK(pool.allocations() == 1);
}

TEST_CASE("a pool is equal to itself alone") {
  const BufferPool a, b;
  CHECK(a.is_equal(a));
  CHECK_FALSE(a.is_equal(b));
}
