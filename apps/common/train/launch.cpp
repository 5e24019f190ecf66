#include <cotape/apps/common/train/processes.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace cotape::app {
namespace {

// −1 for a text that is no number.
std::int64_t number(std::string_view text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

Launch launch() {
  constexpr std::array<std::pair<const char*, const char*>, 3> names = {{
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI
      {"PMI_RANK", "PMI_SIZE"},                          // MPICH, Intel MPI
      {"PMIX_RANK", "SLURM_NTASKS"},                     // Slurm
  }};
  for (const auto& [rank_name, count_name] : names) {
    const char *rank = std::getenv(rank_name), *count = std::getenv(count_name);
    if (!rank || !count) continue;
    const Launch found{number(rank), number(count)};
    if (found.rank >= 0 && found.rank < found.count) return found;
  }
  return {};
}

}  // namespace cotape::app
