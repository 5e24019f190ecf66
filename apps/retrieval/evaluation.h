#pragma once
#include <array>
#include <vector>

#include <cotape/apps/retrieval/net.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

// Unit vectors [count, features] of all pictures of a set, by a net as it is in evaluation.
Tensor embed(EmbeddingNet& net, const PictureClasses& set, Tape& tape);

// The pictures themselves as unit vectors [count, side · side]: pixels, blurred by a normal distribution with a
// deviation of one pixel.
Tensor raw_embeddings(const PictureClasses& set);

// How well the pictures of a set find others of their class among all others, ranked by cosine, of equal ones the first
// in the set. Queries are all pictures whose class has another one.
struct RetrievalScore {
  static constexpr std::array<std::int64_t, 4> cuts = {1, 2, 4, 8};

  std::array<double, 4> recall{};  // share of queries with one of their class among the first 1, 2, 4, 8
  // Mean over queries of 1/R Σ_{i ≤ R} precision at i, if the i-th is of the class, where R is how many others the
  // class has (Musgrave et al. 2020, "A metric learning reality check").
  double map_at_r = 0;
  // Share of queries whose nearest of `ways` pictures, one from each of so many classes, is of the right class.
  double one_shot = 0;
};

// `classes` are those of the unit vectors [count, features]. `tasks` one-shot tasks of `ways` classes with two pictures
// at least, one of them shown and another the query; fewer where there are not so many classes. The same numbers for
// any number of threads. Throws ValueError when no picture has another one of its class.
RetrievalScore score_retrieval(const Tensor& embeddings, std::span<const std::int64_t> classes, std::int64_t ways,
                               std::int64_t tasks, const Rng& rng, Tape& tape);

// The first `count` of the others for one query, fewer where there are not so many.
std::vector<std::int64_t> nearest_pictures(const Tensor& embeddings, std::int64_t query, std::int64_t count);

}  // namespace cotape::app
