#pragma once
#include <string>
#include <vector>

// A small file that a reader accepts.
struct Seed {
  std::string reader, name, bytes;
};
std::vector<Seed> seeds();
