#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Words with a vector each.
struct WordVectors {
  std::vector<std::string> words = {};  // UTF-8, no two the same
  Tensor vectors = {};                  // [words, width]
};

// Reads the text format of word2vec, plain or gzip-compressed: a first line "count width", then a line for each word
// with the word and `width` numbers, separated by blanks. Throws FileError, naming the file and the line, when it is
// missing, has more or fewer lines or numbers than its first line says, a word twice, a word that is not UTF-8 or a
// number that is not finite; and for a count or width beyond 2³¹ or 65536.
WordVectors read_word2vec(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
