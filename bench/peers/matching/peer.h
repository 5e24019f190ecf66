#pragma once
#include <cstdint>
#include <memory>

// In C++17, because LEMON's headers need it.
namespace cotape::bench {

// Another library's matchings of a complete graph, whose edges are {0, 1}, {0, 2}, …, {1, 2}, …. All that depends on
// the number of nodes alone is made once; buffers are used again.
class MatchingPeer {
 public:
  virtual ~MatchingPeer() = default;
  virtual const char* name() const = 0;
  // `chosen` [edges] is set to 1 on the edges of the matching and to 0 elsewhere.
  virtual void solve(const float* costs, float* chosen) = 0;
};

// The cheapest perfect matching, and the matching of greatest weight.
std::unique_ptr<MatchingPeer> make_lemon_perfect(int nodes);
std::unique_ptr<MatchingPeer> make_lemon_heaviest(int nodes);

}  // namespace cotape::bench
