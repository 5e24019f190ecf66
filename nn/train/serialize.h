#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include <cotape/engine/tape/checkpoint.h>

// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes with the length of the header,
// little-endian; the header, JSON padded with spaces to a multiple of 8; the tensors, without gaps. Texts of a
// checkpoint are its __metadata__. There "cotape.crc32" keeps a checksum of the whole file, eight hexadecimal digits,
// which count as zeros in the sum, and "cotape.tensors_crc32" one of the tensors alone: names, types, shapes, values.
namespace cotape {
inline namespace COTAPE_PRECISION {

// What is asked of the checksum of a file.
enum class Checksum {
  if_present,  // it fits when there is one; files of other programs have none
  required,    // it is there and fits: the file is as cotape wrote it
  ignored,     // nothing: a file of cotape that another program has changed is wanted as it is
};

// Writes the file as a whole: after a crash it holds the old bytes or all of the new ones. Throws FileError when it
// cannot be written, ValueError when the checkpoint cannot be encoded.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
// Throws FileError, naming the file, the tensor and the byte, for a file that is missing, truncated, damaged or not
// what it says; where the checksum does not fit the message tells which part of the file has changed. Element types
// other than F32, F64, F16, BF16, I64 and U64 are refused, and headers of more than 100 million bytes.
Checkpoint load_checkpoint(const std::filesystem::path& path, Checksum checksum = Checksum::if_present);

// The bytes of the file. Throws ValueError for a name that is reserved ("__metadata__", the texts "cotape.crc32" and
// "cotape.tensors_crc32") or not UTF-8.
std::string to_safetensors(const Checkpoint& checkpoint);
// Throws FileError as load_checkpoint does; `source` is what errors name.
Checkpoint from_safetensors(std::string_view bytes, const std::string& source,
                            Checksum checksum = Checksum::if_present);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
