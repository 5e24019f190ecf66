#pragma once
#include <cotape/engine/base/real.h>

#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The page that shows an inspection, made from the files in engine/inspect/page by the build: inspection_data stands
// where the JSON goes.
std::string inspection_page();
inline constexpr const char* inspection_data = "{{inspection}}";

}  // namespace COTAPE_PRECISION
}  // namespace cotape
