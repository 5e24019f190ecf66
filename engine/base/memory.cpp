#include <cotape/engine/base/memory.h>

#include <algorithm>
#include <bit>
#include <new>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Eight size classes an octave: at most an eighth is wasted, and a slightly smaller last batch reuses what is there.
std::size_t size_class(std::size_t bytes) {
  bytes = std::max(bytes, BufferPool::alignment * 8);
  const std::size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

}  // namespace

BufferPool::~BufferPool() {
  for (auto& [size, buffers] : free_)
    for (void* buffer : buffers) ::operator delete(buffer, std::align_val_t(alignment));
}

void* BufferPool::do_allocate(std::size_t bytes, std::size_t /*alignment*/) {
  const std::size_t size = size_class(bytes);
  std::vector<void*>& buffers = free_[size];
  void* buffer;
  if (buffers.empty()) {
    buffer = ::operator new(size, std::align_val_t(alignment));  // counted only if this does not throw
    bytes_ += size;
    ++allocations_;
  } else {
    buffer = buffers.back();
    buffers.pop_back();
  }
  in_use_ += size;
  peak_ = std::max(peak_, in_use_);
  return buffer;
}

void BufferPool::do_deallocate(void* buffer, std::size_t bytes, std::size_t /*alignment*/) {
  const std::size_t size = size_class(bytes);
  in_use_ -= size;
  free_[size].push_back(buffer);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
