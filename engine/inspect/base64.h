#pragma once
#include <string>
#include <string_view>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// RFC 4648.
std::string base64(std::string_view bytes);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
