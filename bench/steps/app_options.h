#pragma once
#include <iterator>
#include <sstream>
#include <string>

#include <cotape/apps/common/train/command_line.h>

namespace cotape::bench {

// A program's options as it makes them of a command line: all its defaults but for `arguments`.
template <class Options>
Options app_options(const std::string& arguments) {
  app::CommandLine line;
  Options options;
  options.add_to(line);
  std::istringstream words(arguments);
  line.parse({std::istream_iterator<std::string>(words), {}});
  return options;
}

}  // namespace cotape::bench
