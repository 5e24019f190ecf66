#include <cblas.h>
#include <torch/torch.h>

#include <cotape/apps/common/train/options.h>
#include <cotape/bench/peers/torch/agreement.h>
#include <cotape/bench/steps/measurement.h>
#include <cotape/engine/base/parallel.h>

#include <cstdlib>
#include <iostream>

// The training steps of bench_steps in libtorch: prints the same line of JSON, or with --check how far the numbers of
// both engines are apart.
namespace cotape::bench::peer {
namespace {

struct Options : RunOptions {
  std::string format = "contiguous";  // or channels-last
  bool check = false;

  void add_to(app::CommandLine& line) {
    RunOptions::add_to(line);
    line.add("--format", format, "How images and filters lie in memory", app::one_of({"contiguous", "channels-last"}));
    line.add("--check", check, "Compares outputs and gradients with cotape's instead; fails where they differ");
  }
};

// All of libtorch's switches that matter for speed.
void set_up(int threads) {
  at::set_num_threads(threads);
  at::set_num_interop_threads(1);
  openblas_set_num_threads(threads);
  at::globalContext().setUserEnabledMkldnn(true);
  at::globalContext().setFlushDenormal(true);
  torch::manual_seed(1);
}

std::unique_ptr<TorchStep> make_step(const Options& options, const StepInfo& info, Step& weights) {
  const auto format =
      options.format == "contiguous" ? torch::MemoryFormat::Contiguous : torch::MemoryFormat::ChannelsLast;
  return make_torch_step(info, weights.net(), format);
}

// Gradients jump where a ReLU's input is 0 or two candidates of a maximum are equal. Among the ten million numbers of a
// batch some are so but for rounding, and there the engines differ in earnest; where is chance, unlike a fault. So the
// whole batch has to agree in its outputs, and in its gradients but for a few such places; and then a batch, each half
// as large as the one before, that has none.
bool print_agreement(const Options& options) {
  constexpr double few_places = 0.05;
  constexpr int tries = 12;
  StepInfo info = step_info(options.step);
  const auto agreement = [&] {
    const auto ours = bench::make_step(info);
    return compare(*ours, *make_step(options, info, *ours));
  };
  const Agreement whole = agreement();
  Agreement best = whole;
  for (int i = 1; i < tries && !best.good(); ++i) {
    info.seed += 1;
    info.batch = std::max<std::int64_t>(2, info.batch / 2);
    best = agreement();
  }
  const bool good = best.good() && whole.output.relative <= Agreement::limit && whole.gradient.relative <= few_places;
  nlohmann::ordered_json line = {{"check", options.step},  {"format", options.format}, {"whole_batch", whole.json()},
                                 {"examples", info.batch}, {"agreement", best.json()}, {"good", good}};
  std::cout << line.dump() << std::endl;
  return good;
}

// Between parallel loops OpenMP's threads wait spinning for a while, beside OpenBLAS's own threads; OMP_WAIT_POLICY,
// which only the environment can set, decides that, and which is faster depends on the machine.
//
// cotape's net only lends its weights. It must not compute here: its matrix products hold OpenBLAS to one thread.
void print_times(const Options& options, int threads) {
  const StepInfo& info = step_info(options.step);
  const auto step = make_step(options, info, *bench::make_step(info));
  time_steps(options.warmup, [&] { return step->run(); });
  const Times times = time_steps(options.steps, [&] { return step->run(); });
  auto line = measurement("torch", options, threads, times);
  line["format"] = options.format;
  line["blas_threads"] = openblas_get_num_threads();
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  line["omp_wait_policy"] = policy ? policy : "default";
  line["memory"] = std::getenv("MALLOC_TRIM_THRESHOLD_") ? "kept" : "default";
  std::cout << line.dump() << std::endl;
}

}  // namespace
}  // namespace cotape::bench::peer

int main(int argc, char** argv) {
  using namespace cotape::bench::peer;
  cotape::app::CommandLine line("Times a training step in libtorch, or compares its numbers with cotape's",
                                "bench_torch", {.column = 30});
  Options options;
  options.add_to(line);
  bool agree = true;
  const int code = cotape::app::run_program(argc, argv, line, [&] {
    const cotape::ThreadLimit limit(options.threads);
    const int threads = cotape::thread_count();
    set_up(threads);
    if (options.check)
      agree = print_agreement(options);
    else
      print_times(options, threads);
    return cotape::Outcome::finished;
  });
  return code == 0 && !agree ? 1 : code;
}
