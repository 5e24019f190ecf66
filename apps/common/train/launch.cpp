#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/text.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace cotape::app {

Launch launch() {
  constexpr std::array<std::pair<const char*, const char*>, 3> names = {{
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI
      {"PMI_RANK", "PMI_SIZE"},                          // MPICH, Intel MPI
      {"PMIX_RANK", "SLURM_NTASKS"},                     // Slurm
  }};
  for (const auto& [rank_name, count_name] : names) {
    const char *rank = std::getenv(rank_name), *count = std::getenv(count_name);
    if (!rank || !count) continue;
    const auto r = parse_number<std::int64_t>(rank), n = parse_number<std::int64_t>(count);
    if (r && n && *r >= 0 && *r < *n) return {*r, *n};
  }
  return {};
}

}  // namespace cotape::app
