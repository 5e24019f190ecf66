#include <cotape/data/text/vocabulary.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

Vocabulary::Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {
  std::int64_t number = first_word;
  for (const std::string& word : words_) {
    if (word.empty()) fail<ValueError>("vocabulary: word ", number - first_word, " is empty");
    if (!numbers_.emplace(word, number).second)
      fail<ValueError>("vocabulary: the word \"", shown(word), "\" comes twice");
    ++number;
  }
}

Vocabulary Vocabulary::of(const WordCounts& counts, std::int64_t min_count) {
  if (min_count < 1) fail<ValueError>("vocabulary: a minimum count of ", min_count, " is not positive");
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& [word, count] : counts)
    if (count >= min_count) kept.emplace_back(-count, word);
  std::sort(kept.begin(), kept.end());
  std::vector<std::string> words;
  for (auto& [count, word] : kept) words.push_back(std::move(word));
  return Vocabulary(std::move(words));
}

std::int64_t Vocabulary::number(std::string_view word) const {
  const auto found = numbers_.find(word);
  return found == numbers_.end() ? unknown : found->second;
}

std::string Vocabulary::text() const {
  std::string text;
  for (const std::string& word : words_) (text += word) += '\n';
  return text;
}

Vocabulary Vocabulary::from_text(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Vocabulary(std::move(words));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
