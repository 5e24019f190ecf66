#pragma once

namespace cotape::bench {

// Calls join(from, to) for every step between neighbours of a square grid, diagonal ones too, ordered by `from`.
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
