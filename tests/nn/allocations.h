#pragma once
#include <cstdint>

// How often this program has asked for heap memory.
std::int64_t heap_allocations();
// Of these, how many asked for more than the usual alignment: in the library tensors alone do.
std::int64_t aligned_allocations();
