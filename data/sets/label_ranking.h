#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Examples of label ranking: features, and a rank for each label.
struct LabelRanking {
  std::vector<std::string> feature_names = {};
  std::vector<std::string> label_names = {};
  Tensor features = {};  // [n, features]
  Tensor ranks = {};     // [n, labels]: each row a permutation of 1 … labels, 1 = best

  std::int64_t size() const { return features.shape()[0]; }
};

// Reads a table of comma-separated values, plain or gzip-compressed: the first line is n, features, labels and the
// names of all columns, each other line one example: its features, then the rank of each label, 1 = best. Blanks around
// a value, CRLF line ends, empty lines at the end of the file and a byte order mark before the first are allowed.
// The text may have 32 MiB in its first line and in all 64 bytes for each value that the first line announces, at most
// 1 GiB; what a compressed file holds beyond that is not read but refused.
// Throws FileError, naming the file and the line, for a header of another form, for a number of lines or columns that
// the header does not say, for a value that is missing (empty, ?, NA, NaN), not a number or not finite, and for ranks
// that are not a permutation of 1 … labels. When two labels share a rank the message names them.
LabelRanking read_label_ranking(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
