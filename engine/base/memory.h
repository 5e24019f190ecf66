#pragma once
#include <cstddef>
#include <map>
#include <memory_resource>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Memory that tensors are made of. Freed buffers are kept by size and serve the next request of that size, so a
// loop that asks for the same sizes again and again allocates nothing after its first rounds. Not thread-safe: a
// tape owns one and allocates from the thread that records.
class BufferPool final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t alignment = 64;

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool() override;

  // Bytes held, in use or free.
  std::size_t bytes() const { return bytes_; }
  // Most bytes that were in use at one time.
  std::size_t peak_bytes() const { return peak_; }
  // How often the system was asked for memory.
  std::size_t allocations() const { return allocations_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* buffer, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  std::map<std::size_t, std::vector<void*>> free_;
  std::size_t bytes_ = 0;
  std::size_t in_use_ = 0;
  std::size_t peak_ = 0;
  std::size_t allocations_ = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
