#include <cotape/apps/common/report/chart.h>
#include <cotape/apps/common/report/html.h>
#include <cotape/apps/common/report/scene.h>

#include <array>
#include <cstdio>

namespace cotape::app {

namespace {

// Tenths of a pixel are enough, and keep the file small.
std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string result = text.data();
  if (result.ends_with(".0")) result.resize(result.size() - 2);
  return result == "-0" ? "0" : result;
}

std::string paint(Ink ink) {
  const InkColor& color = ink_color(ink);
  return std::string("var(") + color.variable + "," + color.light + ")";
}

std::string point_list(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points) text += (text.empty() ? "" : " ") + number(point.x) + "," + number(point.y);
  return text;
}

struct SvgWriter {
  std::string operator()(const Line& line) const {
    return "<polyline points=\"" + point_list(line.points) + "\" style=\"fill:none;stroke:" + paint(line.ink) +
           ";stroke-width:" + number(line.width) + ";stroke-linejoin:round" +
           (line.dashed ? ";stroke-dasharray:6 4" : "") + "\"/>\n";
  }
  std::string operator()(const Area& area) const {
    std::array<char, 16> opacity{};
    std::snprintf(opacity.data(), opacity.size(), "%.2f", area.opacity);
    return "<polygon points=\"" + point_list(area.points) + "\" style=\"fill:" + paint(area.ink) +
           ";fill-opacity:" + opacity.data() + "\"/>\n";
  }
  std::string operator()(const Dot& dot) const {
    return "<circle cx=\"" + number(dot.center.x) + "\" cy=\"" + number(dot.center.y) + "\" r=\"" + number(dot.radius) +
           "\" style=\"fill:" + paint(dot.ink) + "\"/>\n";
  }
  std::string operator()(const Label& label) const {
    constexpr std::array<const char*, 3> anchors = {"start", "middle", "end"};
    return "<text x=\"" + number(label.at.x) + "\" y=\"" + number(label.at.y) + "\" text-anchor=\"" +
           anchors[static_cast<std::size_t>(label.anchor)] + "\" style=\"font-size:" + number(label.size) +
           "px;fill:" + paint(label.ink) + (label.bold ? ";font-weight:600" : "") + "\">" + escape_html(label.text) +
           "</text>\n";
  }
  std::string operator()(const Hint& hint) const {
    return "<circle class=\"hint\" cx=\"" + number(hint.center.x) + "\" cy=\"" + number(hint.center.y) +
           "\" r=\"5\" style=\"fill-opacity:0\"><title>" + escape_html(hint.text) + "</title></circle>\n";
  }
};

std::string style_block(bool dark) {
  std::string text;
  for (Ink ink = 0; ink < ink_series + series_colors; ++ink) {
    const InkColor& color = ink_color(ink);
    text += std::string("  ") + color.variable + ": " + (dark ? color.dark : color.light) + ";\n";
  }
  return text;
}

}  // namespace

std::string to_svg(const Chart& chart) {
  const Scene scene = layout(chart);
  std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(scene.width) + " " +
                     number(scene.height) + "\" role=\"img\" aria-label=\"" + escape_html(chart.title) +
                     "\" font-family=\"system-ui, sans-serif\" style=\"font-variant-numeric:tabular-nums\">\n";
  for (const SceneItem& item : scene.items) text += std::visit(SvgWriter{}, item);
  return text + "</svg>\n";
}

std::string chart_style() {
  return ":root {\n" + style_block(false) + "}\n@media (prefers-color-scheme: dark) {\n:root {\n" + style_block(true) +
         "}\n}\n";
}

}  // namespace cotape::app
