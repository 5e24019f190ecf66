#pragma once
#include <string>
#include <string_view>

namespace cotape::app {

// Text as it may stand in HTML, SVG and their quoted attributes: & < > " ' are escaped, control characters that XML
// forbids and bytes that are not UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);

}  // namespace cotape::app
