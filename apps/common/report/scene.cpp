#include <cotape/apps/common/report/axis.h>
#include <cotape/apps/common/report/scene.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cotape::app {

namespace {

constexpr double chart_width = 460;
constexpr double chart_height = 300;
constexpr double title_size = 14;
constexpr double text_size = 12;
constexpr double row_height = 18;
constexpr std::size_t max_hints = 120;
constexpr double max_value = 1e300;  // larger values are not finite for a chart: their differences would overflow

// Estimated: a proportional font is about half as wide as it is high.
double text_width(const std::string& text, double size) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return 0.56 * size * static_cast<double>(characters);
}

Ink series_ink(std::size_t index) { return ink_series + static_cast<int>(index) % series_colors; }

// The colours repeat after seven series; the repeated ones are dashed.
bool is_dashed(const Chart& chart, std::size_t index) {
  return chart.series[index].dashed || index >= static_cast<std::size_t>(series_colors);
}

class Layout {
 public:
  explicit Layout(const Chart& chart) : chart_(chart), scene_{chart_width, chart_height, {}} {}

  Scene make() {
    for (const Series& series : chart_.series) check(series);
    draw_head();
    make_axes();
    draw_axes();
    for (std::size_t i = 0; i < chart_.series.size(); ++i) draw_band(i);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) draw_series(i);
    for (const Series& series : chart_.series) draw_hints(series);
    return std::move(scene_);
  }

 private:
  void check(const Series& series) const {
    if (series.x.size() != series.y.size() || (!series.deviation.empty() && series.deviation.size() != series.y.size()))
      fail<ValueError>("chart \"", chart_.title, "\" series \"", series.name, "\": ", series.x.size(), " x, ",
                       series.y.size(), " y and ", series.deviation.size(), " deviations");
  }

  void label(Point at, const std::string& text, double size, Anchor anchor, Ink ink, bool bold = false) {
    if (!text.empty()) scene_.items.emplace_back(Label{at, text, size, anchor, ink, bold});
  }

  // Title, legend and the name of the y axis, from the top.
  void draw_head() {
    double y = 4;
    if (!chart_.title.empty()) {
      label({left_, y + title_size}, chart_.title, title_size, Anchor::start, ink_text, true);
      y += row_height + 2;
    }
    y = draw_legend(y);
    if (!chart_.y_label.empty()) {
      y += row_height;
      label({left_, y - 4}, chart_.y_label, text_size, Anchor::start, ink_muted);
    }
    top_ = y + 8;
  }

  double draw_legend(double y) {
    constexpr double swatch = 18;
    double x = left_;
    bool any = false;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const Series& series = chart_.series[i];
      if (series.name.empty()) continue;
      const double width = swatch + 6 + text_width(series.name, text_size) + 16;
      if (x > left_ && x + width > chart_width) {
        x = left_;
        y += row_height;
      }
      const double middle = y + row_height / 2;
      if (series.points)
        scene_.items.emplace_back(Dot{{x + swatch / 2, middle}, 3.5, series_ink(i)});
      else
        scene_.items.emplace_back(Line{{{x, middle}, {x + swatch, middle}}, series_ink(i), 2.5, is_dashed(chart_, i)});
      label({x + swatch + 6, middle + 0.35 * text_size}, series.name, text_size, Anchor::start, ink_text);
      x += width;
      any = true;
    }
    return any ? y + row_height : y;
  }

  bool shown(double x, double y) const {
    return std::abs(x) < max_value && std::abs(y) < max_value && !(chart_.log_x && x <= 0) && !(chart_.log_y && y <= 0);
  }

  void make_axes() {
    ValueRange x_range = ValueRange::empty();
    ValueRange y_range = ValueRange::empty();
    for (const Series& series : chart_.series) {
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!shown(series.x[i], series.y[i])) continue;
        x_range.add(series.x[i]);
        y_range.add(series.y[i]);
        for (const double sign : {-1.0, 1.0})
          if (const double edge = band_edge(series, i, sign); shown(series.x[i], edge)) y_range.add(edge);
      }
    }
    bottom_ = chart_height - row_height - (chart_.x_label.empty() ? 6 : row_height + 4);
    if (x_range.is_empty())
      label({chart_width / 2, (top_ + bottom_) / 2}, "no values yet", text_size, Anchor::middle, ink_muted);
    y_axis_ = make_axis(y_range, chart_.log_y, 5, 0.04);
    double widest = 0;
    for (const Tick& tick : y_axis_.ticks) widest = std::max(widest, text_width(tick.label, text_size));
    left_ += widest + 8;
    x_axis_ = make_axis(x_range, chart_.log_x, 7, has_points() ? 0.04 : 0.0);
  }

  bool has_points() const {
    return std::any_of(chart_.series.begin(), chart_.series.end(), [](const Series& series) { return series.points; });
  }

  static double band_edge(const Series& series, std::size_t i, double sign) {
    if (series.deviation.empty()) return series.y[i];
    const double edge = series.y[i] + sign * series.deviation[i];
    return std::abs(edge) < max_value ? edge : series.y[i];
  }

  Point place(double x, double y) const {
    return {left_ + x_axis_.position(x) * (right_ - left_), bottom_ - y_axis_.position(y) * (bottom_ - top_)};
  }

  void draw_axes() {
    for (const Tick& tick : y_axis_.ticks) {
      const double y = bottom_ - y_axis_.position(tick.value) * (bottom_ - top_);
      scene_.items.emplace_back(Line{{{left_, y}, {right_, y}}, ink_grid, 1});
      label({left_ - 8, y + 0.35 * text_size}, tick.label, text_size, Anchor::end, ink_muted);
    }
    scene_.items.emplace_back(Line{{{left_, bottom_}, {right_, bottom_}}, ink_muted, 1});
    for (const Tick& tick : x_axis_.ticks) {
      const double x = left_ + x_axis_.position(tick.value) * (right_ - left_);
      scene_.items.emplace_back(Line{{{x, bottom_}, {x, bottom_ + 4}}, ink_muted, 1});
      label({x, bottom_ + row_height - 1}, tick.label, text_size, Anchor::middle, ink_muted);
    }
    label({(left_ + right_) / 2, chart_height - 6}, chart_.x_label, text_size, Anchor::middle, ink_muted);
  }

  // Calls body(begin, end) for each run of values without a gap.
  template <class Body>
  void for_runs(const Series& series, const Body& body) const {
    for (std::size_t begin = 0, n = series.x.size(); begin < n;) {
      std::size_t end = begin;
      while (end < n && shown(series.x[end], series.y[end])) ++end;
      if (end > begin) body(begin, end);
      begin = end + 1;
    }
  }

  void draw_band(std::size_t index) {
    const Series& series = chart_.series[index];
    if (series.deviation.empty()) return;
    for_runs(series, [&](std::size_t begin, std::size_t end) {
      std::vector<Point> outline;
      for (std::size_t i = begin; i < end; ++i) outline.push_back(place(series.x[i], band_edge(series, i, 1)));
      for (std::size_t i = end; i-- > begin;) {
        // On a logarithmic axis a band that reaches below zero ends at the axis.
        const double edge = band_edge(series, i, -1);
        outline.push_back(place(series.x[i], chart_.log_y && edge <= 0 ? y_axis_.low : edge));
      }
      scene_.items.emplace_back(Area{std::move(outline), series_ink(index), 0.18});
    });
  }

  void draw_series(std::size_t index) {
    const Series& series = chart_.series[index];
    for_runs(series, [&](std::size_t begin, std::size_t end) {
      const bool line = !series.points && end - begin > 1;
      std::vector<Point> points;
      for (std::size_t i = begin; i < end; ++i) points.push_back(place(series.x[i], series.y[i]));
      if (line)
        scene_.items.emplace_back(Line{std::move(points), series_ink(index), 2, is_dashed(chart_, index)});
      else
        for (const Point& point : points) scene_.items.emplace_back(Dot{point, 3, series_ink(index)});
    });
  }

  void draw_hints(const Series& series) {
    const std::size_t stride = series.x.size() / max_hints + 1;
    for (std::size_t i = 0; i < series.x.size(); i += stride) {
      if (!shown(series.x[i], series.y[i])) continue;
      std::string text = series.name.empty() ? "" : series.name + ": ";
      text += series.deviation.empty() ? short_number(series.y[i]) : with_deviation(series.y[i], series.deviation[i]);
      text += " at " + (chart_.x_label.empty() ? "" : chart_.x_label + " ") + short_number(series.x[i]);
      scene_.items.emplace_back(Hint{place(series.x[i], series.y[i]), std::move(text)});
    }
  }

  const Chart& chart_;
  Scene scene_;
  Axis x_axis_;
  Axis y_axis_;
  double left_ = 2;
  double right_ = chart_width - 14;
  double top_ = 0;
  double bottom_ = 0;
};

}  // namespace

const InkColor& ink_color(Ink ink) {
  // The series are those of Okabe and Ito ("Color Universal Design", 2008), which colour-blind readers tell apart: the
  // pale ones darkened for a white ground, all of them lightened for a dark one.
  static constexpr std::array<InkColor, 3 + series_colors> colors = {{
      {"--ink", "#1f2328", "#e8e6e3"},
      {"--muted", "#5f6670", "#a3a7ad"},
      {"--grid", "#e4e6ea", "#34383e"},
      {"--series-0", "#0072b2", "#58aee6"},
      {"--series-1", "#d55e00", "#ff8f52"},
      {"--series-2", "#009e73", "#3ecb9f"},
      {"--series-3", "#b8568c", "#e8a0ca"},
      {"--series-4", "#c28500", "#f0bd4f"},
      {"--series-5", "#3f9bd1", "#9ad6f7"},
      {"--series-6", "#6b6b6b", "#b9b9b9"},
  }};
  return colors[static_cast<std::size_t>(ink)];
}

Scene layout(const Chart& chart) { return Layout(chart).make(); }

}  // namespace cotape::app
