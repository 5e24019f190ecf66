#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <cotape/apps/explain/options.h>
#include <cotape/data/text/vocabulary.h>
#include <cotape/data/text/words.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/instances.h>

namespace cotape::app {

// Bytes [begin, end) of a text.
struct ByteRange {
  std::size_t begin = 0, end = 0;
};

// A text, its rating, and where it is known which words tell it, their bytes.
struct Document {
  std::string text = {};
  double rating = 0;  // of ten
  std::vector<ByteRange> marked = {};
  std::string label = {};  // of a text that has a class alone, POS or NEG; its rating is then 10 or 1
};

// The words that the net reads: the last `length` ones of a text.
std::vector<Word> read_words(const std::string& text, std::int64_t length);

// Texts as the net takes them: numbers of a vocabulary, padding in front. A text without words is one unknown word.
struct TextSet {
  std::int64_t count = 0, length = 0;
  std::vector<std::int64_t> numbers;  // [count, length]
  std::vector<std::int64_t> words;    // how many words of each text are read
  std::vector<real> ratings;          // rating/10
  std::vector<std::uint8_t> marked;   // [count, length], 1 for marked words; empty: nothing is known
  Instances subsets;                  // a TopKInstance for each text: at most k of its words
  std::vector<Document> documents;

  TextSet() = default;
  // Whether `marks` are known is the caller's to tell.
  TextSet(std::vector<Document> texts, const Vocabulary& vocabulary, std::int64_t text_length, std::int64_t k,
          bool marks);

  // The texts with the fewest words first; of equally long ones the order stays.
  void sort_by_length(std::vector<std::int64_t>& indices) const;
  // The numbers of texts, one after the other, each the last `n` of its `length`: the longest text with `spare_padding`
  // in front, or all. Returns n.
  static constexpr std::int64_t spare_padding = 3;
  std::int64_t fill(std::span<const std::int64_t> indices, std::vector<std::int64_t>& out) const;
  // Their ratings [indices].
  void fill(std::span<const std::int64_t> indices, Tensor& out) const;
};

// What a run is trained and judged on.
struct ExplainData {
  Vocabulary vocabulary;
  Tensor vectors;  // [vocabulary, width] of --embeddings; empty: they are learned
  TextSet train, validation, test;
  TextSet rationales;  // without texts unless --rationales is given

  // The texts by which chosen words are judged; nullptr: there are none.
  const TextSet* judged() const;
};

// Everything that the options name. Throws FileError for a file that is missing or damaged, or a document of
// --rationales that is neither POS nor NEG; ValueError for fewer texts than the options ask for.
ExplainData load_data(const ExplainOptions& options);

}  // namespace cotape::app
