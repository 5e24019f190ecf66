#pragma once
#include <memory>

// In C++17, because LEMON's headers need it.
namespace cotape::bench {

// Another library's Dijkstra on a grid whose cells cost, eight neighbours, from the first corner to the last. All that
// depends on the size alone is made once; buffers are used again.
class PathPeer {
 public:
  virtual ~PathPeer() = default;
  virtual const char* name() const = 0;
  // The cheapest path for costs [size, size] ≥ 0: `path` is set to 1 on its cells and to 0 elsewhere.
  virtual void solve(const float* costs, float* path) = 0;
};

std::unique_ptr<PathPeer> make_boost(int size);
std::unique_ptr<PathPeer> make_lemon(int size);

// Calls join(from, to) for every step between neighbours of a grid, ordered by `from`.
template <class Join>
void for_grid_steps(int size, Join join) {
  for (int row = 0; row < size; ++row)
    for (int column = 0; column < size; ++column)
      for (int down = -1; down <= 1; ++down)
        for (int right = -1; right <= 1; ++right) {
          const int r = row + down, c = column + right;
          const bool inside = r >= 0 && r < size && c >= 0 && c < size;
          if (inside && (down != 0 || right != 0)) join(row * size + column, r * size + c);
        }
}

}  // namespace cotape::bench
