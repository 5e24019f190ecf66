#include <cotape/apps/latent_trees/layouts.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/data/sets/globe_tours.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/tsp/tsp.h>

namespace cotape::bench {
namespace {

// Solutions for random scores: negative ones, which are costs that every solver accepts.
Tensor random_solutions(const Solver& solver, const Shape& shape, Rng& rng) {
  Tensor scores(shape), solutions(shape);
  rng.uniform(scores);
  for (real& score : scores.values()) score = -score;
  Oracle(solver).argmax(scores, solutions);
  return solutions;
}

std::vector<std::int64_t> random_indices(std::int64_t count, std::int64_t below, Rng& rng) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(rng.below(below));
  return indices;
}

}  // namespace

ImageBatch image_batch(const StepInfo& step) {
  Rng rng(step.seed);
  ImageBatch batch{Tensor(Shape{step.batch, 784})};
  rng.uniform(batch.images);
  return batch;
}

Tensor colour_batch(const StepInfo& step) {
  Rng rng(step.seed);
  Tensor images(Shape{step.batch, 32, 32, 3});
  rng.uniform(images);
  return images;
}

std::vector<std::int64_t> image_labels(const StepInfo& step) {
  Rng rng(step.seed, 1);
  return random_indices(step.batch, 10, rng);
}

MapBatch map_batch(const StepInfo& step) {
  Rng rng(step.seed);
  const std::int64_t n = step.size, pixels = 8 * n;
  MapBatch batch{Tensor(Shape{step.batch, pixels, pixels, 3}), {}};
  rng.normal(batch.maps);
  batch.paths = random_solutions(GridPath{.height = n, .width = n}, {step.batch, n, n}, rng);
  return batch;
}

FlagBatch flag_batch(const StepInfo& step) {
  Rng rng(step.seed);
  const std::int64_t k = globe_countries, cities = step.batch * k;
  FlagBatch batch{Tensor(Shape{cities, World::flag_height, World::flag_width, 3}), random_permutation(cities, rng), {}};
  rng.normal(batch.flags);
  batch.tours = random_solutions(Tsp{.n = k}, {step.batch, k, k}, rng);
  return batch;
}

Tensor layout_batch(const StepInfo& step) {
  const app::LayoutSizes sizes{
      .train = step.batch, .validation = 1, .test = 1, .nodes = layout_nodes, .frames = layout_frames};
  return app::generate_layouts(sizes, step.seed).train.positions;
}

ClassBatch class_batch(const StepInfo& step) {
  Rng rng(step.seed);
  ClassBatch batch{Tensor(Shape{step.batch, 28, 28, 1}), {}};
  rng.uniform(batch.pictures);
  for (std::int64_t i = 0; i < step.batch; ++i) batch.classes.push_back(i / 4);
  return batch;
}

SequenceBatch sequence_batch(const StepInfo& step) {
  Rng rng(step.seed);
  SequenceBatch batch{Tensor(Shape{step.batch, step.size, sequence_features}), {}};
  rng.normal(batch.sequences);
  batch.labels = random_indices(step.batch, sequence_classes, rng);
  return batch;
}

TextBatch text_batch(const StepInfo& step) {
  Rng rng(step.seed);
  const Shape shape{step.batch, step.size};
  std::vector<std::int64_t> tokens = random_indices(shape.size(), text_vocabulary, rng);
  return {shape, std::move(tokens), random_indices(shape.size(), text_vocabulary, rng)};
}

}  // namespace cotape::bench
