#pragma once
#include <cstdint>
#include <vector>

#include <cotape/bench/steps/catalogue.h>
#include <cotape/engine/base/tensor.h>

// The fixed batches that steps are run on, the same for every engine: random numbers of the step's seed in the shapes
// of the programs' data, so that nothing has to be downloaded. Labels are what the solver finds for random costs.
namespace cotape::bench {

struct ImageBatch {
  Tensor images;  // [batch, 784], in (0, 1)
};
ImageBatch image_batch(const StepInfo& step);
// Colour images [batch, 32, 32, 3], in (0, 1).
Tensor colour_batch(const StepInfo& step);
// A class of ten for each image.
std::vector<std::int64_t> image_labels(const StepInfo& step);

struct MapBatch {
  Tensor maps;   // [batch, 8 · size, 8 · size, 3], normalised colours
  Tensor paths;  // [batch, size, size], the wanted ones
};
MapBatch map_batch(const StepInfo& step);

inline constexpr std::int64_t globe_countries = 5;  // of an example
struct FlagBatch {
  Tensor flags;                    // [batch · 5, 20, 40, 3], each for one city
  std::vector<std::int64_t> rows;  // [batch · 5], the flag of each city
  Tensor tours;                    // [batch, 5, 5], the wanted ones
};
FlagBatch flag_batch(const StepInfo& step);

inline constexpr std::int64_t layout_nodes = 10, layout_frames = 10, layout_edges = 45;
// Positions [batch, 10, 10, 2] of nodes that move under the springs of hidden trees.
Tensor layout_batch(const StepInfo& step);

struct ClassBatch {
  Tensor pictures;                    // [batch, 28, 28, 1], in (0, 1)
  std::vector<std::int64_t> classes;  // [batch], four pictures of each
};
ClassBatch class_batch(const StepInfo& step);

inline constexpr std::int64_t sequence_features = 64, sequence_classes = 10;
struct SequenceBatch {
  Tensor sequences;                  // [batch, size, 64]
  std::vector<std::int64_t> labels;  // [batch]
};
SequenceBatch sequence_batch(const StepInfo& step);

inline constexpr std::int64_t text_vocabulary = 96;
struct TextBatch {
  Shape shape;                                // [batch, size]
  std::vector<std::int64_t> tokens, targets;  // of that shape
};
TextBatch text_batch(const StepInfo& step);

}  // namespace cotape::bench
