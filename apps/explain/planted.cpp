#include <cotape/apps/explain/planted.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace cotape::app {
namespace {

struct KeyWord {
  const char* text;
  double value;
};
constexpr std::array<KeyWord, 24> key_words = {
    {{"superb", 1},       {"brilliant", 0.95}, {"wonderful", 0.9},  {"excellent", 0.85}, {"delightful", 0.8},
     {"great", 0.75},     {"charming", 0.7},   {"lovely", 0.65},    {"enjoyable", 0.6},  {"good", 0.55},
     {"decent", 0.5},     {"pleasant", 0.45},  {"uneven", -0.45},   {"mediocre", -0.5},  {"weak", -0.55},
     {"bland", -0.6},     {"tedious", -0.65},  {"boring", -0.7},    {"bad", -0.75},      {"clumsy", -0.8},
     {"terrible", -0.85}, {"awful", -0.9},     {"dreadful", -0.95}, {"unbearable", -1}}};

constexpr std::array<const char*, 48> common_words = {
    "the",  "a",     "of",    "and",   "to",   "in",   "it",    "is",    "this",  "that",   "film",   "movie",
    "was",  "with",  "as",    "for",   "but",  "on",   "story", "plot",  "actor", "scene",  "by",     "he",
    "she",  "they",  "who",   "one",   "from", "at",   "about", "time",  "man",   "woman",  "city",   "music",
    "when", "after", "there", "which", "role", "year", "house", "night", "town",  "camera", "screen", "script"};

// The other words: common ones first, then made up ones, two or three syllables by their number.
std::string filler(std::int64_t number) {
  if (number < std::ssize(common_words)) return common_words[static_cast<std::size_t>(number)];
  constexpr std::string_view consonants = "bdfgklmnprstvz", vowels = "aeiou";
  std::string word;
  number -= std::ssize(common_words);
  // Every syllable is a digit to the base 70; a third one, from 70² on, makes longer words, so no two are the same.
  for (int syllable = 0; syllable < 2 || number > 0; ++syllable) {
    const auto digit = static_cast<std::size_t>(number % 70);
    word += consonants[digit / vowels.size()];
    word += vowels[digit % vowels.size()];
    number /= 70;
  }
  return word + "n";
}

// How likely the first 0, 1, … of the fillers are, together: weights 1/(number + 10).
std::vector<double> cumulative_weights(std::int64_t fillers) {
  std::vector<double> sums;
  double sum = 0;
  for (std::int64_t i = 0; i < fillers; ++i) sums.push_back(sum += 1 / static_cast<double>(i + 10));
  return sums;
}

}  // namespace

std::vector<Document> PlantedTexts::operator()(std::int64_t count, const Rng& rng) const {
  const std::vector<double> weights = cumulative_weights(fillers);
  const std::int64_t least = std::max(planted, max_words / 3);
  std::vector<Document> documents;
  for (std::int64_t i = 0; i < count; ++i) {
    Rng own = rng.split(static_cast<std::uint64_t>(i));
    const std::int64_t words = least + own.below(max_words - least + 1);
    const bool fewer = some_with_fewer && own.below(3) == 0;
    const std::int64_t keys = fewer ? own.below(planted) : planted;
    const std::vector<std::int64_t> order = random_permutation(words, own.split(0));
    Document document;
    double value = 0;
    for (std::int64_t place = 0; place < words; ++place) {
      if (place > 0) document.text += ' ';
      const std::size_t begin = document.text.size();
      if (order[static_cast<std::size_t>(place)] < keys) {
        const KeyWord& key = key_words[static_cast<std::size_t>(own.below(std::ssize(key_words)))];
        document.text += key.text;
        value += key.value;
        document.marked.push_back({begin, document.text.size()});
      } else {
        const double at = static_cast<double>(own.uniform()) * weights.back();
        const auto number = std::lower_bound(weights.begin(), weights.end() - 1, at) - weights.begin();
        document.text += filler(number);
      }
    }
    document.rating = 5 + 5 * value / static_cast<double>(planted);
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace cotape::app
