#include <cotape/apps/common/report/chart.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "svg_check.h"

using namespace cotape;
using namespace cotape::app;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

Chart example() {
  return {"N-ELBO <&> \"nats\"",
          "epoch",
          "nats",
          {{"train & test", {1, 2, 3}, {3, 2, 1}}, {"k < 2", {1, 2, 3}, {2, 2, 1}, {0.5, 0.5, 0.5}}}};
}

}  // namespace

TEST_CASE("chart: the checker of markup can fail") {
  CHECK(markup_error("<a><b c=\"d\"/>&amp;</a>") == "");
  CHECK(markup_error("<a><b></a>") != "");
  CHECK(markup_error("<a>") != "");
  CHECK(markup_error("<a>x & y</a>") != "");
  CHECK(markup_error("<a>x < y</a>") != "");
}

TEST_CASE("chart: SVG is well-formed, with text escaped") {
  const std::string svg = to_svg(example());
  CHECK(markup_error(svg) == "");
  CHECK(svg.find("N-ELBO &lt;&amp;&gt; &quot;nats&quot;") != std::string::npos);
  CHECK(svg.find("train &amp; test") != std::string::npos);
  CHECK(count(svg, "<polygon") == 1);
  CHECK(svg.find("k &lt; 2: 2.00 ± 0.50 at epoch 1") != std::string::npos);
  CHECK(svg.find("var(--series-1,#d55e00)") != std::string::npos);
  CHECK(to_svg(example()) == svg);
}

TEST_CASE("chart: values that cannot be shown are gaps") {
  const double nan = std::nan("");
  const auto lines = [](std::vector<double> y, bool log) {
    Chart chart{"", "", "", {{"", {1, 2, 3, 4, 5}, std::move(y)}}, false, log};
    const std::string svg = to_svg(chart);
    CHECK(markup_error(svg) == "");
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
    return count(svg, "stroke:var(--series-0");
  };
  CHECK(lines({5, 4, 3, 2, 1}, false) == 1);
  CHECK(lines({5, 4, nan, 2, 1}, false) == 2);
  CHECK(lines({5, 4, std::numeric_limits<double>::infinity(), 2, 1}, false) == 2);
  CHECK(lines({5, 4, 0, 2, 1}, true) == 2);
  CHECK(lines({5, 4, -1, 2, 1}, true) == 2);
  CHECK(lines({nan, nan, nan, nan, nan}, false) == 0);
  // A value alone is a point.
  CHECK(lines({5, nan, 3, nan, 1}, false) == 0);
}

TEST_CASE("chart: a band below zero ends at the logarithmic axis") {
  const Chart chart{"", "", "", {{"", {1, 2}, {1, 2}, {3, 1}}}, false, true};
  const std::string svg = to_svg(chart);
  CHECK(markup_error(svg) == "");
  CHECK(svg.find("nan") == std::string::npos);
}

TEST_CASE("chart: points, dashes and repeated colours") {
  Chart chart{"", "", "", {}};
  for (int i = 0; i < 9; ++i) chart.series.push_back({"s", {1, 2}, {1, double(i)}});
  const std::string svg = to_svg(chart);
  CHECK(count(svg, "stroke:var(--series-0") == 4);  // two lines, two in the legend
  CHECK(count(svg, "stroke-dasharray") == 4);       // series 7 and 8
  chart.series.resize(1);
  chart.series[0].points = true;
  CHECK(count(to_svg(chart), "<circle cx") == 3);
}

TEST_CASE("chart: empty and degenerate charts are drawn") {
  CHECK(to_svg(Chart{}).find("no values yet") != std::string::npos);
  CHECK(markup_error(to_svg(Chart{})) == "");
  for (const bool log : {false, true}) {
    const std::string svg = to_svg(Chart{"one", "x", "y", {{"", {1}, {1}}}, log, log});
    CHECK(markup_error(svg) == "");
    CHECK(svg.find("nan") == std::string::npos);
  }
}

TEST_CASE("chart: series of unequal lengths are refused") {
  CHECK_THROWS_WITH_AS(to_svg(Chart{"T", "", "", {{"s", {1, 2}, {1}}}}),
                       "chart \"T\" series \"s\": 2 x, 1 y and 0 deviations", ValueError);
  CHECK_THROWS_AS(to_svg(Chart{"T", "", "", {{"s", {1}, {1}, {1, 2}}}}), ValueError);
}

TEST_CASE("chart: the picture has its size, a white ground and the colours of the series") {
  Chart chart = example();
  chart.series[1].dashed = true;
  const Image image = to_picture(chart, 1);
  CHECK(image.width() == 484);
  CHECK(image.height() == 324);
  CHECK(to_picture(chart, 2).width() == 968);
  const auto pixels_of = [&](Color color) {
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) found += std::equal(color.begin(), color.begin() + 3, image.pixel(y, x));
    return found;
  };
  CHECK(pixels_of(white) > 484 * 324 / 2);
  CHECK(pixels_of({0x00, 0x72, 0xB2, 255}) > 300);
  CHECK(pixels_of({0xD5, 0x5E, 0x00, 255}) > 150);
  CHECK(pixels_of({0x00, 0x9E, 0x73, 255}) == 0);
  CHECK(to_picture(chart, 1) == image);
}

TEST_CASE("chart: pictures of empty and degenerate charts; scales are checked") {
  CHECK(to_picture(Chart{}).width() == 968);
  const double nan = std::nan("");
  to_picture(Chart{"\xFF", "x", "y", {{"s", {1, 1, nan}, {1, 1, 1}, {1e308, 0, 0}, false, true}}});
  CHECK_THROWS_WITH_AS(to_picture(Chart{}, 0), "chart: scale 0 is not within [0.5, 10]", ValueError);
  CHECK_THROWS_AS(to_picture(Chart{}, nan), ValueError);
}

TEST_CASE("chart: huge values are gaps, huge deviations no band") {
  const Chart chart{"", "", "", {{"", {1, 2, 3}, {1e308, -1e308, 5}, {1, 1, 1e308}}}};
  const std::string svg = to_svg(chart);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(to_picture(chart).width() == 968);
}
