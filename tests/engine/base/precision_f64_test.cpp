#include <doctest/doctest.h>

#include <cotape/engine/tape/tape.h>

#include <cstring>
#include <type_traits>
#include <typeinfo>

using namespace cotape;

// The float library's names, declared as its headers would: another namespace, so another type and other symbols.
namespace cotape::f32 {
class Tensor;
class Var;
}  // namespace cotape::f32

TEST_CASE("the two libraries cannot be mixed by accident: every name of this one lies in f64") {
  static_assert(std::is_same_v<real, double>);
  static_assert(!std::is_same_v<Tensor, f32::Tensor> && !std::is_same_v<Var, f32::Var>);
  static_assert(!std::is_convertible_v<f32::Tensor*, Tensor*> && std::is_same_v<Tensor, f64::Tensor>);
  CHECK(std::strstr(typeid(Tensor).name(), "3f64") != nullptr);
  CHECK(std::strstr(typeid(Tape).name(), "3f64") != nullptr);
  CHECK(std::strstr(typeid(static_cast<Var (*)(Var)>(nullptr)).name(), "3f64") != nullptr);
}
