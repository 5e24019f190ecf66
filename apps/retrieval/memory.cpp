#include <cotape/apps/retrieval/memory.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {

EmbeddingMemory::EmbeddingMemory(std::int64_t batches, std::int64_t batch, std::int64_t features)
    : batch_(batch),
      embeddings_(Shape{batches * batch, features}),
      classes_(static_cast<std::size_t>(batches * batch), no_class) {}

void EmbeddingMemory::push(const Tensor& embeddings, std::span<const std::int64_t> classes) {
  const std::int64_t features = embeddings_.shape()[1];
  if (embeddings.shape() != Shape{batch_, features} || std::ssize(classes) != batch_)
    fail<ShapeError>("EmbeddingMemory: embeddings ", embeddings.shape(), " of ", classes.size(), " classes, not [",
                     batch_, ",", features, "]");
  if (classes_.empty()) return;
  std::copy_n(embeddings.data(), embeddings.size(), embeddings_.data() + oldest_ * batch_ * features);
  std::copy(classes.begin(), classes.end(), classes_.begin() + oldest_ * batch_);
  oldest_ = (oldest_ + 1) % (std::ssize(classes_) / batch_);
}

void EmbeddingMemory::save(Checkpoint& checkpoint) const {
  Tensor classes(Shape{std::ssize(classes_)});
  std::copy(classes_.begin(), classes_.end(), classes.data());  // whole numbers far below 2²⁴
  checkpoint.put("memory.embeddings", embeddings_);
  checkpoint.put("memory.classes", classes);
  checkpoint.put_integer("memory_oldest", oldest_);
}

void EmbeddingMemory::load(const Checkpoint& checkpoint) {
  Tensor embeddings(embeddings_.shape()), classes(Shape{std::ssize(classes_)});
  load_tensors(checkpoint, {{"embeddings", &embeddings}, {"classes", &classes}}, "memory.");
  const std::int64_t oldest = checkpoint.count("memory_oldest");
  const bool whole = std::all_of(classes.values().begin(), classes.values().end(),
                                 [](real x) { return x >= no_class && x == std::floor(x) && x < real(1 << 24); });
  if (!whole || oldest >= std::max<std::int64_t>(1, std::ssize(classes_) / batch_))
    fail<FileError>(checkpoint.source(), ": the remembered classes are no classes, or their place is none");
  embeddings_ = std::move(embeddings);
  std::transform(classes.values().begin(), classes.values().end(), classes_.begin(),
                 [](real x) { return static_cast<std::int64_t>(x); });
  oldest_ = oldest;
}

}  // namespace cotape::app
