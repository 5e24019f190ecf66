#include <cotape/apps/retrieval/relatives.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <algorithm>

namespace cotape::app {

Var candidate_similarities(Var embeddings, const Tensor& remembered) {
  const std::int64_t n = embeddings.shape()[0];
  // The square without its diagonal: behind its first element, every n + 1 elements end with one of the diagonal.
  const Var square = reshape(matmul(embeddings, embeddings, {.b = true}), {n * n});
  const Var rows = slice(reshape(slice(square, 0, 1, n * n), {n - 1, n + 1}), 1, 0, n);
  const Var others = reshape(rows, {n, n - 1});
  if (remembered.size() == 0) return others;
  return concat({others, matmul(embeddings, embeddings.tape().view(remembered), {.b = true})}, 1);
}

void Relatives::find(std::span<const std::int64_t> batch, std::span<const std::int64_t> remembered) {
  const std::int64_t n = std::ssize(batch);
  const Shape shape{n, n - 1 + std::ssize(remembered)};
  if (relevant_.shape() != shape) relevant_ = weights_ = Tensor(shape);
  const std::int64_t candidates = shape[1];
  count_ = 0;
  for (std::int64_t q = 0; q < n; ++q) {
    real *const relevant = relevant_.data() + q * candidates, *const weights = weights_.data() + q * candidates;
    std::int64_t own = 0;
    for (std::int64_t j = 0; j < candidates; ++j) {
      const std::int64_t row = row_of_candidate(q, j);
      const std::int64_t of =
          row < n ? batch[static_cast<std::size_t>(row)] : remembered[static_cast<std::size_t>(row - n)];
      const bool related = of == batch[static_cast<std::size_t>(q)];
      relevant[j] = related ? real(1) : real(0);
      own += related;
    }
    const real weight = own > 0 ? 1 / static_cast<real>(n * own) : real(0);
    for (std::int64_t j = 0; j < candidates; ++j) weights[j] = weight * relevant[j];
    count_ += own;
  }
}

void places_among_relatives(const Tensor& ranks, const Tensor& relevant, Tensor& out) {
  const std::int64_t samples = ranks.shape()[1], candidates = ranks.shape()[2];
  parallel_for(ranks.shape()[0] * samples, 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int64_t> relatives;
    for (std::int64_t row = begin; row < end; ++row) {
      const real *const rank = ranks.data() + row * candidates, *const is =
                                                                    relevant.data() + row / samples * candidates;
      real* const place = out.data() + row * candidates;
      relatives.clear();
      for (std::int64_t j = 0; j < candidates; ++j) {
        place[j] = 0;
        if (is[j] == 1) relatives.push_back(j);
      }
      std::stable_sort(relatives.begin(), relatives.end(),
                       [&](std::int64_t a, std::int64_t b) { return rank[a] < rank[b]; });
      for (std::size_t i = 0; i < relatives.size(); ++i) place[relatives[i]] = static_cast<real>(i + 1);
    }
  });
}

}  // namespace cotape::app
