#include <cotape/data/text/words.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The letter, digit or apostrophe that the text begins with: its bytes, as words have them, and how many bytes it has
// in the text. For anything else `word_bytes` is empty, and `size` bytes are to be skipped.
struct Character {
  std::string_view word_bytes = {};
  std::size_t size = 1;
};

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

std::uint32_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  std::uint32_t code = byte(0) & (0xFFU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3FU);
  return code;
}

// Of characters beyond ASCII.
bool is_letter(std::uint32_t code) {
  const bool latin_mark = code < 0xC0 && code != 0xAA && code != 0xB5 && code != 0xBA;
  const bool general_mark = (code >= 0x2000 && code <= 0x206F) || (code >= 0x3000 && code <= 0x303F);
  return !latin_mark && !general_mark && code != 0xD7 && code != 0xF7;
}

// How many bytes of a line break of HTML the text begins with: <br>, <br/>, <br />.
std::size_t line_break(std::string_view text) {
  for (const std::string_view tag : {"<br />", "<br>", "<br/>"})
    if (text.starts_with(tag)) return tag.size();
  return 0;
}

Character first_character(std::string_view text) {
  const char c = text[0];
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'') return {text.substr(0, 1), 1};
  if (c >= 'A' && c <= 'Z') return {letters.substr(static_cast<std::size_t>(c - 'A'), 1), 1};
  const auto lead = static_cast<unsigned char>(c);
  if (lead < 0x80) return {{}, std::max<std::size_t>(1, line_break(text))};
  const std::string_view character = text.substr(0, lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2);
  if (!is_utf8(character)) return {};
  const std::uint32_t code = code_of(character);
  if (code == 0x2019) return {"'", character.size()};
  return {is_letter(code) ? character : std::string_view(), character.size()};
}

// Where what a word ends with begins in it; its size where it is one word.
std::size_t ending_of(std::string_view word) {
  constexpr std::array<std::string_view, 7> endings = {"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"};
  for (const std::string_view ending : endings)
    if (word.ends_with(ending)) return word.size() - ending.size();
  return word.size();
}

// A run of letters, digits and apostrophes, with the places of its bytes in the text.
class Run {
 public:
  void add(std::string_view word_bytes, std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < word_bytes.size(); ++i) {
      begins_.push_back(begin);
      ends_.push_back(end);
    }
    bytes_ += word_bytes;
  }

  // Takes the run apart, and begins a new one.
  void put_words(std::vector<Word>& words) {
    std::size_t begin = 0, end = bytes_.size();
    while (end > begin && bytes_[end - 1] == '\'') --end;
    // The run may be an ending alone, as tokenised texts have it.
    while (begin < end && bytes_[begin] == '\'' && ending_of(bytes_.substr(begin, end - begin)) != 0) ++begin;
    const std::size_t ending = begin + ending_of(bytes_.substr(begin, end - begin));
    put(words, begin, ending);
    put(words, ending, end);
    bytes_.clear();
    begins_.clear();
    ends_.clear();
  }

 private:
  void put(std::vector<Word>& words, std::size_t begin, std::size_t end) const {
    if (begin < end) words.push_back({bytes_.substr(begin, end - begin), begins_[begin], ends_[end - 1]});
  }

  std::string bytes_;
  std::vector<std::size_t> begins_, ends_;  // of the character that each byte belongs to
};

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  Run run;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    if (character.word_bytes.empty())
      run.put_words(words);
    else
      run.add(character.word_bytes, at, at + character.size);
    at += character.size;
  }
  run.put_words(words);
  return words;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
