#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What somebody wrote, and how many points of ten they gave.
struct Review {
  double rating = 0;  // 0 … 10
  std::string id = {};
  std::string text = {};  // any bytes but line ends
};

// Reads a file of reviews, plain or gzip-compressed, of at most 1 GiB: each line a rating, an id and a text with tabs
// between; a text may hold tabs itself. A byte order mark, CRLF line ends and empty lines at the end are passed over.
// Throws FileError, naming the file and the line, when it is missing or has no review, for a line with fewer than two
// tabs, and a rating that is not a number from 0 to 10.
std::vector<Review> read_reviews(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
