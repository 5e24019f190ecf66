#pragma once
#include <algorithm>
#include <cstdint>

#if defined(__has_feature)
#define COTAPE_TEST_HAS_FEATURE(name) __has_feature(name)
#else
#define COTAPE_TEST_HAS_FEATURE(name) 0
#endif

namespace cotape {

// How many of n random instances a test looks at: all of them, and a tenth where the address sanitizer makes each some
// ten times slower.
constexpr std::int64_t instance_count(std::int64_t n) {
#if defined(__SANITIZE_ADDRESS__) || COTAPE_TEST_HAS_FEATURE(address_sanitizer)
  return std::max<std::int64_t>(1, n / 10);
#else
  return n;
#endif
}

}  // namespace cotape
