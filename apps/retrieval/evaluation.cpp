#include <cotape/apps/retrieval/data.h>
#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t pictures_at_once = 256, queries_at_once = 256;

double dot(const real* a, const real* b, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

void make_unit(real* row, std::int64_t n) {
  const double length = std::sqrt(dot(row, row, n));
  if (length > 0)
    for (std::int64_t i = 0; i < n; ++i) row[i] = static_cast<real>(static_cast<double>(row[i]) / length);
}

// The pictures of each class that has two at least.
std::vector<std::vector<std::int64_t>> families(std::span<const std::int64_t> classes) {
  std::vector<std::vector<std::int64_t>> all;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto of = static_cast<std::size_t>(classes[i]);
    if (of >= all.size()) all.resize(of + 1);
    all[of].push_back(static_cast<std::int64_t>(i));
  }
  std::erase_if(all, [](const auto& pictures) { return pictures.size() < 2; });
  return all;
}

// What one query finds.
struct Found {
  std::array<bool, 4> recall{};
  double precision = 0;  // at R
};

// `order` is the others' indices, of which the first are put in their order.
Found find(std::int64_t query, const real* similarities, std::span<const std::int64_t> classes, std::int64_t relatives,
           std::vector<std::int64_t>& order) {
  order.clear();
  for (std::int64_t j = 0; j < std::ssize(classes); ++j)
    if (j != query) order.push_back(j);
  const std::int64_t looked_at = std::min(std::max(relatives, RetrievalScore::cuts.back()), std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + looked_at, order.end(), [&](std::int64_t a, std::int64_t b) {
    return similarities[a] != similarities[b] ? similarities[a] > similarities[b] : a < b;
  });
  const auto of = [&](std::int64_t picture) { return classes[static_cast<std::size_t>(picture)]; };
  Found found;
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < looked_at; ++i) {
    const bool is_right = of(order[static_cast<std::size_t>(i)]) == of(query);
    right += is_right;
    if (is_right && i < relatives) found.precision += static_cast<double>(right) / static_cast<double>(i + 1);
    for (std::size_t c = 0; c < RetrievalScore::cuts.size(); ++c)
      if (is_right && i < RetrievalScore::cuts[c]) found.recall[c] = true;
  }
  found.precision /= static_cast<double>(relatives);
  return found;
}

double one_shot(const Tensor& embeddings, std::span<const std::int64_t> classes, std::int64_t ways, std::int64_t tasks,
                const Rng& rng) {
  const auto all = families(classes);
  const std::int64_t n = embeddings.shape()[1], used = std::min(ways, std::ssize(all));
  std::vector<std::int64_t> right(static_cast<std::size_t>(tasks));
  parallel_for(tasks, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const Rng own = rng.split(static_cast<std::uint64_t>(task));
      const auto chosen = random_permutation(std::ssize(all), own.split(0));
      std::vector<const real*> shown, queries;
      for (std::int64_t w = 0; w < used; ++w) {
        const auto& pictures = all[static_cast<std::size_t>(chosen[static_cast<std::size_t>(w)])];
        Rng draw = own.split(static_cast<std::uint64_t>(w) + 1);
        const std::int64_t first = draw.below(std::ssize(pictures)), step = 1 + draw.below(std::ssize(pictures) - 1);
        const auto row = [&](std::int64_t i) {
          return embeddings.data() + pictures[static_cast<std::size_t>(i % std::ssize(pictures))] * n;
        };
        shown.push_back(row(first));
        queries.push_back(row(first + step));
      }
      for (std::size_t q = 0; q < queries.size(); ++q) {
        std::vector<double> products;
        for (const real* one : shown) products.push_back(dot(one, queries[q], n));
        const auto nearest = std::max_element(products.begin(), products.end()) - products.begin();
        right[static_cast<std::size_t>(task)] += nearest == static_cast<std::ptrdiff_t>(q);
      }
    }
  });
  return static_cast<double>(std::accumulate(right.begin(), right.end(), std::int64_t{0})) /
         static_cast<double>(tasks * used);
}

}  // namespace

Tensor embed(EmbeddingNet& net, const PictureClasses& set, Tape& tape) {
  Tensor all;
  std::vector<std::int64_t> indices;
  net.eval();
  for (std::int64_t begin = 0; begin < set.count(); begin += pictures_at_once) {
    indices.resize(static_cast<std::size_t>(std::min(pictures_at_once, set.count() - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    tape.clear();
    const Shape shape{std::ssize(indices), set.side, set.side, 1};
    const Var rows = net(tape.constant(shape, [&](Tensor& out) { fill_pictures(set, indices, out); }));
    if (begin == 0) all = Tensor(rows.shape().with(0, set.count()));
    std::copy_n(rows.value().data(), rows.value().size(), all.data() + begin * rows.shape()[1]);
  }
  net.train();
  return all;
}

Tensor raw_embeddings(const PictureClasses& set) {
  constexpr std::array<double, 7> blur = {0.00443, 0.05399, 0.24197, 0.39894, 0.24197, 0.05399, 0.00443};
  constexpr std::int64_t reach = 3;
  const std::int64_t side = set.side, size = side * side;
  Tensor all(Shape{set.count(), size});
  parallel_for(set.count(), 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> across(static_cast<std::size_t>(size));
    for (std::int64_t i = begin; i < end; ++i) {
      const auto picture = set.picture(i);
      // Along rows, then along columns.
      const auto blurred = [&](std::int64_t y, std::int64_t x, bool vertical, const auto& level) {
        double sum = 0;
        for (std::int64_t k = -reach; k <= reach; ++k) {
          const std::int64_t v = vertical ? y + k : y, u = vertical ? x : x + k;
          if (v >= 0 && v < side && u >= 0 && u < side)
            sum += blur[static_cast<std::size_t>(k + reach)] * level(static_cast<std::size_t>(v * side + u));
        }
        return sum;
      };
      real* const row = all.data() + i * size;
      for (std::int64_t p = 0; p < size; ++p)
        across[static_cast<std::size_t>(p)] =
            blurred(p / side, p % side, false, [&](std::size_t at) { return double{1.0 * picture[at]}; });
      for (std::int64_t p = 0; p < size; ++p)
        row[p] = static_cast<real>(blurred(p / side, p % side, true, [&](std::size_t at) { return across[at]; }));
      make_unit(row, size);
    }
  });
  return all;
}

RetrievalScore score_retrieval(const Tensor& embeddings, std::span<const std::int64_t> classes, std::int64_t ways,
                               std::int64_t tasks, const Rng& rng, Tape& tape) {
  const std::int64_t count = embeddings.shape()[0];
  if (count != std::ssize(classes))
    fail<ShapeError>("score_retrieval: ", classes.size(), " classes for embeddings ", embeddings.shape());
  std::vector<std::int64_t> relatives(static_cast<std::size_t>(count));
  for (const auto& family : families(classes))
    for (const std::int64_t picture : family) relatives[static_cast<std::size_t>(picture)] = std::ssize(family) - 1;
  const std::int64_t queries = count - std::count(relatives.begin(), relatives.end(), 0);
  if (queries == 0) fail<ValueError>("score_retrieval: no picture has another one of its class");

  std::vector<Found> found(static_cast<std::size_t>(count));
  for (std::int64_t first = 0; first < count; first += queries_at_once) {
    const std::int64_t rows = std::min(queries_at_once, count - first);
    tape.clear();
    const Var all = tape.view(embeddings);
    const Tensor& products = matmul(slice(all, 0, first, first + rows), all, {.b = true}).value();
    parallel_for(rows, 8, [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int64_t> order;
      for (std::int64_t row = begin; row < end; ++row) {
        const auto query = static_cast<std::size_t>(first + row);
        if (relatives[query] > 0)
          found[query] = find(first + row, products.data() + row * count, classes, relatives[query], order);
      }
    });
  }
  RetrievalScore score;
  for (const Found& one : found) {
    for (std::size_t c = 0; c < score.recall.size(); ++c) score.recall[c] += one.recall[c] ? 1 : 0;
    score.map_at_r += one.precision;
  }
  for (double& recall : score.recall) recall /= static_cast<double>(queries);
  score.map_at_r /= static_cast<double>(queries);
  score.one_shot = one_shot(embeddings, classes, ways, tasks, rng);
  return score;
}

std::vector<std::int64_t> nearest_pictures(const Tensor& embeddings, std::int64_t query, std::int64_t count) {
  const std::int64_t all = embeddings.shape()[0], n = embeddings.shape()[1];
  std::vector<std::pair<double, std::int64_t>> others;  // by minus the cosine
  for (std::int64_t i = 0; i < all; ++i)
    if (i != query) others.emplace_back(-dot(embeddings.data() + i * n, embeddings.data() + query * n, n), i);
  count = std::min(count, std::ssize(others));
  std::partial_sort(others.begin(), others.begin() + count, others.end());
  std::vector<std::int64_t> nearest;
  for (std::int64_t i = 0; i < count; ++i) nearest.push_back(others[static_cast<std::size_t>(i)].second);
  return nearest;
}

}  // namespace cotape::app
