#include <cotape/apps/common/report/html.h>

#include <doctest/doctest.h>

using namespace cotape::app;
using namespace std::string_view_literals;

TEST_CASE("html: what has a meaning is escaped") {
  CHECK(escape_html("<a href=\"x\" id='y'>&amp;") == "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
  CHECK(escape_html("λ = 20 ± 1 – 日本 😀\n\t") == "λ = 20 ± 1 – 日本 😀\n\t");
}

TEST_CASE("html: what is no UTF-8 or no XML character is replaced") {
  CHECK(escape_html("a\0b\x1b"sv) == "a\uFFFDb\uFFFD");
  CHECK(escape_html("\xFFx") == "\uFFFDx");
  CHECK(escape_html("\xC3") == "\uFFFD");
  CHECK(escape_html("\xC0\xAF") == "\uFFFD\uFFFD");                          // overlong
  CHECK(escape_html("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");                // a surrogate
  CHECK(escape_html("\xF4\x90\x80\x80").find('\xF4') == std::string::npos);  // above U+10FFFF
  CHECK(escape_html("\xE2\x82<") == "\uFFFD\uFFFD&lt;");
}
