#pragma once
#include <filesystem>
#include <map>
#include <string>

#include <cotape/data/formats/npy.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Arrays by their names, without ".npy".
using NpzArrays = std::map<std::string, NpyArray>;

// Reads an NPZ file: a zip archive of NPY files, stored or deflated, as NumPy's savez and savez_compressed write it.
// Throws FileError, naming the file, the array and the byte, when it is missing, no such archive, cut off, of more than
// 4 GiB, encrypted or in parts, when a checksum or a size is wrong, members overlap or have one name, or one of them is
// no NPY file that read_npy takes. Memory is allocated only for what the file can hold.
NpzArrays read_npz(const std::filesystem::path& path);

// The array of that name. Throws FileError, naming `file` and what there is instead, when there is none.
const NpyArray& array_named(const NpzArrays& arrays, const std::string& name, const std::string& file);

// Writes such a file, atomically, members stored in the order of their names: the same bytes for the same arrays.
// Throws what npy_bytes throws, FileError when the file cannot be written or would have more than 4 GiB.
void write_npz(const std::filesystem::path& path, const NpzArrays& arrays);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
