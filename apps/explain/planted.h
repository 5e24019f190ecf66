#pragma once
#include <cstdint>
#include <vector>

#include <cotape/apps/explain/documents.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

// Texts in which it is known which words tell the rating. Each has between a third of max_words (but not fewer than
// `planted`) and max_words words: key words at random places, evenly drawn from 24 words with values from −1 to 1 and
// none near 0, and other words, the first ones far more frequent, which mean nothing. The rating is 5 + 5·(sum of the
// values of the key words)/planted. The key words are marked. Text i depends on (rng, i) and the settings alone.
//
// Every text has `planted` key words; or, with `some_with_fewer`, every third on average has fewer, evenly from none
// on. A net that always found as many key words as it chooses could as well leave out a kind of them: any other word
// would then stand for their value.
struct PlantedTexts {
  std::int64_t planted = 5;
  std::int64_t max_words = 60;
  std::int64_t fillers = 1000;  // how many other words there are
  bool some_with_fewer = false;

  std::vector<Document> operator()(std::int64_t count, const Rng& rng) const;
};

}  // namespace cotape::app
