#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How often words come.
using WordCounts = std::map<std::string, std::int64_t, std::less<>>;

// The words that a net knows, each with a number. The first two numbers stand for padding and for all other words.
class Vocabulary {
 public:
  static constexpr std::int64_t padding = 0, unknown = 1, first_word = 2;

  // No words.
  Vocabulary() = default;
  // These words, numbered in their order. Throws ValueError for a word that is empty or comes twice.
  explicit Vocabulary(std::vector<std::string> words);
  // The words that come at least `min_count` times, the most frequent first; of equally frequent ones the one whose
  // bytes are smaller. Throws ValueError for min_count < 1.
  static Vocabulary of(const WordCounts& counts, std::int64_t min_count);

  // Numbers are 0 … size() − 1.
  std::int64_t size() const { return first_word + std::ssize(words_); }
  // The word's number; `unknown` for one that is not here.
  std::int64_t number(std::string_view word) const;
  // From first_word on.
  const std::vector<std::string>& words() const { return words_; }

  // All words with a line end behind each, for a checkpoint; and back. Throws ValueError as the constructor does.
  std::string text() const;
  static Vocabulary from_text(std::string_view text);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
  };

  std::vector<std::string> words_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> numbers_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
