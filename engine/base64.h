#pragma once
#include <string>
#include <string_view>

#include <cotape/engine/real.h>

namespace cotape::inline COTAPE_PRECISION {

// RFC 4648.
std::string base64(std::string_view bytes);

}  // namespace cotape::inline COTAPE_PRECISION
