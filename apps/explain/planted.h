#pragma once
#include <cstdint>
#include <vector>

#include <cotape/apps/explain/documents.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

// Texts in which it is known which words tell the rating. Each has between a third of max_words (but not fewer than
// `planted`) and max_words words: `planted` key words at random places, evenly drawn from 24 words with values from
// −1 to 1 and none near 0, and other words, evenly many kinds of them but the first ones far more frequent, which mean
// nothing. The rating is 5 + 5·(mean value of the key words). The key words are marked. Text i depends on (rng, i) and
// the settings alone.
struct PlantedTexts {
  std::int64_t planted = 5;
  std::int64_t max_words = 60;
  std::int64_t fillers = 1000;  // how many other words there are

  std::vector<Document> operator()(std::int64_t count, const Rng& rng) const;
};

}  // namespace cotape::app
