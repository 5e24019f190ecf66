#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A document of the ERASER benchmark (DeYoung et al., "ERASER: a benchmark to evaluate rationalized NLP models", ACL
// 2020): a text, its class, and which of its tokens people marked as what tells the class.
struct EraserDocument {
  std::string id = {};
  std::string label = {};                 // "POS", "NEG" of the movies
  std::vector<std::string> tokens = {};   // any bytes but blanks
  std::vector<std::uint8_t> marked = {};  // one a token: 1 where people marked it
};

// Reads one split ("train", "val", "test") of a data set in ERASER's format whose examples are single documents, as the
// movies are: FOLDER/SPLIT.jsonl or SPLIT.jsonl.gz, and the text of each document, its tokens parted by blanks and line
// ends, in FOLDER/docs under its annotation_id. Of a line of the first file these entries count: annotation_id,
// classification, and evidences, lists of lists of objects with docid, start_token and end_token (spans [start, end)).
// Throws FileError, naming the file and the line, when a file is missing; when the first has no line, more than 1 GiB
// or a line that is no such JSON object, has one of these entries twice, an id that is no plain name of a file or an
// evidence of another document; and for spans that end before they begin or behind the document; empty ones, as the
// movies have some, mark nothing. A document has at most 64 MiB.
std::vector<EraserDocument> read_eraser(const std::filesystem::path& folder, const std::string& split);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
