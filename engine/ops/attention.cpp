#include <cotape/engine/base/error.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/attention.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Queries of one head that are worked on together: their scores stay in the cache.
constexpr std::int64_t queries_per_block = 64;

struct Sizes {
  std::int64_t batch, queries, keys, heads, d, e;
  bool causal;

  std::int64_t blocks() const { return (queries + queries_per_block - 1) / queries_per_block; }
  real scale() const { return static_cast<real>(1 / std::sqrt(static_cast<double>(d))); }
};

// q, k or v: a row of all heads for each step, rows so many numbers apart.
template <class T>
struct Rows {
  T* data;
  std::int64_t stride;

  T* at(std::int64_t row, std::int64_t column) const { return data + row * stride + column; }
};

template <class T>
struct Heads {
  Rows<T> q, k, v;
};

// A block of queries of one head, and how many keys any of them sees.
struct Block {
  std::int64_t example, head, first, rows, keys;

  Block(const Sizes& s, std::int64_t example_and_head, std::int64_t i)
      : example(example_and_head / s.heads),
        head(example_and_head % s.heads),
        first(i * queries_per_block),
        rows(std::min(queries_per_block, s.queries - first)),
        keys(s.causal ? std::min(s.keys, first + rows) : s.keys) {}
};

void check_mask(const Sizes& s, const AttentionMask& mask) {
  if (mask.padding && mask.padding->shape() != Shape{s.batch, s.keys})
    fail<ShapeError>("padding ", mask.padding->shape(), " is not [batch, keys] = ", Shape{s.batch, s.keys});
  if (mask.added && mask.added->shape() != Shape{s.queries, s.keys} &&
      mask.added->shape() != Shape{s.batch, s.queries, s.keys})
    fail<ShapeError>("mask ", mask.added->shape(),
                     " is neither [queries, keys] nor [batch, queries, keys] = ", Shape{s.batch, s.queries, s.keys});
}

std::int64_t head_size(const char* what, const Shape& shape, std::int64_t parts) {
  if (parts < 1) fail<ValueError>(parts, " heads");
  if (shape.rank() != 3 || shape[2] == 0 || shape[2] % parts != 0)
    fail<ShapeError>(what, " ", shape, " is not [batch, time, features] with features in ", parts, " equal parts");
  return shape[2] / parts;
}

// Softmax of a row of scores in place; zeros where nothing is seen.
void masked_softmax(real* row, const Sizes& s, const Block& block, std::int64_t query, const AttentionMask& mask) {
  constexpr real minus_infinity = -std::numeric_limits<real>::infinity();
  const std::int64_t seen = s.causal ? std::min(block.keys, query + 1) : block.keys;
  for (std::int64_t j = 0; j < seen; ++j) row[j] *= s.scale();
  if (mask.added) {
    const std::int64_t example = mask.added->shape().rank() == 3 ? block.example : 0;
    const real* added = mask.added->data() + (example * s.queries + query) * s.keys;
    for (std::int64_t j = 0; j < seen; ++j) row[j] += added[j];
  }
  if (mask.padding) {
    const real* padding = mask.padding->data() + block.example * s.keys;
    for (std::int64_t j = 0; j < seen; ++j) row[j] = padding[j] != 0 ? minus_infinity : row[j];
  }
  if (seen == 0 || row_max(row, seen) == minus_infinity)
    std::fill_n(row, seen, real(0));
  else
    row_softmax(row, row, seen);
  std::fill(row + seen, row + block.keys, real(0));
}

void attend(Forward& f, const Sizes& s, const Heads<const real>& in, const AttentionMask& mask) {
  check_mask(s, mask);
  f.multiply_adds(s.batch * s.heads * s.queries * s.keys * (s.d + s.e));
  Tensor& y = f.out({s.batch, s.queries, s.heads * s.e});
  const bool keep = f.needs_gradient();
  Tensor* kept = keep ? &f.save({s.batch, s.heads, s.queries, s.keys}) : nullptr;
  Workspaces scores(keep ? 0 : queries_per_block * s.keys, f.memory());
  parallel_for_workers(s.batch * s.heads * s.blocks(), 1, [&](std::int64_t worker, std::int64_t i, std::int64_t) {
    const std::int64_t matrix = i / s.blocks();
    const Block b(s, matrix, i % s.blocks());
    const std::int64_t query = b.example * s.queries + b.first, key = b.example * s.keys;
    real* weights = keep ? kept->data() + (matrix * s.queries + b.first) * s.keys : scores.of(worker);
    gemm_block(b.rows, b.keys, s.d, {in.q.at(query, b.head * s.d), in.q.stride},
               {in.k.at(key, b.head * s.d), in.k.stride, true}, weights, s.keys);
    for (std::int64_t r = 0; r < b.rows; ++r) masked_softmax(weights + r * s.keys, s, b, b.first + r, mask);
    gemm_block(b.rows, s.e, b.keys, {weights, s.keys}, {in.v.at(key, b.head * s.e), in.v.stride},
               y.data() + query * s.heads * s.e + b.head * s.e, s.heads * s.e);
  });
}

// With weights p = softmax(s), y = p v: dv = pᵀ dy; dp = dy vᵀ, ds = p ⊙ (dp − ⟨p, dp⟩) / √d; dq = ds k, dk = dsᵀ q.
void attend_backward(Vjp& v, const Sizes& s, const Heads<const real>& in, const Heads<real>& out) {
  const std::int64_t width = s.heads * s.e;
  Workspaces workspaces(queries_per_block * s.keys, v.memory());
  parallel_for_workers(s.batch * s.heads, 1, [&](std::int64_t worker, std::int64_t matrix, std::int64_t) {
    real* ds = workspaces.of(worker);
    const std::int64_t head = matrix % s.heads, key = matrix / s.heads * s.keys;
    real *dk = out.k.at(key, head * s.d), *dv = out.v.at(key, head * s.e);
    for (std::int64_t j = 0; j < s.keys; ++j) {
      std::fill_n(dk + j * out.k.stride, s.d, real(0));
      std::fill_n(dv + j * out.v.stride, s.e, real(0));
    }
    for (std::int64_t i = 0; i < s.blocks(); ++i) {
      const Block b(s, matrix, i);
      const std::int64_t query = b.example * s.queries + b.first;
      const real* weights = v.saved(0).data() + (matrix * s.queries + b.first) * s.keys;
      const MatrixView dy{v.dy.data() + query * width + head * s.e, width};
      const MatrixView q{in.q.at(query, head * s.d), in.q.stride}, k{in.k.at(key, head * s.d), in.k.stride};
      gemm_block(b.keys, s.e, b.rows, {weights, s.keys, true}, dy, dv, out.v.stride, true);
      gemm_block(b.rows, b.keys, s.e, dy, {in.v.at(key, head * s.e), in.v.stride, true}, ds, s.keys);
      for (std::int64_t r = 0; r < b.rows; ++r) {
        const real* p = weights + r * s.keys;
        real* row = ds + r * s.keys;
        const real mean = row_dot(p, row, b.keys);
        for (std::int64_t j = 0; j < b.keys; ++j) row[j] = p[j] * (row[j] - mean) * s.scale();
      }
      gemm_block(b.rows, s.d, b.keys, {ds, s.keys}, k, out.q.at(query, head * s.d), out.q.stride);
      gemm_block(b.keys, s.d, b.rows, {ds, s.keys, true}, q, dk, out.k.stride, true);
    }
  });
}

Sizes sizes_of(const Shape& q, const Shape& k, const Shape& v, std::int64_t heads, bool causal) {
  const Sizes s{q[0], q[1], k[1], heads, head_size("q", q, heads), head_size("v", v, heads), causal};
  if (k != Shape{s.batch, s.keys, heads * s.d} || v != Shape{s.batch, s.keys, heads * s.e})
    fail<ShapeError>("q ", q, ", k ", k, " and v ", v, " do not fit: they must be [batch, queries, heads · d], ",
                     "[batch, keys, heads · d] and [batch, keys, heads · e]");
  return s;
}

Sizes packed_sizes(const Shape& qkv, std::int64_t heads, bool causal) {
  const std::int64_t d = head_size("qkv", qkv, 3 * heads);
  return {qkv[0], qkv[1], qkv[1], heads, d, d, causal};
}

template <class T>
Heads<T> packed_heads(T* data, const Sizes& s) {
  const std::int64_t width = s.heads * s.d;
  return {{data, 3 * width}, {data + width, 3 * width}, {data + 2 * width, 3 * width}};
}

template <class T>
Heads<T> separate_heads(T* q, T* k, T* v, const Sizes& s) {
  return {{q, s.heads * s.d}, {k, s.heads * s.d}, {v, s.heads * s.e}};
}

}  // namespace

Var scaled_dot_product_attention(Var q, Var k, Var v, std::int64_t heads, const AttentionMask& mask) {
  const auto sizes = [heads, causal = mask.causal](const Shape& a, const Shape& b, const Shape& c) {
    if (a.rank() != 3 || b.rank() != 3) fail<ShapeError>("q ", a, " and k ", b, " are not [batch, time, features]");
    return sizes_of(a, b, c, heads, causal);
  };
  const auto product = [](Vjp& u) { u.dx.copy_from(u.saved(1 + u.index)); };
  return record(
      {"attention", "dv = pᵀ dy, ds = p ⊙ (dy vᵀ − ⟨p, dy vᵀ⟩) / √d, dq = ds k, dk = dsᵀ q"}, {q, k, v},
      [&](Forward& f) {
        const Sizes s = sizes(f.in(0).shape(), f.in(1).shape(), f.in(2).shape());
        attend(f, s, separate_heads(f.in(0).data(), f.in(1).data(), f.in(2).data(), s), mask);
        if (f.needs_gradient())
          for (std::size_t i = 0; i < 3; ++i) f.save(f.in(i).shape());
      },
      Before{[sizes](Vjp& u) {
        const Sizes s = sizes(u.input(0).shape(), u.input(1).shape(), u.input(2).shape());
        attend_backward(u, s, separate_heads(u.input(0).data(), u.input(1).data(), u.input(2).data(), s),
                        separate_heads(u.shared(1).data(), u.shared(2).data(), u.shared(3).data(), s));
      }},
      product, product, product);
}

Var packed_attention(Var qkv, std::int64_t heads, const AttentionMask& mask) {
  return record(
      {"packed_attention", "dv = pᵀ dy, ds = p ⊙ (dy vᵀ − ⟨p, dy vᵀ⟩) / √d, dq = ds k, dk = dsᵀ q"}, {qkv},
      [&](Forward& f) {
        const Sizes s = packed_sizes(f.in(0).shape(), heads, mask.causal);
        attend(f, s, packed_heads(f.in(0).data(), s), mask);
      },
      [heads, causal = mask.causal](Vjp& u) {
        const Sizes s = packed_sizes(u.input(0).shape(), heads, causal);
        attend_backward(u, s, packed_heads(u.input(0).data(), s), packed_heads(u.dx.data(), s));
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
