#pragma once
#include <cotape/apps/graph_matching/model.h>
#include <cotape/apps/graph_matching/objective.h>

namespace cotape::app {

// How many points were matched rightly.
struct MatchScore {
  double wanted = 0;              // points of left views that have a partner
  double proposed = 0;            // that were matched
  double right = 0;               // with their partner
  double pairs = 0, perfect = 0;  // pairs of views, and those without any mistake

  // Of the points that have a partner, the share that was matched with it; of what was matched, the share that is
  // right.
  double accuracy() const { return wanted > 0 ? right / wanted : 1; }
  double precision() const { return proposed > 0 ? right / proposed : 1; }

  // One pair, whose matching is [left points, right points] of 0 and 1.
  void add(const ViewPair& pair, std::span<const real> matching);
  MatchScore& operator+=(const MatchScore& other);
};

// Finds matchings with the net as it is, without jitter, margin and noise.
class Evaluator {
 public:
  Evaluator(const MatchingOptions& options, const MatchingData& data);

  MatchScore evaluate(Matcher& model, const PairGroup& group);
  // Of each point of the pair's left view its partner, or −1.
  std::vector<std::int64_t> match(Matcher& model, const ViewPair& pair);

 private:
  // Matchings [pairs, left points · right points].
  Tensor solve(Matcher& model, std::span<const ViewPair* const> pairs);

  const MatchingData& data_;
  bool nodes_only_;
  GraphMatchingLayout layout_;
  Oracle oracle_;
  Tape tape_{Gradients::off};
};

// What a matching of the patches as they are finds: the assignment with the largest sum of cosines.
MatchScore match_patches(const MatchingData& data, const PairGroup& group);

}  // namespace cotape::app
