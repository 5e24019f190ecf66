#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/sequence/transformer.h>

#include <algorithm>

#include "../../near.h"
#include "../../normal_tensor.h"
#include "sines.h"

using namespace cotape;

namespace {

const Tensor padding({2, 3}, {0, 0, 0, 0, 0, 1});

void check_near(const Tensor& x, const std::vector<double>& wanted) {
  REQUIRE(std::ssize(wanted) == x.size());
  for (std::int64_t i = 0; i < x.size(); ++i)
    CHECK(std::abs(static_cast<double>(x[i]) - wanted[static_cast<std::size_t>(i)]) < 2e-5);
}

const Tensor& gradient_of(Module& module, const std::string& name) {
  const std::vector<Parameter*> all = module.parameters();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Parameter* p) { return p->name() == name; });
  REQUIRE(found != all.end());
  return (*found)->gradient();
}

// Σ y ⊙ sines: a gradient for every number.
void differentiate(Var y) { y.tape().backward(sum(y * y.tape().constant(sines(y.shape(), 300)))); }

}  // namespace

TEST_CASE("multi-head attention: values and gradients are PyTorch's") {
  Rng rng(1);
  MultiHeadAttention attention(4, 2, rng);
  set_sines(attention);
  Tape tape;
  const Var x = tape.constant(sines({2, 3, 4}, 100));
  SUBCASE("to itself, causal and with padding") {
    const Var y = attention(x, AttentionMask{.causal = true, .padding = &padding});
    check_near(y.value(),
               {2.3873891,  -3.1363558, -0.094433665, 0.97000029,  2.2507137, -3.0268259, -0.10094525, 0.86898292,
                0.60481207, -2.7258706, 1.1515212,    -1.0693059,  2.4135503, -2.7373596, -0.64219758, 1.2870888,
                1.9239582,  -3.8827106, 1.3446973,    -0.16500252, 1.9272941, -3.8195087, 1.2587384,   -0.11583137});
    differentiate(y);
    check_near(gradient_of(attention, "in_proj_bias"), {-0.0037085788, 0.056814643, -0.049428719, 0.098615467, 0, 0, 0,
                                                        0, -0.18492628, -0.21684603, -0.049398544, 0.16346574});
  }
  SUBCASE("to another sequence") {
    const Var y = attention(x, tape.constant(sines({2, 2, 4}, 200)));
    check_near(y.value(),
               {1.1756058, -1.5675612, -0.9335156, 0.49812677, 1.7164008, -3.8358871, 1.491043,   -0.40314184,
                2.0045296, -3.5606868, 0.84314825, 0.16864236, 1.6897003, -3.1115922, 0.570882,   0.075477993,
                4.1640935, -5.4297083, 1.1269323,  1.6666766,  2.0740405, -2.1286635, -1.0984284, 1.2748174});
    differentiate(y);
    check_near(gradient_of(attention, "in_proj_bias"), {0.045057521, 0.22336025, -0.28308452, 0.11185338, 0, 0, 0, 0,
                                                        -0.18492628, -0.21684603, -0.049398544, 0.16346574});
  }
}

TEST_CASE("multi-head attention: to itself and to a copy of itself are the same") {
  Rng rng(1);
  MultiHeadAttention attention(6, 3, rng);
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 5, 6}));
  CHECK(relative_distance(attention(x).value(), attention(x, x).value()) < 1e-6);
}

TEST_CASE("transformer block: values and gradients are PyTorch's") {
  for (const bool norm_first : {true, false}) {
    Rng rng(1);
    TransformerBlock block(4, 2, {.hidden = 6, .causal = true, .norm_first = norm_first}, rng);
    set_sines(block);
    Tape tape;
    const Var y = block(tape.constant(sines({2, 3, 4}, 100)), padding);
    differentiate(y);
    const Tensor &linear1 = gradient_of(block, "linear1.bias"), &in_proj = gradient_of(block, "self_attn.in_proj_bias");
    if (norm_first) {
      check_near(y.value(),
                 {2.2176268, 1.1955427,   1.3127711,   1.6911815,   3.1939507, -1.5000735, 0.72513979, 1.2785665,
                  3.8309389, 0.42818383,  1.8022156,   -0.26859885, 1.7546486, 0.76833857, 1.3136159,  1.9008304,
                  2.8837476, -0.54627501, -0.20073124, 0.34271322,  3.5116842, 0.93286344, 1.8214852,  0.37484418});
      check_near(linear1, {-0.73095521, 0.0048674337, 0.40236744, 1.214888, -0.057545373, -0.35401247});
      check_near(in_proj, {0.21874081, -0.11472714, -0.13858408, -0.22251292, 0, 0, 0, 0, -0.43124954, -0.27130056,
                           0.13808091, 0.42051142});
    } else {
      check_near(y.value(),
                 {-1.8574776, -0.43643905, 0.57142315, 0.4888545,  -1.8487529, -0.38495188, 0.51645723, 0.47418489,
                  -1.8201466, -0.14250517, 1.0890829,  1.0465461,  -1.7733368, -0.55734518, 0.43953098, 0.39975919,
                  -1.92659,   -0.2394342,  0.74103993, 0.65107186, -1.920125,  -0.18945567, 0.90962663, 0.80907752});
      check_near(linear1, {-0.046983066, -0.33337793, 0.013053941, 0.19658714, 0.26776835, -0.0068728739});
      check_near(in_proj, {-0.03446251, 0.00223976, -0.027536726, 0.052083275, 0, 0, 0, 0, -0.24500903, -0.019774234,
                           0.2236409, 0.26144162});
    }
  }
}

TEST_CASE("transformer block: a step that is causal does not depend on later ones") {
  Rng rng(1);
  TransformerBlock block(8, 2, {.causal = true}, rng);
  Tensor x = normal_tensor({2, 5, 8});
  Tape tape;
  const Tensor before = slice(block(tape.constant(x)), 1, 0, 3).value();
  for (std::int64_t i = 0; i < 8; ++i) x[3 * 8 + i] = 100;
  CHECK(slice(block(tape.constant(x)), 1, 0, 3).value() == before);
}

TEST_CASE("transformer block: dropout in training alone") {
  Rng rng(1);
  TransformerBlock block(8, 2, {.dropout = real(0.5)}, rng);
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 5, 8}));
  CHECK(block(x).value() != block(x).value());
  block.eval();
  CHECK(block(x).value() == block(x).value());
}

TEST_CASE("transformer block: the same bits for any number of threads; no tensor memory in the second step") {
  Rng rng(1);
  TransformerBlock block(32, 4, {.causal = true}, rng);
  const Tensor x = normal_tensor({5, 70, 32});
  const auto results = [&](int threads) {
    const ThreadLimit limit(threads);
    Tape tape;
    std::size_t after_first = 0;
    std::vector<Tensor> all;
    for (int step = 0; step < 2; ++step) {
      tape.clear();
      all.clear();
      for (Parameter* parameter : block.parameters()) parameter->clear_gradient();
      const Var y = block(tape.view(x));
      tape.backward(sum(square(y)));
      if (step == 0) after_first = tape.allocations();
      all.push_back(y.value());
      for (const Parameter* parameter : block.parameters()) all.push_back(parameter->gradient());
    }
    CHECK(tape.allocations() == after_first);
    return all;
  };
  CHECK(results(1) == results(2));
}

TEST_CASE("transformer block: a copy loaded from a checkpoint computes alike") {
  Rng rng(1), other(2);
  TransformerBlock block(8, 2, {}, rng), copy(8, 2, {}, other);
  Checkpoint checkpoint;
  block.save(checkpoint);
  copy.load(checkpoint);
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 5, 8}));
  CHECK(block(x).value() == copy(x).value());
}

TEST_CASE("multi-head attention and transformer block: wrong sizes are refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(MultiHeadAttention(6, 4, rng), "attention: 6 features cannot be shared by 4 heads", ValueError);
  CHECK_THROWS_WITH_AS(TransformerBlock(6, 2, {.dropout = 1}, rng), "transformer block: dropout 1 is outside [0, 1)",
                       ValueError);
  TransformerBlock block(6, 2, {}, rng);
  Tape tape;
  CHECK_THROWS_WITH_AS(block(tape.constant(Tensor({2, 5, 6})), Tensor({2, 4})),
                       "packed_attention: padding [2,4] is not [batch, keys] = [2,5] in self_attn", ShapeError);
}
