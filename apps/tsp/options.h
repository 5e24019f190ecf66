#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include <cotape/apps/common/train/command_line.h>

namespace cotape::app {

// What the command line says.
struct TspOptions {
  std::vector<std::string> files;
  double time_limit = 0;        // seconds a file; 0: none
  std::int64_t node_limit = 0;  // of the branch and bound; 0: none
  bool heuristic = false;
  std::int64_t kicks = 100000;  // of the heuristic
  std::filesystem::path out;    // empty: nothing is written
  bool quiet = false;
  std::int64_t random_sphere = 0;  // cities of the instances that are timed; 0: files are solved
  std::int64_t count = 2000;       // of these instances
  std::uint64_t seed = 1;

  void add_to(CommandLine& line);
  // Throws ValueError for options that do not go together.
  void check() const;
};

}  // namespace cotape::app
