#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace cotape::bench {

// A program's options as it makes them of a command line: all its defaults but for `arguments`.
template <class Options>
Options app_options(const std::string& arguments) {
  CLI::App app;
  Options options;
  options.add_to(app);
  app.parse(arguments);
  return options;
}

}  // namespace cotape::bench
