#include <cotape/engine/base/text.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

using namespace cotape;

TEST_CASE("text: foreign text is shown short, on one line and without what a terminal would obey") {
  CHECK(shown("plain, \"quoted\" \\ and hé") == "plain, \"quoted\" \\ and hé");
  CHECK(shown(std::string("a\0b\n\t\r\x1b]0;x\x07", 12)) == "a\\x00b\\n\\t\\x0d\\x1b]0;x\\x07");
  CHECK(shown("\x7f|\xc2\x85|\xe2\x80\xae|\xe2\x80\xa8") == "\\x7f|\\xc2\\x85|\\xe2\\x80\\xae|\\xe2\\x80\\xa8");
  // No UTF-8: a lone byte, an overlong form, a surrogate, a number beyond the last, a character cut off.
  CHECK(shown("\xff|\xc0\xaf|\xed\xa0\x80") == "\\xff|\\xc0\\xaf|\\xed\\xa0\\x80");
  CHECK(shown("\xf4\x90\x80\x80|\xe2\x82") == "\\xf4\\x90\\x80\\x80|\\xe2\\x82");
  CHECK(shown(std::string(60, 'x')) == std::string(60, 'x'));
  CHECK(shown(std::string(5'000'000, 'x')) == std::string(60, 'x') + "…");
  CHECK(shown("éé", 3) == "é…");
  CHECK(shown("") == "");
}

TEST_CASE_TEMPLATE("text: numbers", T, float, double) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  CHECK(parse_number<T>("-12.5e1") == T(-125));
  CHECK(parse_number<T>("+.5") == T(0.5));
  CHECK(parse_number<T>("0.1") == T(0.1));
  CHECK(parse_number<T>("inf") == infinity);
  CHECK(std::isnan(parse_number<T>("nan").value()));
  for (const char* bad : {"", "-", "+", "+-1", "++1", "1x", "1 ", " 1", "0x10", "1e", "one", "1,5"})
    CHECK(!parse_number<T>(bad));
}

TEST_CASE_TEMPLATE("text: a number between two others is read as the nearer", T, float, double) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  constexpr T smallest = std::numeric_limits<T>::denorm_min();
  CHECK(parse_number<T>(format_number(smallest)) == smallest);
  for (const char* tiny : {"1e-400", "0.000001e-395", "123456e-406", "1e-99999999999999999999"}) {
    CHECK(parse_number<T>(tiny) == T(0));
    CHECK(std::signbit(parse_number<T>("-" + std::string(tiny)).value()));
  }
  for (const char* huge : {"1e400", "0.000001e410", "123456e395", "1e99999999999999999999"}) {
    CHECK(parse_number<T>(huge) == infinity);
    CHECK(parse_number<T>("-" + std::string(huge)) == -infinity);
  }
  CHECK(parse_number<T>("0e99999999999999999999") == T(0));
  CHECK(parse_number<float>("1e-50") == 0.0F);
  CHECK(parse_number<float>("7.1e-46") == std::numeric_limits<float>::denorm_min());
  CHECK(parse_number<double>("1e-50") == 1e-50);
}

TEST_CASE("text: a byte order mark is left out") {
  CHECK(without_byte_order_mark("\xEF\xBB\xBF"
                                "1,2") == "1,2");
  CHECK(without_byte_order_mark("1,2") == "1,2");
  CHECK(without_byte_order_mark("\xEF\xBB") == "\xEF\xBB");
  CHECK(without_byte_order_mark("") == "");
}

TEST_CASE("text: UTF-8 is told from what is not") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain, h\xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80"));
  for (const char* bad : {"\xff", "x\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xa9x"})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("text: columns are as wide as their widest text, counted in characters") {
  CHECK(padded("hé", 4) == "hé  ");
  CHECK(padded("long", 2) == "long ");
  std::ostringstream out;
  write_table(out, {{"name", "n"}, {"éé", "12"}, {"x", "3"}, {}});
  CHECK(out.str() == "name  n\néé    12\nx     3\n\n");
}
