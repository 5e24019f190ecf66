#pragma once
#include <string>

namespace cotape::app {

// The page, made from the files in page/ and the drawing code of inspection by the build.
std::string playground_page();

}  // namespace cotape::app
