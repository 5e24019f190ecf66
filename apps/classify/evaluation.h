#pragma once
#include <cotape/apps/classify/class_loss.h>
#include <cotape/apps/classify/model.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/train/classification.h>

namespace cotape::app {

// How good a classifier is on a set of images.
struct ClassScore {
  ConfusionMatrix confusion;
  double loss = 0;           // the one that it is trained by, with its noise
  double cross_entropy = 0;  // of softmax(logits / temperature), in nats: the same measure for every loss

  double accuracy() const { return confusion.accuracy(); }
};

// Of all images of a set, as they are.
ClassScore evaluate(VanillaCnn& net, const ClassLoss& loss, const Dataset& data, std::int64_t classes, Rng noise,
                    Tape& tape);

// What the net says of every image.
struct Predictions {
  std::vector<std::int64_t> classes;  // [images], the most likely one of each
  Tensor probabilities;               // [images, classes], ClassLoss::probabilities
};
Predictions predict(VanillaCnn& net, const ClassLoss& loss, const Dataset& data, std::int64_t classes, Rng noise,
                    Tape& tape);

}  // namespace cotape::app
