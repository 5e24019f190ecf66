#include <cotape/apps/common/train/options.h>
#include <cotape/bench/steps/flops.h>
#include <cotape/bench/steps/measurement.h>
#include <cotape/bench/steps/profile.h>
#include <cotape/engine/base/parallel.h>

#include <iostream>

// Times one training step of cotape and prints one line of JSON, or with --profile a table of where the time goes.
namespace cotape::bench {
namespace {

void print_times(Step& step, const RunOptions& options) {
  const std::size_t allocations = step.tape().allocations();
  const Times times = time_steps(options.steps, [&] { return step.run(); });
  auto line = measurement("cotape", options, thread_count(), times);
  line["tensor_allocations_per_step"] =
      static_cast<double>(step.tape().allocations() - allocations) / static_cast<double>(options.steps);
  line["tensor_bytes"] = step.tape().bytes();
  line["flops"] = flops_of(step.tape()).total();
  std::cout << line.dump() << std::endl;
}

}  // namespace
}  // namespace cotape::bench

int main(int argc, char** argv) {
  using namespace cotape::bench;
  cotape::app::CommandLine line("Times a training step of one of the programs, on a fixed synthetic batch",
                                "bench_steps", {.column = 30});
  RunOptions options;
  bool by_op = false, by_layer = false;
  options.add_to(line);
  line.add("--profile", by_op, "Prints a table of the time by op instead");
  line.add("--profile-layers", by_layer, "Prints that table for each layer apart");
  return cotape::app::run_program(argc, argv, line, [&] {
    const cotape::ThreadLimit limit(options.threads);
    const auto step = make_step(step_info(options.step));
    time_steps(options.warmup, [&] { return step->run(); });
    if (by_op || by_layer)
      write_profile(std::cout, *step, options.steps, by_layer ? ProfileBy::layer : ProfileBy::op);
    else
      print_times(*step, options);
    return cotape::Outcome::finished;
  });
}
