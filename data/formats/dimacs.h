#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A maximum-flow problem from a file in the format of the first DIMACS challenge (1990–91). Nodes are counted from 0
// here and from 1 in the file.
struct DimacsMaxFlow {
  struct Arc {
    std::int64_t from;
    std::int64_t to;
    double capacity;  // ≥ 0
  };

  std::int64_t nodes = 0;
  std::int64_t source = 0;
  std::int64_t target = 0;
  std::vector<Arc> arcs = {};
};

// Reads lines "c COMMENT", one "p max NODES ARCS" before all others, "n NODE s", "n NODE t" and "a FROM TO CAPACITY".
// Throws FileError, naming the file and the line, for other lines and for anything that is missing, given twice, not a
// number or out of range. Memory is allocated only when the file is large enough to fill it.
DimacsMaxFlow read_dimacs_max_flow(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
