#include <cotape/apps/common/train/options.h>
#include <cotape/engine/base/random.h>

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

// The rate at which OpenBLAS multiplies large square matrices with its own threads: what this machine can do, as a
// measure for everything else.

using namespace cotape;
using namespace cotape::app;

namespace {

struct SgemmOptions {
  int threads = 1;
  int size = 2048;
  int repeats = 9;
};

double median_seconds(const SgemmOptions& options) {
  openblas_set_num_threads(options.threads);
  const int n = options.size;
  Tensor a(Shape{n, n}), b(Shape{n, n}), c(Shape{n, n});
  Rng rng(1);
  rng.normal(a);
  rng.normal(b);
  std::vector<double> seconds;
  for (int repeat = -2; repeat < options.repeats; ++repeat) {  // two to warm up
    const auto start = std::chrono::steady_clock::now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.data(), n, b.data(), n, 0, c.data(), n);
    if (repeat >= 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line("Times OpenBLAS on square matrices of float and prints the median rate as a line of JSON.",
                   "bench_sgemm", {.column = 30});
  SgemmOptions options;
  line.add("--threads", options.threads, "threads of OpenBLAS", range(1, 1024));
  line.add("--size", options.size, "rows and columns", range(1, 16384));
  line.add("--repeats", options.repeats, "products that are timed", range(1, 1000));
  return run_program(argc, argv, line, [&] {
    const double seconds = median_seconds(options), n = options.size;
    std::cout << R"({"engine":"openblas","threads":)" << options.threads << R"(,"size":)" << options.size
              << R"(,"gflops":)" << format_number(2 * n * n * n / seconds * 1e-9) << "}" << std::endl;
    return Outcome::finished;
  });
}
