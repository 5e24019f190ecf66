#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// Changes an input so that changes come behind its checksums and compression, where a blind change would never get:
// what a gzip file holds; the pixels of a PNG, or its chunks, whose checksums then fit. One time in eight, and of all
// other inputs, the bytes themselves change, checksums too. `change` changes bytes in place, up to a size.
std::string mutate(std::string_view input, std::size_t max_size, unsigned int seed,
                   const std::function<void(std::string& bytes, std::size_t max_size)>& change);
