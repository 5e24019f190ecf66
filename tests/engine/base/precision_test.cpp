#include <doctest/doctest.h>

#include <cotape/engine/tape/tape.h>

#include <cstring>
#include <type_traits>
#include <typeinfo>

using namespace cotape;

TEST_CASE("the float library's names lie in f32") {
  static_assert(std::is_same_v<real, float>);
  CHECK(std::strstr(typeid(Tensor).name(), "3f32") != nullptr);
  CHECK(std::strstr(typeid(Tape).name(), "3f32") != nullptr);
}
