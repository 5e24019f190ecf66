#include <cotape/apps/common/report/html.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/base64.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"
#include "svg_check.h"

using namespace cotape;
using namespace cotape::app;

namespace {

const std::vector<std::string> tags_without_end = {"meta", "img"};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("report: one well-formed page with everything inside and all text escaped") {
  Report report("Title <1>", "Lead & more");
  report.key_numbers({{"N-ELBO <test>", 243.712345}, {"State", "3 of 10"}});
  report.section("Sec<tion>");
  report.text("x < y & z");
  report.command("prog --a \"b\"");
  report.passage(
      "rating <7>",
      {{.text = "a <b> "}, {.text = "c&d", .highlighted = true, .underlined = true}, {.text = " e", .pale = true}});
  report.chart({"A", "x", "y", {{"s", {1, 2}, {1, 2}}}}, "Caption <a>");
  report.chart({"B", "x", "y", {}});
  report.picture(encode_png(Image(20, 60, 1)), "Codes \"here\"");
  report.table({"name", "value"}, {{"<b>", "1.5"}, {"c", "2 ± 0.1"}});
  report.settings({{"rule", "identity"}, {"resume", false}});
  const std::string html = report.html();

  CHECK(markup_error(html, tags_without_end) == "");
  CHECK(contains(html, "<title>Title &lt;1&gt;</title>"));
  CHECK(contains(html, "Lead &amp; more"));
  CHECK(contains(html, "<dt>N-ELBO &lt;test&gt;</dt><dd>243.71</dd>"));
  CHECK(contains(html, "<dd class=\"words\">3 of 10</dd>"));
  CHECK(contains(html, "<h2>Sec&lt;tion&gt;</h2>"));
  CHECK(contains(html, "x &lt; y &amp; z"));
  CHECK(contains(html, "prog --a &quot;b&quot;"));
  CHECK(contains(
      html,
      "<div>rating &lt;7&gt;</div>\n<p>a &lt;b&gt; <u><mark>c&amp;d</mark></u><span class=\"pale\"> e</span></p>"));
  CHECK(contains(html, "<figcaption>Caption &lt;a&gt;</figcaption>"));
  CHECK(contains(html, "alt=\"Codes &quot;here&quot;\" width=\"600\" height=\"200\" class=\"enlarged\""));
  CHECK(contains(html, base64(encode_png(Image(20, 60, 1)))));
  CHECK(contains(html, "<td>&lt;b&gt;</td><td class=\"number\">1.5</td>"));
  CHECK(contains(html, "<dt>resume</dt><dd>no</dd>"));
  // Both charts share one row.
  CHECK(html.find("class=\"charts\"") == html.rfind("class=\"charts\""));
  // No network: nothing is loaded, no script runs.
  for (const char* part : {"<script", "<link", "@import", "src=\"http", "url("}) CHECK_FALSE(contains(html, part));
}

TEST_CASE("report: the page is whole after every block, and after none") {
  Report report("T");
  CHECK(markup_error(report.html(), tags_without_end) == "");
  report.chart({});
  CHECK(markup_error(report.html(), tags_without_end) == "");
  report.text("after");
  CHECK(markup_error(report.html(), tags_without_end) == "");
}

TEST_CASE("report: a large picture is not enlarged") {
  Report report("T");
  report.picture(encode_png(Image(10, 400, 3)), "");
  CHECK(contains(report.html(), "width=\"400\" height=\"10\">"));
}

TEST_CASE("report: what is no picture or no table is refused") {
  Report report("T");
  CHECK_THROWS_WITH_AS(report.picture("GIF89a", "x"), "report: a picture of 6 bytes is no PNG", ValueError);
  CHECK_THROWS_WITH_AS(report.table({"a"}, {{"1", "2"}}), "report: a table row of 2 cells under 1 columns", ValueError);
}

TEST_CASE("report: is written as a whole") {
  const TemporaryFolder folder;
  Report report("T");
  report.write(folder / "report.html");
  CHECK(folder.get("report.html") == report.html());
  CHECK(folder.files() == 1);
}

TEST_CASE("report: of a run folder it holds the page of an inspected step, when there is one") {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  const Record settings = {{"seed", std::int64_t{1}}};
  Report expected("run");
  expected.section("Settings");
  expected.settings(settings);
  write_report(run, Report("run"), settings);
  CHECK(folder.get("report.html") == expected.html());
  write_report(run, Report("run"), settings, "A note");
  CHECK(contains(folder.get("report.html"), "<h2>Settings</h2>\n<p>A note</p>"));
  folder.put("inspect.html", "<p>the page</p>");
  write_report(run, Report("run"), settings);
  CHECK(contains(folder.get("report.html"), "<iframe"));
  CHECK(contains(folder.get("report.html"), "&lt;p&gt;the page&lt;/p&gt;"));
}
