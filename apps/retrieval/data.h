#pragma once
#include <cotape/apps/retrieval/options.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

namespace cotape::app {

// Pictures of classes to train on, and of other classes to search.
struct RetrievalData {
  PictureClasses train, test;
};

// The pictures that the options name. Throws as read_picture_classes, split_groups and load_mnist do, ValueError when
// there are too few to train on or to search.
RetrievalData load_retrieval_data(const RetrievalOptions& options);

// A set with three more classes for each, its pictures turned by one, two and three quarters, which are in its group.
PictureClasses with_turned_classes(const PictureClasses& set);

// Batches in which classes come back: in each epoch every class's pictures are shuffled and cut into groups of
// `per_class`, the groups of all classes are shuffled, and so many as make a batch are taken one after the other. What
// is left of a class or of the groups rests for an epoch; a class may have several groups in a batch. A function of
// (rng, epoch) alone.
class ClassBatches {
 public:
  // `classes` are those of the pictures, 0, 1, …. Throws ValueError when there are not enough for a batch.
  ClassBatches(std::span<const std::int64_t> classes, std::int64_t batch, std::int64_t per_class, Rng rng);

  std::int64_t batches() const { return batches_; }
  // The pictures of a batch, 0 ≤ batch < batches(); they stay until another epoch is asked for.
  std::span<const std::int64_t> indices(std::int64_t epoch, std::int64_t batch);

 private:
  std::vector<std::vector<std::int64_t>> pictures_;  // of each class
  std::int64_t batch_, per_class_, batches_ = 0;
  Rng rng_;
  std::int64_t epoch_ = -1;  // whose order is in order_
  std::vector<std::int64_t> order_;
};

// Picture indices[b] as row b of out [B, side, side, 1], bytes divided by 255.
void fill_pictures(const PictureClasses& set, std::span<const std::int64_t> indices, Tensor& out);

// How pictures are varied in training: each is turned around its middle by up to `degrees` and moved by up to `shift`
// pixels in both directions, uniformly drawn.
struct Moves {
  double shift = 0;
  double degrees = 0;
};
// The same as fill_pictures, varied; interpolated linearly, dark outside. What is drawn for row b depends on rng and
// the place of its picture in the batch, first + b. The same pictures for any number of threads.
void fill_moved_pictures(const PictureClasses& set, std::span<const std::int64_t> indices, std::int64_t first,
                         const Moves& moves, const Rng& rng, Tensor& out);

}  // namespace cotape::app
