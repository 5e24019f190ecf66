#include <cotape/engine/base/half.h>

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

TEST_CASE("half: a double is rounded once") {
  // Next to the middle between two numbers, which a float cannot tell from it.
  CHECK(Half(0x1.002p0 - 0x1p-40).bits == 0x3c00);
  CHECK(Half(0x1.002p0 + 0x1p-40).bits == 0x3c01);
  CHECK(Half(0x1.002p0).bits == 0x3c00);
  CHECK(Half(-0x1.006p0 - 0x1p-40).bits == 0xbc02);
  CHECK(Half(-0x1.006p0 + 0x1p-40).bits == 0xbc01);
  CHECK(Half(0.1).bits == Half(0.1F).bits);
  CHECK(Half(1e300).bits == infinite);
  CHECK(Half(-1e-300).bits == 0x8000);
  CHECK(std::isnan(static_cast<double>(Half(std::numeric_limits<double>::quiet_NaN()))));
  CHECK(static_cast<double>(half(0x3555)) == 0x1.554p-2);
}

TEST_CASE(
    "bfloat16: every one of the 65,536 is the nearest to itself, and rounding is to the nearest, halfway to even") {
  const auto value_of = [](int bits) {
    BFloat16 number;
    number.bits = static_cast<std::uint16_t>(bits);
    return static_cast<float>(number);
  };
  CHECK(value_of(0x3f80) == 1);
  CHECK(value_of(0xc040) == -3);
  CHECK(BFloat16(0.1F).bits == 0x3dcd);
  constexpr int bfloat16_infinite = 0x7f80;
  for (int bits = 0; bits < 0x10000; ++bits) {
    CAPTURE(bits);
    if ((bits & 0x7fff) > bfloat16_infinite)
      REQUIRE(std::isnan(static_cast<float>(BFloat16(value_of(bits)))));
    else
      REQUIRE(BFloat16(value_of(bits)).bits == bits);
  }
  for (int bits = 0; bits < bfloat16_infinite; ++bits) {
    CAPTURE(bits);
    const double low = value_of(bits), high = bits + 1 == bfloat16_infinite ? 0x1p128 : value_of(bits + 1);
    const double middle = low + (high - low) / 2;
    const int even = bits % 2 == 0 ? bits : bits + 1;
    for (const int sign : {0, 0x8000}) {
      const double s = sign ? -1 : 1;
      REQUIRE(BFloat16(static_cast<float>(s * middle)).bits == (even | sign));
      REQUIRE(BFloat16(s * middle).bits == (even | sign));
      REQUIRE(BFloat16(s * std::nextafter(middle, 0.0)).bits == (bits | sign));
      REQUIRE(BFloat16(s * std::nextafter(middle, 1e300)).bits == ((bits + 1) | sign));
    }
  }
}
