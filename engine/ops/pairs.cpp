#include <cotape/engine/base/error.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/pairs.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The graphs of a tensor of parts [..., n, 2 h].
struct Parts {
  std::int64_t graphs, nodes, half;

  std::int64_t pairs() const { return nodes * (nodes - 1); }
  std::int64_t edges() const { return pairs() / 2; }
  const real* sender(const Tensor& parts, std::int64_t graph, std::int64_t node) const {
    return parts.data() + (graph * nodes + node) * 2 * half;
  }
  const real* receiver(const Tensor& parts, std::int64_t graph, std::int64_t node) const {
    return sender(parts, graph, node) + half;
  }
};

Parts parts_of(const Shape& shape) {
  if (shape.rank() < 2 || shape[-2] < 2 || shape[-1] < 2 || shape[-1] % 2 != 0)
    fail<ShapeError>("parts ", shape, " is not [..., nodes, 2 h] with two nodes or more");
  return {shape.size() / (shape[-2] * shape[-1]), shape[-2], shape[-1] / 2};
}

// Calls see(pair, receiver, sender) for the pairs of n nodes in their order.
template <class See>
void for_pairs(std::int64_t n, See see) {
  std::int64_t pair = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      if (i != j) see(pair++, i, j);
}

std::int64_t edge_between(std::int64_t n, std::int64_t i, std::int64_t j) {
  const auto [low, high] = std::minmax(i, j);
  return low * (2 * n - low - 1) / 2 + high - low - 1;
}

// For each pair of n nodes what `of`(receiver, sender) is.
template <class Of>
std::vector<std::int64_t> for_each_pair(std::int64_t n, Of of) {
  std::vector<std::int64_t> all;
  for_pairs(n, [&](std::int64_t, std::int64_t i, std::int64_t j) { all.push_back(of(i, j)); });
  return all;
}

// How many graphs one block of a parallel loop takes: so many numbers that a thread's start is worth it.
std::int64_t graphs_per_block(const Parts& p) {
  return std::max<std::int64_t>(1, (std::int64_t{1} << 14) / (p.pairs() * p.half));
}

// ---- Messages ---------------------------------------------------------------------------------------------------

enum Input : std::size_t { parts_input, weight_input, bias_input, coefficients_input };
// What is kept for the backward pass: the messages before they are weighted [graphs, pairs, out], and the products,
// which are made together.
enum Saved : std::size_t { kept_messages, d_parts, d_coefficients, d_weights };

struct Messages : Parts {
  std::int64_t out, sets;

  std::int64_t graphs_per_set() const { return graphs / sets; }
  // Gradients of weights are summed in so many parts, whatever the number of threads.
  std::int64_t summands() const { return std::min<std::int64_t>(sets, 16); }
  std::int64_t first_set(std::int64_t summand) const { return sets * summand / summands(); }
  std::int64_t weight_size() const { return out * half + out; }  // of weight and bias
  // Rows of messages that are worked on together: so many that they stay in a core's cache.
  std::int64_t rows_at_once() const {
    return std::max(pairs(), std::clamp<std::int64_t>((std::int64_t{1} << 15) / std::max(half, out), 64, 512));
  }
};

Messages messages_of(const Shape& parts, const Shape& weight, const Shape& bias, const Shape& coefficients) {
  const Parts p = parts_of(parts);
  if (parts.rank() != 3) fail<ShapeError>("parts ", parts, " is not [graphs, nodes, 2 h]");
  if (weight.rank() != 2 || weight[1] != p.half)
    fail<ShapeError>("weight ", weight, " for parts ", parts, ": it must be [out, ", p.half, "]");
  if (bias != Shape{weight[0]})
    fail<ShapeError>("bias ", bias, " for a weight ", weight, ": it must be [", weight[0], "]");
  if (coefficients.rank() != 2 || coefficients[1] != p.edges())
    fail<ShapeError>("coefficients ", coefficients, " for parts ", parts, ": they must be [sets, ", p.edges(), "]");
  const std::int64_t sets = coefficients[0];
  if (sets == 0 ? p.graphs != 0 : p.graphs % sets != 0)
    fail<ShapeError>("the ", p.graphs, " graphs of parts ", parts, " are not a multiple of the ", sets,
                     " sets of coefficients ", coefficients);
  return {p, weight[0], sets};
}

// relu(a + b), n numbers.
void add_relu(real* y, const real* a, const real* b, std::int64_t n) {
  for (std::int64_t k = 0; k < n; ++k) {
    const real x = a[k] + b[k];
    y[k] = x <= 0 ? 0 : x;  // NaN stays NaN
  }
}

// Σ a·b over n numbers, in lanes.
real inner_product(const real* a, const real* b, std::int64_t n) {
  Lanes sums{};
  for_lanes(n, [&](std::int64_t k, auto count) { sums += load_lanes(a + k, count) * load_lanes(b + k, count); });
  real sum = 0;
  for (std::int64_t lane = 0; lane < lane_count; ++lane) sum += sums[lane];
  return sum;
}

// The value. `messages` [graphs, pairs, out] is filled too, unless it is nullptr: then a message whose coefficient is 0
// is left out.
void send(const Messages& m, const Tensor& parts, const Tensor& weight, const Tensor& bias, const Tensor& coefficients,
          Tensor& y, real* messages, std::pmr::memory_resource* memory) {
  const PackedMatrix packed(m.half, m.out, {weight.data(), m.half, true}, memory);
  Workspaces workspaces(m.pairs() * (m.half + (messages ? 0 : m.out)), memory);
  parallel_for_workers(m.graphs, 1, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* const hidden = workspaces.of(worker);
    for (std::int64_t g = begin; g < end; ++g) {
      const real* const own = coefficients.data() + g / m.graphs_per_set() * m.edges();
      real* const received = y.data() + g * m.nodes * m.out;
      real* const sent = messages ? messages + g * m.pairs() * m.out : hidden + m.pairs() * m.half;
      const auto left_out = [&](std::int64_t i, std::int64_t j) {
        return !messages && own[edge_between(m.nodes, i, j)] == 0;
      };
      std::int64_t rows = 0;
      for_pairs(m.nodes, [&](std::int64_t, std::int64_t i, std::int64_t j) {
        if (!left_out(i, j)) add_relu(hidden + rows++ * m.half, m.sender(parts, g, j), m.receiver(parts, g, i), m.half);
      });
      packed.multiply(rows, hidden, m.half, bias.data(), sent, m.out);
      std::fill_n(received, m.nodes * m.out, real(0));
      std::int64_t row = 0;
      for_pairs(m.nodes, [&](std::int64_t, std::int64_t i, std::int64_t j) {
        if (left_out(i, j)) return;
        const real c = own[edge_between(m.nodes, i, j)];
        real *const message = sent + row++ * m.out, *const to = received + i * m.out;
        for (std::int64_t k = 0; k < m.out; ++k) {
          message[k] = message[k] <= 0 ? 0 : message[k];
          to[k] += c * message[k];
        }
      });
    }
  });
}

// The products of one summand's sets of coefficients, whose graphs follow one another: rows of messages with a
// coefficient are collected, and worked off when there are many.
class Products {
 public:
  Products(Vjp& v, const Messages& m, const PackedMatrix& weight, real* workspace, std::int64_t summand)
      : v_(v),
        m_(m),
        weight_(weight),
        d_sent_(workspace),
        hidden_(d_sent_ + m.rows_at_once() * m.out),
        d_hidden_(hidden_ + m.rows_at_once() * m.half),
        d_weight_(v.shared(d_weights).data() + summand * m.weight_size()),
        d_bias_(d_weight_ + m.out * m.half) {
    std::fill_n(d_weight_, m.weight_size(), real(0));
    rows_.reserve(static_cast<std::size_t>(m.rows_at_once()));
  }

  static std::int64_t workspace_size(const Messages& m) { return m.rows_at_once() * (m.out + 2 * m.half); }

  void add_set(std::int64_t set) {
    real* const d_own = v_.shared(d_coefficients).data() + set * m_.edges();
    std::fill_n(d_own, m_.edges(), real(0));
    for (std::int64_t g = set * m_.graphs_per_set(); g < (set + 1) * m_.graphs_per_set(); ++g) {
      std::fill_n(v_.shared(d_parts).data() + g * m_.nodes * 2 * m_.half, m_.nodes * 2 * m_.half, real(0));
      if (std::ssize(rows_) + m_.pairs() > m_.rows_at_once()) work_off();
      for_pairs(m_.nodes, [&](std::int64_t pair, std::int64_t i, std::int64_t j) {
        const real* const message = v_.saved(kept_messages).data() + (g * m_.pairs() + pair) * m_.out;
        const real* const dy = v_.dy.data() + (g * m_.nodes + i) * m_.out;
        const std::int64_t edge = edge_between(m_.nodes, i, j);
        d_own[edge] += inner_product(dy, message, m_.out);
        const real c = v_.input(coefficients_input).data()[set * m_.edges() + edge];
        if (c == 0) return;
        real* const d_sent = d_sent_ + std::ssize(rows_) * m_.out;
        for (std::int64_t k = 0; k < m_.out; ++k) {
          d_sent[k] = message[k] > 0 ? c * dy[k] : 0;
          d_bias_[k] += d_sent[k];
        }
        rows_.push_back({g, i, j});
      });
    }
  }

  void work_off() {
    const Tensor& parts = v_.input(parts_input);
    const std::int64_t count = std::ssize(rows_);
    if (count == 0) return;
    real* hidden = hidden_;
    for (const Row& row : rows_) {
      add_relu(hidden, m_.sender(parts, row.graph, row.sender), m_.receiver(parts, row.graph, row.receiver), m_.half);
      hidden += m_.half;
    }
    gemm_block(m_.out, m_.half, count, {d_sent_, m_.out, true}, {hidden_, m_.half}, d_weight_, m_.half, true);
    weight_.multiply(count, d_sent_, m_.out, nullptr, d_hidden_, m_.half);
    const auto d_part = [&](const Row& row, std::int64_t node) {
      return v_.shared(d_parts).data() + (row.graph * m_.nodes + node) * 2 * m_.half;
    };
    for (std::int64_t r = 0; r < count; ++r) {
      const Row& row = rows_[static_cast<std::size_t>(r)];
      real *const to_sender = d_part(row, row.sender), *const to_receiver = d_part(row, row.receiver) + m_.half;
      const real *const h = hidden_ + r * m_.half, *const d = d_hidden_ + r * m_.half;
      for (std::int64_t k = 0; k < m_.half; ++k) {
        const real passed = h[k] > 0 ? d[k] : 0;
        to_sender[k] += passed;
        to_receiver[k] += passed;
      }
    }
    rows_.clear();
  }

 private:
  struct Row {
    std::int64_t graph, receiver, sender;
  };

  Vjp& v_;
  const Messages& m_;
  const PackedMatrix& weight_;
  real *d_sent_, *hidden_, *d_hidden_;  // of the rows: [rows, out], [rows, h], [rows, h]
  real *d_weight_, *d_bias_;
  std::vector<Row> rows_;  // with a coefficient that is not 0
};

void products_together(Vjp& v) {
  const Messages m = messages_of(v.input(parts_input).shape(), v.input(weight_input).shape(),
                                 v.input(bias_input).shape(), v.input(coefficients_input).shape());
  const PackedMatrix weight(m.out, m.half, {v.input(weight_input).data(), m.half}, v.memory());
  Workspaces workspaces(Products::workspace_size(m), v.memory());
  parallel_for_workers(m.summands(), 1, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    for (std::int64_t s = begin; s < end; ++s) {
      Products products(v, m, weight, workspaces.of(worker), s);
      for (std::int64_t set = m.first_set(s); set < m.first_set(s + 1); ++set) products.add_set(set);
      products.work_off();
    }
  });
}

// dx = Σ over summands of `size` numbers of theirs, from `first` on.
void add_summands(Vjp& v, std::int64_t first) {
  const Tensor& all = v.saved(d_weights);
  const std::int64_t size = v.dx.size(), stride = all.shape()[1];
  parallel_for(size, std::int64_t{1} << 12, [&](std::int64_t begin, std::int64_t end) {
    std::fill(v.dx.data() + begin, v.dx.data() + end, real(0));
    for (std::int64_t s = 0; s < all.shape()[0]; ++s) {
      const real* const from = all.data() + s * stride + first;
      for (std::int64_t k = begin; k < end; ++k) v.dx[k] += from[k];
    }
  });
}

// The values in other ops, for second derivatives.
Var pair_sum_in_ops(Var parts) {
  const Parts p = parts_of(parts.shape());
  const auto half = [&](std::int64_t begin, auto which) {
    return index_select(slice(parts, -1, begin, begin + p.half), -2, for_each_pair(p.nodes, which));
  };
  return half(0, [](std::int64_t, std::int64_t j) { return j; }) +
         half(p.half, [](std::int64_t i, std::int64_t) { return i; });
}

Var pair_messages_in_ops(Var parts, Var weight, Var bias, Var coefficients) {
  const Messages m = messages_of(parts.shape(), weight.shape(), bias.shape(), coefficients.shape());
  const Var messages = linear(relu(pair_sum(parts)), weight, bias, Activation::relu);
  const Var own =
      index_select(coefficients, 1,
                   for_each_pair(m.nodes, [&](std::int64_t i, std::int64_t j) { return edge_between(m.nodes, i, j); }));
  const Var weighted = reshape(messages, {m.sets, -1, m.pairs(), m.out}) * reshape(own, {m.sets, 1, m.pairs(), 1});
  return sum(reshape(weighted, {m.graphs, m.nodes, m.nodes - 1, m.out}), 2);
}

}  // namespace

Var pair_sum(Var parts) {
  const Var result = record(
      {"pair_sum", "dx_j = Σ_i dy_ij as sender, dx_i = Σ_j dy_ij as receiver"}, {parts},
      [](Forward& c) {
        const Tensor& x = c.in(0);
        const Parts p = parts_of(x.shape());
        Tensor& y = c.out(x.shape().with(-2, p.pairs()).with(-1, p.half));
        parallel_for(p.graphs, graphs_per_block(p), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t g = begin; g < end; ++g)
            for_pairs(p.nodes, [&](std::int64_t pair, std::int64_t i, std::int64_t j) {
              real* const to = y.data() + (g * p.pairs() + pair) * p.half;
              const real *const sender = p.sender(x, g, j), *const receiver = p.receiver(x, g, i);
              for (std::int64_t k = 0; k < p.half; ++k) to[k] = sender[k] + receiver[k];
            });
        });
      },
      [](Vjp& v) {
        const Parts p = parts_of(v.dx.shape());
        parallel_for(p.graphs, graphs_per_block(p), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t g = begin; g < end; ++g) {
            real* const dx = v.dx.data() + g * p.nodes * 2 * p.half;
            std::fill_n(dx, p.nodes * 2 * p.half, real(0));
            for_pairs(p.nodes, [&](std::int64_t pair, std::int64_t i, std::int64_t j) {
              const real* const dy = v.dy.data() + (g * p.pairs() + pair) * p.half;
              real *const sender = dx + j * 2 * p.half, *const receiver = dx + i * 2 * p.half + p.half;
              for (std::int64_t k = 0; k < p.half; ++k) {
                sender[k] += dy[k];
                receiver[k] += dy[k];
              }
            });
          }
        });
      });
  return with_value_in_ops(result, [](const VarVjp& v) { return pair_sum_in_ops(v.input(0)); });
}

Var pair_messages(Var parts, Var weight, Var bias, Var coefficients) {
  const Var result = record(
      {"pair_messages", "dcoefficient_e = Σ ⟨dy_i, message_ij⟩, dW = Σ dmessageᵀ · hidden"},
      {parts, weight, bias, coefficients},
      [](Forward& c) {
        const Messages m = messages_of(c.in(parts_input).shape(), c.in(weight_input).shape(), c.in(bias_input).shape(),
                                       c.in(coefficients_input).shape());
        Tensor& y = c.out({m.graphs, m.nodes, m.out});
        c.multiply_adds(m.graphs * m.pairs() * m.half * m.out);
        real* const messages = c.needs_gradient() ? c.save({m.graphs, m.pairs(), m.out}).data() : nullptr;
        send(m, c.in(parts_input), c.in(weight_input), c.in(bias_input), c.in(coefficients_input), y, messages,
             c.memory());
        if (!c.needs_gradient()) return;
        c.save({m.graphs, m.nodes, 2 * m.half});
        c.save({m.sets, m.edges()});
        c.save({m.summands(), m.weight_size()});
      },
      Before{products_together}, [](Vjp& v) { std::copy_n(v.saved(d_parts).data(), v.dx.size(), v.dx.data()); },
      [](Vjp& v) { add_summands(v, 0); }, [](Vjp& v) { add_summands(v, v.input(weight_input).size()); },
      [](Vjp& v) { std::copy_n(v.saved(d_coefficients).data(), v.dx.size(), v.dx.data()); });
  return with_value_in_ops(result, [](const VarVjp& v) {
    return pair_messages_in_ops(v.input(parts_input), v.input(weight_input), v.input(bias_input),
                                v.input(coefficients_input));
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
