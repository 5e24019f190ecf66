#include <cotape/data/formats/half.h>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>

using namespace cotape;

namespace {

constexpr int infinite = 0x7c00;

Half half(int bits) {
  Half h;
  h.bits = static_cast<std::uint16_t>(bits);
  return h;
}

float value(int bits) { return static_cast<float>(half(bits)); }

}  // namespace

TEST_CASE("half: known values") {
  CHECK(value(0x3c00) == 1);
  CHECK(value(0xc000) == -2);
  CHECK(value(0x3555) == 0x1.554p-2f);  // the one nearest to 1/3
  CHECK(value(0x7bff) == 65504);
  CHECK(value(0x0400) == 0x1p-14f);      // the smallest normal one
  CHECK(value(0x03ff) == 0x1.ff8p-15f);  // the largest subnormal one
  CHECK(value(0x0001) == 0x1p-24f);
  CHECK(std::bit_cast<std::uint32_t>(value(0x8000)) == 0x80000000);
  CHECK(value(infinite) == std::numeric_limits<float>::infinity());
  CHECK(value(0xfc00) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(value(0x7c01)));
  CHECK(std::isnan(value(0xffff)));
}

TEST_CASE("half: every one of the 65,536 is the nearest to itself") {
  for (int bits = 0; bits < 0x10000; ++bits) {
    CAPTURE(bits);
    const Half back(value(bits));
    if ((bits & 0x7fff) > infinite)
      CHECK(std::isnan(static_cast<float>(back)));
    else
      CHECK(back.bits == bits);
  }
}

TEST_CASE("half: rounds to the nearest, halfway to the even one") {
  for (int bits = 0; bits < infinite; ++bits) {
    CAPTURE(bits);
    // What lies between two neighbours is a float; beyond the largest the next would be 65536.
    const float low = value(bits), high = bits + 1 == infinite ? 65536.0f : value(bits + 1);
    const float middle = low + (high - low) / 2;
    const int even = bits % 2 == 0 ? bits : bits + 1;
    for (const int sign : {0, 0x8000}) {
      const float s = sign ? -1.0f : 1.0f;
      REQUIRE(Half(s * middle).bits == (even | sign));
      REQUIRE(Half(s * std::nextafter(middle, 0.0f)).bits == (bits | sign));
      REQUIRE(Half(s * std::nextafter(middle, 1e9f)).bits == ((bits + 1) | sign));
    }
  }
  CHECK(Half(1e30f).bits == infinite);
  CHECK(Half(1e-30f).bits == 0);
  CHECK(Half(std::numeric_limits<float>::infinity()).bits == infinite);
  CHECK(std::isnan(static_cast<float>(Half(std::numeric_limits<float>::quiet_NaN()))));
}
