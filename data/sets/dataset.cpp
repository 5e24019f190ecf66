#include <cotape/data/sets/dataset.h>
#include <cotape/engine/base/error.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

Dataset::Dataset(ImageSet set) {
  const bool grey = set.shape.rank() == 3, colours = set.shape.rank() == 4 && (set.shape[3] == 1 || set.shape[3] == 3);
  if (!(grey || colours) || set.shape.size() != static_cast<std::int64_t>(set.images.size()) ||
      set.shape[0] != static_cast<std::int64_t>(set.labels.size()))
    fail<ShapeError>("dataset: shape ", set.shape, " does not fit ", set.images.size(), " pixels and ",
                     set.labels.size(), " labels");
  size_ = set.shape[0];
  set_ = std::make_shared<const ImageSet>(std::move(set));
}

std::pair<Dataset, Dataset> Dataset::split(std::int64_t count) const {
  if (count < 0 || count > size_) fail<ValueError>("dataset: cannot split ", size_, " examples after ", count);
  std::pair<Dataset, Dataset> parts(*this, *this);
  parts.first.size_ = count;
  parts.second.begin_ += count;
  parts.second.size_ -= count;
  return parts;
}

void Dataset::fill_batch(std::span<const std::int64_t> indices, Tensor& out) const {
  check_batch(static_cast<std::int64_t>(indices.size()), out);
  real* row = out.data();
  for (const std::int64_t index : indices) {
    fill_row(checked(index), row);
    row += features();
  }
}

void Dataset::fill_range(std::int64_t begin, Tensor& out) const {
  const std::int64_t rows = out.shape().rank() > 0 ? out.shape()[0] : 0;
  check_batch(rows, out);
  if (begin < 0 || begin > size_ - rows)
    fail<ValueError>("dataset: examples ", begin, " to ", begin + rows, " of ", size_);
  for (std::int64_t row = 0; row < rows; ++row) fill_row(begin + row, out.data() + row * features());
}

std::span<const std::uint8_t> Dataset::image(std::int64_t index) const {
  return std::span(set_->images)
      .subspan(static_cast<std::size_t>((begin_ + checked(index)) * features()), static_cast<std::size_t>(features()));
}

std::span<const std::uint8_t> Dataset::labels() const {
  return std::span(set_->labels).subspan(static_cast<std::size_t>(begin_), static_cast<std::size_t>(size_));
}

std::int64_t Dataset::checked(std::int64_t index) const {
  if (index < 0 || index >= size_) fail<ValueError>("dataset: example ", index, " of ", size_);
  return index;
}

void Dataset::check_batch(std::int64_t rows, const Tensor& out) const {
  if (out.shape().rank() == 0 || out.shape()[0] != rows || out.size() != rows * features())
    fail<ShapeError>("dataset: a batch of ", rows, " examples with ", features(), " pixels does not fit ", out.shape());
}

void Dataset::fill_row(std::int64_t index, real* out) const {
  for (const std::uint8_t byte : image(index)) *out++ = static_cast<real>(byte) / 255;
}

BatchOrder::BatchOrder(std::int64_t size, std::int64_t batch, Rng rng) : size_(size), batch_(batch), rng_(rng) {
  if (size < 1 || batch < 1) fail<ValueError>("batches: cannot make batches of ", batch, " from ", size, " examples");
}

std::span<const std::int64_t> BatchOrder::indices(std::int64_t epoch, std::int64_t batch) {
  if (epoch < 0 || batch < 0 || batch >= batches())
    fail<ValueError>("batches: no batch ", batch, " in epoch ", epoch, "; an epoch has ", batches());
  if (epoch != epoch_) {
    order_ = random_permutation(size_, rng_.split(static_cast<std::uint64_t>(epoch)));
    epoch_ = epoch;
  }
  const std::int64_t begin = batch * batch_;
  return std::span<const std::int64_t>(order_).subspan(static_cast<std::size_t>(begin),
                                                       static_cast<std::size_t>(std::min(batch_, size_ - begin)));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
