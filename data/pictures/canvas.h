#pragma once
#include <span>

#include <cotape/data/pictures/image.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Places pictures of one size and number of channels in rows of `columns`, left to right and top to bottom, with
// `padding` pixels of the background around each; places left over show the background. Throws ShapeError when the
// pictures differ, ValueError when there are none, columns < 1 or padding < 0.
Image tile(std::span<const Image> images, int columns, int padding = 2, Color background = white);

// Every pixel as a square of factor × factor pixels. Throws ValueError for factor < 1 or a result too large.
Image upscale(const Image& image, int factor);

// Copies `source` into `target` with its upper left corner at (y, x). Throws ShapeError when it does not fit inside or
// the numbers of channels differ.
void paste(Image& target, const Image& source, int y, int x);

// Fills height × width pixels from (y, x); what lies outside of the picture is left out.
void fill_rectangle(Image& image, int y, int x, int height, int width, Color color);

// A straight line between two pixels, both included, drawn with a square pen of `thickness` pixels; what lies outside
// of the picture is left out. Throws ValueError for thickness < 1.
void draw_line(Image& image, int y0, int x0, int y1, int x1, Color color, int thickness = 1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
