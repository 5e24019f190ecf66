#include <cotape/apps/common/report/stroke_font.h>

#include <algorithm>
#include <cstdint>

namespace cotape::app {

namespace {

// Strokes stand apart by spaces; each is a row of points, a point two digits x y in base 36. The grid has the baseline
// at y = 4, small letters up to 14 (e), capitals up to 18 (i) and descenders down to 0. A stroke is a polyline; after ~
// a quadratic B-spline from its first point to its last; after @ a closed one.
struct Glyph {
  char32_t character;
  int width;
  std::string_view strokes;
};

constexpr int baseline = 4;
constexpr int gap = 4;
constexpr double unit_x = 0.053;   // of the font size
constexpr double unit_y = 0.0514;  // capitals are 0.72 high

constexpr Glyph glyphs[] = {
    {U' ', 2, ""},
    {U'!', 0, "0i09 0405"},
    {U'"', 3, "0i0e 3i3e"},
    {U'#', 10, "244i 648i 0dad 08a8"},
    {U'$', 7, "~7f6i4i0i0e0b4b7b7874341407 424k"},
    {U'%', 11, "@0c4c4i0i @74b4ba7a 14ai"},
    {U'&', 9, "~942d1i4i7i7d3c0a0444849a"},
    {U'\'', 0, "0i0e"},
    {U'(', 3, "~3j0g0b0633"},
    {U')', 3, "~0j3g3b3603"},
    {U'*', 6, "3i3c 0g6e 0e6g"},
    {U'+', 8, "4f47 0b8b"},
    {U',', 1, "1502"},
    {U'-', 5, "0a5a"},
    {U'.', 0, "0405"},
    {U'/', 5, "035j"},
    {U'0', 7, "@04747i0i"},
    {U'1', 7, "1f4i44"},
    {U'2', 7, "~0e0i4i7i7e7b04 0474"},
    {U'3', 7, "~0g1i4i7i7e7b3b ~3b7b7774341406"},
    {U'4', 7, "545i0878"},
    {U'5', 7, "6i1i0b ~0b1d4d7d7874341406"},
    {U'6', 7, "~6h5i4i0i09 @04747d0d"},
    {U'7', 7, "0i7i24"},
    {U'8', 7, "@1b6b6i1i @04747b0b"},
    {U'9', 7, "@09797i0i ~7d74342415"},
    {U':', 0, "0405 0c0d"},
    {U';', 1, "1502 1c1d"},
    {U'<', 8, "8f0b87"},
    {U'=', 8, "0d8d 0989"},
    {U'>', 8, "0f8b07"},
    {U'?', 6, "~0f0i3i6i6e6b3b39 3435"},
    {U'@', 12, "@01c1ch0h @38888d3d"},
    {U'A', 8, "044i84 1878"},
    {U'B', 8, "040i 0i4i ~4i7i7b4b 4b0b ~4b8b8444 4404"},
    {U'C', 8, "~8f7i4i0i0b04447487"},
    {U'D', 8, "040i 0i3i ~3i8i8b8434 3404"},
    {U'E', 7, "7i0i0474 0b6b"},
    {U'F', 7, "7i0i04 0b6b"},
    {U'G', 8, "~8f7i4i0i0b0444848a 8a5a"},
    {U'H', 8, "040i 848i 0b8b"},
    {U'I', 0, "040i"},
    {U'J', 5, "5i58 ~5854240407"},
    {U'K', 7, "040i 7i09 3d74"},
    {U'L', 6, "0i0464"},
    {U'M', 10, "040i54aia4"},
    {U'N', 8, "040i848i"},
    {U'O', 9, "@04949i0i"},
    {U'P', 8, "040i 0i4i ~4i8i8a4a 4a0a"},
    {U'Q', 9, "@04949i0i 5893"},
    {U'R', 8, "040i 0i4i ~4i8i8a4a 4a0a 4a84"},
    {U'S', 7, "~7f6i4i0i0e0b4b7b7874341407"},
    {U'T', 8, "0i8i 4i44"},
    {U'U', 8, "0i0a ~0a0444848a 8a8i"},
    {U'V', 8, "0i448i"},
    {U'W', 12, "0i346i94ci"},
    {U'X', 8, "0i84 048i"},
    {U'Y', 8, "0i4b8i 4b44"},
    {U'Z', 8, "0i8i0484"},
    {U'[', 3, "3j0j0333"},
    {U'\\', 5, "0j53"},
    {U']', 3, "0j3j3303"},
    {U'^', 6, "0d3i6d"},
    {U'_', 7, "0272"},
    {U'`', 2, "0i2f"},
    {U'a', 7, "@04747e0e 7e74"},
    {U'b', 7, "0i04 @04747e0e"},
    {U'c', 6, "~6c5e3e0e0904345466"},
    {U'd', 7, "7i74 @04747e0e"},
    {U'e', 7, "0979 ~797e4e0e0904446476"},
    {U'f', 4, "~4i2i2e 2e24 0e4e"},
    {U'g', 7, "@04747e0e 7e74 ~7470301001"},
    {U'h', 7, "0i04 ~0a0e4e7e7a 7a74"},
    {U'i', 0, "0e04 0h0i"},
    {U'j', 2, "2e23 ~232000 2h2i"},
    {U'k', 6, "0i04 6e07 2964"},
    {U'l', 0, "0i04"},
    {U'm', 10, "0e04 ~0a0e3e5e5a 5a54 ~5a5e8eaeaa aaa4"},
    {U'n', 7, "0e04 ~0a0e4e7e7a 7a74"},
    {U'o', 7, "@04747e0e"},
    {U'p', 7, "0e00 @04747e0e"},
    {U'q', 7, "7e70 @04747e0e"},
    {U'r', 4, "0e04 ~090e4e"},
    {U's', 6, "~6c5e3e0e0b0939696664341406"},
    {U't', 4, "2h27 ~272444 0e4e"},
    {U'u', 7, "0e08 ~0804347478 7e74"},
    {U'v', 8, "0e448e"},
    {U'w', 10, "0e345e74ae"},
    {U'x', 7, "0e74 047e"},
    {U'y', 8, "0e44 8e2000"},
    {U'z', 7, "0e7e0474"},
    {U'{', 4, "~4j2j2e0b ~0b282343"},
    {U'|', 0, "0j03"},
    {U'}', 4, "~0j2j2e4b ~4b282303"},
    {U'~', 8, "~0a2d4b698c"},
    {U'°', 4, "@0e4e4i0i"},
    {U'±', 8, "4h49 0d8d 0585"},
    {U'·', 0, "0a0b"},
    {U'×', 8, "1e78 187e"},
    {U'–', 8, "0a8a"},
    {U'−', 8, "0b8b"},
    {U'α', 8, "~8e643404090e3e6e84"},
    {U'β', 7, "000e ~0e0i4i6i6b3b ~3b7b74340407"},
    {U'ε', 6, "~6c5e3e0e0939 ~390904345466"},
    {U'λ', 8, "0i84 044b"},
    {U'μ', 7, "0e00 ~0804347478 7e74"},
    {U'σ', 9, "@04747e0e 4e9e"},
    {U'τ', 7, "0e7e 4e44"},
};
constexpr Glyph box = {U'\uFFFD', 7, "04747i0i04"};

const Glyph& glyph_of(char32_t character) {
  const auto* found =
      std::find_if(std::begin(glyphs), std::end(glyphs), [&](const Glyph& g) { return g.character == character; });
  return found == std::end(glyphs) ? box : *found;
}

// Takes the first character off the front of UTF-8 text.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  length = std::min(length, text.size());
  char32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return character;
}

double digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

Point middle(Point a, Point b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

// The arc of a quadratic B-spline from `from` to `to` that `control` pulls at, without its first point.
void add_arc(std::vector<Point>& line, Point from, Point control, Point to) {
  constexpr int pieces = 8;
  for (int i = 1; i <= pieces; ++i) {
    const double t = double(i) / pieces;
    const double a = (1 - t) * (1 - t);
    const double b = 2 * t * (1 - t);
    const double c = t * t;
    line.push_back({a * from.x + b * control.x + c * to.x, a * from.y + b * control.y + c * to.y});
  }
}

std::vector<Point> open_spline(const std::vector<Point>& points) {
  std::vector<Point> line = {points[0]};
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const bool last = i + 2 == points.size();
    add_arc(line, line.back(), points[i], last ? points[i + 1] : middle(points[i], points[i + 1]));
  }
  return line;
}

std::vector<Point> closed_spline(const std::vector<Point>& points) {
  std::vector<Point> line = {middle(points.back(), points[0])};
  for (std::size_t i = 0; i < points.size(); ++i)
    add_arc(line, line.back(), points[i], middle(points[i], points[(i + 1) % points.size()]));
  return line;
}

std::vector<Point> parse_stroke(std::string_view text) {
  const char kind = text[0];
  if (kind == '~' || kind == '@') text.remove_prefix(1);
  std::vector<Point> points;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) points.push_back({digit(text[i]), digit(text[i + 1])});
  return kind == '~' ? open_spline(points) : kind == '@' ? closed_spline(points) : points;
}

}  // namespace

StrokedText stroke_text(std::string_view text, double size) {
  StrokedText result{{}, 0};
  int x = 0;
  while (!text.empty()) {
    const Glyph& glyph = glyph_of(take_character(text));
    for (std::string_view rest = glyph.strokes; !rest.empty();) {
      const std::string_view stroke = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(stroke.size() + 1, rest.size()));
      std::vector<Point> line = parse_stroke(stroke);
      for (Point& point : line) point = {size * unit_x * (x + point.x), size * unit_y * (baseline - point.y)};
      result.strokes.push_back(std::move(line));
    }
    x += glyph.width + gap;
  }
  result.width = size * unit_x * std::max(0, x - gap);
  return result;
}

}  // namespace cotape::app
