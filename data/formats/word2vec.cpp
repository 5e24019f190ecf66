#include <cotape/data/formats/input_file.h>
#include <cotape/data/formats/word2vec.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_header_bytes = 100;
constexpr std::uint64_t max_words = std::uint64_t{1} << 31, max_width = 65536;
constexpr std::uint64_t max_word_bytes = 4096, max_number_bytes = 64;  // blanks included
constexpr std::string_view blanks = " \t\r";

// A text taken apart line by line, and each line word by word.
class Lines {
 public:
  Lines(const std::string& file, std::string_view text, std::int64_t line) : file_(file), text_(text), number_(line) {}

  // Whether there is another line; goes to it.
  bool next() {
    if (text_.empty()) return false;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line_ = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++number_;
    return true;
  }
  // The next word of the line; empty at its end.
  std::string_view word() {
    line_.remove_prefix(std::min(line_.find_first_not_of(blanks), line_.size()));
    const std::string_view found = line_.substr(0, line_.find_first_of(blanks));
    line_.remove_prefix(found.size());
    return found;
  }
  std::int64_t number() const { return number_; }

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(file_, ": ", parts..., " (at line ", number_, ")");
  }

 private:
  const std::string& file_;
  std::string_view text_, line_;
  std::int64_t number_;
};

std::string in_quotes(std::string_view text) { return '"' + shown(text) + '"'; }

std::uint64_t read_size(Lines& lines, const char* what, std::uint64_t max) {
  const std::string_view word = lines.word();
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
  if (error != std::errc() || end != word.data() + word.size() || size < 1 || size > max)
    lines.fail_here("the first line must be \"count width\": the ", what, " is ", in_quotes(word),
                    ", not a whole number from 1 to ", max);
  return size;
}

void read_vector(Lines& lines, const std::string& word, std::uint64_t width, real* out) {
  for (std::uint64_t i = 0; i < width; ++i) {
    const std::string_view text = lines.word();
    if (text.empty()) lines.fail_here("the vector of ", in_quotes(word), " has ", i, " numbers, not ", width);
    const std::optional<real> number = parse_number<real>(text);
    if (!number || !std::isfinite(*number))
      lines.fail_here("in the vector of ", in_quotes(word), " ", in_quotes(text), " is not a finite number");
    out[i] = *number;
  }
  if (!lines.word().empty()) lines.fail_here("the vector of ", in_quotes(word), " has more than ", width, " numbers");
}

}  // namespace

WordVectors read_word2vec(const std::filesystem::path& path) {
  InputFile file(path);
  const std::string header = file.read_line(max_header_bytes);
  Lines first(file.name(), without_byte_order_mark(header), 0);
  if (!first.next()) fail<FileError>(file.name(), ": the file is empty");
  const std::uint64_t count = read_size(first, "count", max_words), width = read_size(first, "width", max_width);
  if (!first.word().empty()) first.fail_here("the first line must be \"count width\" and no more");

  const std::uint64_t max_bytes = std::min(count * (max_word_bytes + width * max_number_bytes), max_file_bytes);
  const std::string text = file.read_rest(max_bytes);
  // A word and each number are a byte and a blank at least: a wrong size in the first line allocates nothing.
  if (text.size() + 1 < count * (2 + 2 * width))
    first.fail_here(count, " words with ", width, " numbers each cannot be in the ", text.size(), " bytes that follow");
  WordVectors table{{}, Tensor::uninitialized({static_cast<std::int64_t>(count), static_cast<std::int64_t>(width)})};
  std::unordered_map<std::string, std::int64_t> line_of;
  Lines lines(file.name(), text, 1);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (!lines.next()) lines.fail_here("the file ends after ", row, " of ", count, " words");
    const std::string word(lines.word());
    if (word.empty()) lines.fail_here("no word");
    if (word.size() > max_word_bytes) lines.fail_here("a word of more than ", max_word_bytes, " bytes");
    if (!is_utf8(word)) lines.fail_here("the word ", in_quotes(word), " is not UTF-8");
    const auto [known, is_new] = line_of.emplace(word, lines.number());
    if (!is_new) lines.fail_here("the word ", in_quotes(word), " is in line ", known->second, " too");
    read_vector(lines, word, width, table.vectors.data() + row * width);
    table.words.push_back(word);
  }
  while (lines.next())
    if (!lines.word().empty()) lines.fail_here("more lines than the ", count, " words of the first line");
  return table;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
