#pragma once
#include <cotape/apps/graph_matching/views.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {

// A pair and the matching that was found for it: of each left point its partner, or −1.
struct ShownPair {
  std::string name;
  const View& left;
  const View& right;
  const ViewPair& pair;
  std::vector<std::int64_t> found;
};

// One pair below the other: both views side by side with their graphs, and lines from point to point, of one colour
// where they are right and of another where they are wrong; a ring around points whose partner was not found.
Image draw_matches(const std::vector<ShownPair>& pairs);

// Writes report.html with matches.png, which must be in the folder.
void write_matching_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                           const std::vector<std::string>& groups);

}  // namespace cotape::app
