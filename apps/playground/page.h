#pragma once

namespace cotape::app {

// The page, made from the files in page/ and the drawing code of inspection by the build.
extern const char* const playground_page;

}  // namespace cotape::app
