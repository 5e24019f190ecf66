#pragma once
#include <cotape/data/pictures/image.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// A row for each query: the query, the pictures that are nearest to it by their embeddings, and those that raw pixels
// find; framed blue where they are of its class and red where they are not.
Image draw_neighbours(const Tensor& embeddings, const PictureClasses& set, std::span<const std::int64_t> queries);

// Writes neighbours.png, of queries from all classes in turn, and mistakes.png, of those whose nearest picture is
// wrong, or of the last queries where there are none.
void write_retrieval_pictures(const RunFolder& folder, const Tensor& embeddings, const PictureClasses& set);
// Writes report.html with these pictures. Throws FileError when there are none in the folder.
void write_retrieval_report(const RunFolder& folder, const Metrics& metrics, const Record& summary,
                            const Record& config);

}  // namespace cotape::app
