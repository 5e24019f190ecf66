#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/kernels/gemm.h>

#include <benchmark/benchmark.h>

namespace cotape::bench {
namespace {

// c[m, n] = op(a)[m, k] · op(b)[k, n].
struct Product {
  const char* name;
  std::int64_t m, n, k;
  bool a_transposed = false;
  bool b_transposed = false;
  bool block = false;  // part of a larger computation that is already split over threads
};

// The products of linear layers come in threes: y = x·Wᵀ, dx = dy·W, dW = dyᵀ·x.
constexpr Product products[] = {
    {"dvae_fc1_y", 100, 512, 784, false, true},
    {"dvae_fc1_dw", 512, 784, 100, true},
    {"dvae_fc2_y", 100, 256, 512, false, true},
    {"dvae_fc2_dx", 100, 512, 256},
    {"dvae_fc2_dw", 256, 512, 100, true},
    {"dvae_code_y", 100, 400, 256, false, true},
    {"dvae_code_dx", 100, 256, 400},
    {"dvae_code_dw", 400, 256, 100, true},
    {"dvae_out_y", 100, 784, 512, false, true},
    {"dvae_out_dx", 100, 512, 784},
    {"dvae_out_dw", 784, 512, 100, true},
    {"globe_fc1_y", 1000, 500, 150, false, true},
    {"globe_fc1_dx", 1000, 150, 500},
    {"globe_fc1_dw", 500, 150, 1000, true},
    {"globe_fc2_y", 1000, 3, 500, false, true},
    // CombResnet18 with logits reads its cells out with a 1 × 1 filter.
    {"combresnet_pointwise_y", 70 * 12 * 12, 1, 64},
    // One block of each: 36 and 30 tiles of Winograd's points, 64 channels to 64, and their filters' gradient.
    {"winograd_12_block_y", 36, 64, 64, false, false, true},
    {"winograd_30_block_y", 30, 64, 64, false, false, true},
    {"winograd_12_block_dw", 64, 64, 36, true, false, true},
    // One block of columns of the layers that are lowered.
    {"combresnet_conv1_block_y", 6 * 48, 64, 147, false, false, true},
    {"pure_conv1_block_y", 10 * 96, 32, 48, false, false, true},
    {"pure_conv2_block_y", 16 * 24, 32, 128, false, false, true},
    {"globe_conv1_block_y", 53 * 19, 20, 48, false, false, true},
    {"globe_conv2_block_y", 51 * 3, 50, 320, false, false, true},
};

void run(benchmark::State& state, const Product& p) {
  const Tensor a = normal_tensor(Shape{p.m * p.k}), b = normal_tensor(Shape{p.k * p.n}, 2);
  Tensor c(Shape{p.m * p.n});
  const MatrixView left{a.data(), p.a_transposed ? p.m : p.k, p.a_transposed};
  const MatrixView right{b.data(), p.b_transposed ? p.k : p.n, p.b_transposed};
  for ([[maybe_unused]] auto _ : state) {
    if (p.block)
      gemm_block(p.m, p.n, p.k, left, right, c.data(), p.n);
    else
      gemm(p.m, p.n, p.k, left, right, c.data(), p.n);
    benchmark::DoNotOptimize(c.data());
    benchmark::ClobberMemory();
  }
  count_work(state, {.flops = 2.0 * static_cast<double>(p.m * p.n * p.k)});
}

}  // namespace

void add_gemm() {
  for (const Product& p : products) {
    const std::string sizes = std::to_string(p.m) + "x" + std::to_string(p.n) + "x" + std::to_string(p.k);
    benchmark::RegisterBenchmark(("gemm/" + std::string(p.name) + "/" + sizes).c_str(),
                                 [&p](benchmark::State& state) { run(state, p); })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
  }
}

}  // namespace cotape::bench
