#pragma once
#include <cotape/apps/latent_trees/evaluation.h>
#include <cotape/data/pictures/image.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// The first examples of a set: how their nodes move, and the best tree that the model finds over the true one. Edges
// that are found and right, found and wrong, and missed (dashed).
Image draw_trees(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Tape& tape);

// The same examples: how nodes move, and how the decoder lets them move from the first frame on, under that tree.
Image draw_predictions(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Tape& tape);

// Writes trees.png and predictions.png.
void write_latent_trees_pictures(const RunFolder& folder, LatentTrees& model, const LayoutSet& set, TreeFinder& finder,
                                 Tape& tape);
// Writes report.html with these pictures. Throws FileError when there are none in the folder.
void write_latent_trees_report(const RunFolder& folder, const Metrics& metrics, const Record& summary,
                               const Record& config);

}  // namespace cotape::app
