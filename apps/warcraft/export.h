#pragma once
#include <cstdint>
#include <filesystem>

#include <cotape/apps/common/train/command_line.h>

namespace cotape::app {

// The subcommand export: generated maps as files in the published format.
struct ExportOptions {
  std::filesystem::path out;
  std::int64_t size = 12, train = 10000, val = 1000, test = 1000;
  std::uint64_t seed = 1;
  int threads = 0;

  CommandLine add_to(CommandLine& line);
};

// Writes OUT/12x12/{train,val,test}_{maps,shortest_paths,vertex_weights}.npy, for size 12.
void export_maps(const ExportOptions& options);

}  // namespace cotape::app
