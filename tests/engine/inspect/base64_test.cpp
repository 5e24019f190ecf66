#include <doctest/doctest.h>

#include <cotape/engine/inspect/base64.h>

using namespace cotape;
using namespace std::string_view_literals;

TEST_CASE("base64: the vectors of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFF\xFE\0"sv) == "//4A");
}
