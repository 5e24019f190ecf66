#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

#include "recorded_ops.h"

// COTAPE_OP_NAMES=PREFIX: leave the names of the ops that the tests recorded and checked in files of that prefix.
int main(int argc, char** argv) {
  const int result = doctest::Context(argc, argv).run();
  if (const char* prefix = std::getenv("COTAPE_OP_NAMES")) cotape::write_op_names(prefix);
  return result;
}
