#pragma once
#include <span>
#include <vector>

#include <cotape/engine/base/tensor.h>
#include <cotape/engine/tape/checkpoint.h>

namespace cotape::app {

// The embeddings and classes of the last batches, which are ranked beside those of a batch and get no gradient. Until
// so many batches have been seen, zero vectors of no class stand in their place: no query's relatives, at cosine 0 from
// all.
class EmbeddingMemory {
 public:
  static constexpr std::int64_t no_class = -1;

  EmbeddingMemory(std::int64_t batches, std::int64_t batch, std::int64_t features);

  // The newest batch takes the place of the oldest. Throws ShapeError for another shape than [batch, features].
  void push(const Tensor& embeddings, std::span<const std::int64_t> classes);

  const Tensor& embeddings() const { return embeddings_; }  // [batches · batch, features]
  std::span<const std::int64_t> classes() const { return classes_; }

  // Entries that begin with "memory". Loading throws FileError for what does not fit.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  std::int64_t batch_;
  Tensor embeddings_;
  std::vector<std::int64_t> classes_;
  std::int64_t oldest_ = 0;  // of the batches
};

}  // namespace cotape::app
