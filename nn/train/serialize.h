#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include <cotape/engine/tape/checkpoint.h>

// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes with the length of the header,
// little-endian; the header, JSON padded with spaces to a multiple of 8; the tensors, without gaps. Texts of a
// checkpoint are its __metadata__, where "cotape.crc32" keeps a checksum of the whole file: eight hexadecimal digits,
// which count as zeros in the sum. Files of other programs need not have it.
namespace cotape {
inline namespace COTAPE_PRECISION {

// Writes the file as a whole: after a crash it holds the old bytes or all of the new ones. Throws FileError when it
// cannot be written, ValueError when the checkpoint cannot be encoded.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
// Throws FileError, naming the file, the tensor and the byte, for a file that is missing, truncated, damaged or not
// what it says. Element types other than F32, F64, I64 and U64 are refused.
Checkpoint load_checkpoint(const std::filesystem::path& path);

// The bytes of the file. Throws ValueError for a name that is reserved ("__metadata__", the text "cotape.crc32") or not
// UTF-8.
std::string to_safetensors(const Checkpoint& checkpoint);
// Throws FileError as load_checkpoint does; `source` is what errors name.
Checkpoint from_safetensors(std::string_view bytes, const std::string& source);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
