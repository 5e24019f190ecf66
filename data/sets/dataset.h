#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <cotape/data/sets/image_set.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Labelled images in memory, one byte for each number, converted to real numbers batch by batch. Copies and parts share
// the pixels, which never change.
class Dataset {
 public:
  // Throws ShapeError when the set's shape does not fit its images and labels, or has other than 1 or 3 channels.
  explicit Dataset(ImageSet set);

  std::int64_t size() const { return size_; }
  std::int64_t height() const { return set_->shape[1]; }
  std::int64_t width() const { return set_->shape[2]; }
  // 1 of grey images, 3 of colours, which lie one beside the other.
  std::int64_t channels() const { return set_->shape.rank() == 3 ? 1 : set_->shape[3]; }
  // The number of bytes of an image: pixels, times channels.
  std::int64_t features() const { return height() * width() * channels(); }

  // Two parts: the first `count` examples and the others, in the order of the file. Throws ValueError unless 0 ≤ count
  // ≤ size().
  std::pair<Dataset, Dataset> split(std::int64_t count) const;

  // Writes the pixels of examples indices[b], divided by 255, to row b of out, a tensor [B, ...] of B·features()
  // elements; nothing is allocated. Throws ShapeError when out does not fit, ValueError for an index out of range.
  void fill_batch(std::span<const std::int64_t> indices, Tensor& out) const;
  // The same for the examples begin, begin + 1, … that out has rows for.
  void fill_range(std::int64_t begin, Tensor& out) const;

  // The bytes of an example, row-major in [height, width, channels]. Throws ValueError for an index out of range.
  std::span<const std::uint8_t> image(std::int64_t index) const;
  // The class of an example. Throws ValueError for an index out of range.
  int label(std::int64_t index) const { return labels()[static_cast<std::size_t>(checked(index))]; }
  // The classes of all examples.
  std::span<const std::uint8_t> labels() const;

 private:
  std::int64_t checked(std::int64_t index) const;
  void check_batch(std::int64_t rows, const Tensor& out) const;
  void fill_row(std::int64_t index, real* out) const;

  std::shared_ptr<const ImageSet> set_;
  std::int64_t begin_ = 0;
  std::int64_t size_ = 0;
};

// Shuffled batches of the indices 0 … size−1. The order of an epoch is a function of (rng, epoch) alone, so a run can
// be resumed at any (epoch, batch) without other state.
class BatchOrder {
 public:
  // The last batch of an epoch is shorter when `batch` does not divide `size`. Throws ValueError unless both are
  // positive.
  BatchOrder(std::int64_t size, std::int64_t batch, Rng rng);

  // The number of batches in an epoch.
  std::int64_t batches() const { return (size_ + batch_ - 1) / batch_; }
  // The indices of a batch, 0 ≤ batch < batches(); they stay until another epoch is asked for. Throws ValueError for a
  // batch out of range or a negative epoch.
  std::span<const std::int64_t> indices(std::int64_t epoch, std::int64_t batch);

 private:
  std::int64_t size_;
  std::int64_t batch_;
  Rng rng_;
  std::int64_t epoch_ = -1;  // the epoch whose order is in order_
  std::vector<std::int64_t> order_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
