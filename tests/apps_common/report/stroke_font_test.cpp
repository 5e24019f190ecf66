#include <cotape/apps/common/report/stroke_font.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace cotape::app;

namespace {

// The strokes as text, to compare glyphs.
std::string drawing(const std::string& text) {
  std::string result;
  for (const std::vector<Point>& stroke : stroke_text(text, 100).strokes) {
    for (const Point& p : stroke) result += std::to_string(p.x) + "," + std::to_string(p.y) + " ";
    result += "/ ";
  }
  return result;
}

}  // namespace

TEST_CASE("stroke font: every ASCII character has its own drawing on the grid") {
  std::set<std::string> drawings = {drawing("日")};
  for (char c = '!'; c <= '~'; ++c) {
    CAPTURE(c);
    const StrokedText text = stroke_text(std::string(1, c), 100);
    CHECK(!text.strokes.empty());
    CHECK(drawings.insert(drawing(std::string(1, c))).second);
    for (const std::vector<Point>& stroke : text.strokes) {
      CHECK(stroke.size() >= 2);
      for (const Point& p : stroke) {
        CHECK(p.x >= 0);
        CHECK(p.x <= text.width + 1e-9);
        CHECK(p.y >= -83);
        CHECK(p.y <= 21);
      }
    }
  }
  for (const char* greek : {"α", "β", "ε", "λ", "μ", "σ", "τ", "×", "±", "–", "−", "·", "°"})
    CHECK(drawings.insert(drawing(greek)).second);
  CHECK(stroke_text(" ", 100).strokes.empty());
}

TEST_CASE("stroke font: unknown characters are boxes, also what is no UTF-8") {
  CHECK(drawing("日") == drawing("語"));
  CHECK(stroke_text("日本", 10).strokes.size() == 2);
  CHECK(stroke_text("\xE6", 10).strokes.size() == 1);
  CHECK(stroke_text("", 10).width == 0);
}

TEST_CASE("stroke font: size scales, capitals are 0.72 high") {
  const StrokedText text = stroke_text("E", 100);
  double top = 0;
  for (const std::vector<Point>& stroke : text.strokes)
    for (const Point& p : stroke) top = std::min(top, p.y);
  CHECK(top == doctest::Approx(-72).epsilon(0.01));
  CHECK(stroke_text("abc", 20).width == doctest::Approx(2 * stroke_text("abc", 10).width));
}
