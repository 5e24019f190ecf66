#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/sequence/graph_convolution.h>

#include <cmath>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

using Indices = std::vector<std::int64_t>;

// 0 – 1 – 2 – 0 and 2 – 3, each edge both ways.
const Indices from = {0, 1, 1, 2, 2, 0, 2, 3}, to = {1, 0, 2, 1, 0, 2, 3, 2};

}  // namespace

TEST_CASE("message edges: the normalised matrix is D^-1/2 (A + I) D^-1/2") {
  const MessageEdges edges(4, from, to);
  const double degree[] = {3, 3, 4, 2};
  Tensor expected({4, 4});
  const auto set = [&](std::int64_t i, std::int64_t j) {
    expected.at({j, i}) = static_cast<real>(1 / std::sqrt(degree[i] * degree[j]));
  };
  for (std::size_t e = 0; e < from.size(); ++e) set(from[e], to[e]);
  for (std::int64_t i = 0; i < 4; ++i) set(i, i);
  Tensor identity({4, 4});
  for (std::int64_t i = 0; i < 4; ++i) identity.at({i, i}) = 1;
  Tape tape;
  CHECK(relative_distance(edges.send(tape.constant(identity)).value(), expected) < 1e-6);
}

TEST_CASE("message edges: weights, directions, and edges alone") {
  const Indices start = {0, 0, 1}, end = {1, 2, 2};
  const std::vector<real> weights = {4, 5, 9};
  Tape tape;
  const Var x = tape.constant(Tensor({3, 1}, {1, 10, 100}));
  CHECK(MessageEdges(3, start, end, weights, {.self_loops = false, .symmetric = false}).send(x).value() ==
        Tensor({3, 1}, {0, 4, 95}));
  CHECK(MessageEdges(3, start, end, weights, {.symmetric = false}).send(x).value() == Tensor({3, 1}, {1, 14, 195}));
  // Nothing leads to node 0, whose degree is 0 without a loop; node 1 has degree 4, node 2 has 14.
  CHECK(relative_distance(MessageEdges(3, start, end, weights, {.self_loops = false}).send(x).value(),
                          Tensor({3, 1}, {0, 0, real(10 * 9 / std::sqrt(4.0 * 14))})) < 1e-6);
}

TEST_CASE("graph convolution: what its formula says, the same bits for any number of threads") {
  Rng rng(1);
  GraphConvolution layer(3, 5, rng);
  layer.parameters()[1]->mutable_value() = normal_tensor({5}, 3);
  const MessageEdges edges(4, from, to);
  const Tensor x = normal_tensor({4, 3});
  const auto results = [&](int threads) {
    const ThreadLimit limit(threads);
    Tape tape;
    for (Parameter* parameter : layer.parameters()) parameter->clear_gradient();
    const Var in = tape.variable(x), y = layer(in, edges);
    tape.backward(sum(square(y)));
    return std::vector<Tensor>{y.value(), in.gradient(), layer.parameters()[0]->gradient(),
                               layer.parameters()[1]->gradient()};
  };
  const std::vector<Tensor> one = results(1);
  CHECK(results(2) == one);
  Tape tape;
  const Var expected = linear(edges.send(tape.constant(x)), tape.constant(layer.parameters()[0]->value()),
                              tape.constant(layer.parameters()[1]->value()));
  CHECK(relative_distance(one[0], expected.value()) < 1e-5);
}

TEST_CASE("graph convolution: two layers learn which of two cliques a node is in from one label each") {
  Rng rng(1);
  Indices start, end;
  for (std::int64_t a = 0; a < 10; ++a)
    for (std::int64_t b = 0; b < 10; ++b)
      if (a != b && (a / 5 == b / 5 || a + b == 9)) start.push_back(a), end.push_back(b);
  const MessageEdges edges(10, start, end);
  Tensor identity({10, 10});
  for (std::int64_t i = 0; i < 10; ++i) identity.at({i, i}) = 1;
  GraphConvolution first(10, 8, rng), second(8, 1, rng);
  Tensor logits;
  for (int step = 0; step < 200; ++step) {
    Tape tape;
    const Var y = second(relu(first(tape.view(identity), edges)), edges);
    logits = y.value();
    tape.backward(softplus(-reshape(slice(y, 0, 0, 1), Shape{})) + softplus(reshape(slice(y, 0, 9, 10), Shape{})));
    for (GraphConvolution* layer : {&first, &second})
      for (Parameter* parameter : layer->parameters()) {
        Tensor& value = parameter->mutable_value();
        for (std::int64_t i = 0; i < value.size(); ++i) value[i] -= parameter->gradient()[i] / 2;
        parameter->clear_gradient();
      }
  }
  for (std::int64_t i = 0; i < 10; ++i) CHECK((logits[i] > 0) == (i < 5));
}

TEST_CASE("message edges and graph convolution: wrong sizes are refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(GraphConvolution(3, 0, rng), "graph convolution: 3 inputs and 0 outputs are not both positive",
                       ValueError);
  CHECK_THROWS_WITH_AS(MessageEdges(3, Indices{0, 3}, Indices{1, 1}), "message edges: node 3 of edge 1 is none of 3",
                       ValueError);
  CHECK_THROWS_WITH_AS(MessageEdges(3, Indices{0, 1}, Indices{1}),
                       "message edges: 2 starts, 1 ends and 0 weights: they must be as many", ShapeError);
  CHECK_THROWS_WITH_AS(MessageEdges(3, Indices{0}, Indices{1}, std::vector<real>{-1}),
                       "message edges: weight -1 of edge 0 is negative or not finite", ValueError);
  Tape tape;
  CHECK_THROWS_WITH_AS(MessageEdges(3, Indices{}, Indices{}).send(tape.constant(Tensor({4, 2}))),
                       "message edges: x [4,2] is not [nodes, features] of 3 nodes", ShapeError);
}
