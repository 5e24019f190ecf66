#pragma once

// Every header includes this one before its own first line, so this is the first error of a compiler in another mode.
#if __cplusplus < 202002L
#error "cotape needs C++20: compile with -std=c++20, or in CMake link cotape::cotape, which asks for it"
#endif

// One source tree builds two libraries. COTAPE_PRECISION names the inline namespace that holds everything:
// f32 (library cotape) or f64 (library cotape_f64), so that the two can never be mixed by accident.
#ifndef COTAPE_PRECISION
#define COTAPE_PRECISION f32
#endif

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace precision {
struct f32 {
  using real = float;
};
struct f64 {
  using real = double;
};
}  // namespace precision

// The number type of every tensor.
using real = precision::COTAPE_PRECISION::real;

}  // namespace COTAPE_PRECISION
}  // namespace cotape
