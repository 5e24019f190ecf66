#pragma once
#include <cotape/apps/dvae/model.h>
#include <cotape/data/pictures/image.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// What a trained model shows.
struct DvaePictures {
  Image reconstructions;  // pairs: a test image, its reconstruction
  Image codes;            // of the same images, rows of the code from top to bottom, ones dark
  Image samples;          // decoded random codes
};

// Draws them for the first test images. The same model, data and generator give the same pictures.
DvaePictures draw_pictures(Dvae& model, const Dataset& data, Rng rng, std::int64_t k);

// Writes reconstructions.png, codes.png, samples.png and report.html.
void write_dvae_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                       const DvaePictures& pictures);

}  // namespace cotape::app
