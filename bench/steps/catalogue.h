#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cotape::bench {

// A training step that is measured: a net at one size.
struct StepInfo {
  std::string_view name;  // as command lines take it
  // dvae, combresnet, pure-conv, flag-net, latent-trees, vanilla-cnn, retrieval; without a solver lstm, gpt, cnn
  std::string_view net;
  std::int64_t batch = 0;  // examples
  std::int64_t size = 0;   // cells along the edge of a map, hidden units of latent trees, draws of Fenchel–Young (0:
                           // cross-entropy), or steps of a sequence
  std::uint64_t seed = 1;  // of the batch
  // Whether libtorch, which has none, draws the DVAE's noise from a table of quantiles too instead of adding its
  // Gammas.
  bool peer_table = false;
};

inline constexpr std::array<StepInfo, 13> steps_measured{
    {{"dvae", "dvae", 100},
     {.name = "dvae-table", .net = "dvae", .batch = 100, .peer_table = true},
     {"combresnet-12", "combresnet", 70, 12},
     {"combresnet-30", "combresnet", 8, 30},
     {"pure-conv-12", "pure-conv", 70, 12},
     {"globe", "flag-net", 200},
     {"latent-trees", "latent-trees", 128, 64},
     {"classify", "vanilla-cnn", 32, 0},
     {"classify-fy", "vanilla-cnn", 32, 1000},
     {"retrieval", "retrieval", 128},
     {"lstm", "lstm", 32, 64},
     {"gpt", "gpt", 16, 64},
     {"cnn", "cnn", 64}}};

// The step of this name. Throws ValueError when there is none.
const StepInfo& step_info(std::string_view name);
std::vector<std::string> step_names();

}  // namespace cotape::bench
