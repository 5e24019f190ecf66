#include <cotape/apps/explain/documents.h>
#include <cotape/apps/explain/planted.h>
#include <cotape/data/formats/word2vec.h>
#include <cotape/data/sets/eraser.h>
#include <cotape/data/sets/reviews.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <unordered_map>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { train_texts, validation_texts, test_texts, choice_of_validation };

constexpr double positive_rating = 10, negative_rating = 1;  // of documents that have a class alone

struct Documents {
  std::vector<Document> train, validation, test;
};

Documents plant(const ExplainOptions& options) {
  const Rng rng(options.data_seed);
  const auto made = [&](std::int64_t count, std::int64_t otherwise, Stream stream) {
    const PlantedTexts texts{options.planted, options.length, options.fillers, stream == train_texts};
    return texts(count != 0 ? count : otherwise, rng.split(stream));
  };
  return {made(options.train, 10000, train_texts), made(options.val, 1000, validation_texts),
          made(options.test, 1000, test_texts)};
}

std::vector<Document> read_split(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path plain = folder / (name + ".tsv"), packed = folder / (name + ".tsv.gz");
  std::error_code ignored;
  std::vector<Document> documents;
  const bool is_packed = !std::filesystem::exists(plain, ignored) && std::filesystem::exists(packed, ignored);
  for (Review& review : read_reviews(is_packed ? packed : plain))
    documents.push_back({std::move(review.text), review.rating, {}, {}});
  return documents;
}

Documents read_folder(const ExplainOptions& options) {
  std::vector<Document> all = read_split(options.common.data, "train");
  Documents documents{{}, {}, read_split(options.common.data, "test")};
  const std::int64_t count = std::ssize(all),
                     val = options.val != 0 ? options.val : std::max<std::int64_t>(1, count / 10);
  const std::int64_t train = options.train != 0 ? options.train : count - val;
  if (train < 1 || train + val > count)
    fail<ValueError>(shown(options.common.data), ": ", count, " training texts, but --train ",
                     std::max<std::int64_t>(1, train), " and --val ", val, " are wanted");
  if (options.test > std::ssize(documents.test))
    fail<ValueError>(shown(options.common.data), ": ", documents.test.size(), " test texts, but --test ", options.test,
                     " are wanted");
  const std::vector<std::int64_t> order = random_permutation(count, Rng(options.data_seed).split(choice_of_validation));
  for (std::int64_t i = 0; i < val + train; ++i) {
    std::vector<Document>& to = i < val ? documents.validation : documents.train;
    to.push_back(std::move(all[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]));
  }
  if (options.test != 0) {  // not the first ones: files may be sorted
    const std::vector<std::int64_t> picked =
        random_permutation(std::ssize(documents.test), Rng(options.data_seed).split(test_texts));
    std::vector<Document> test;
    for (std::int64_t i = 0; i < options.test; ++i)
      test.push_back(std::move(documents.test[static_cast<std::size_t>(picked[static_cast<std::size_t>(i)])]));
    documents.test = std::move(test);
  }
  return documents;
}

std::vector<Document> read_rationales(const std::filesystem::path& folder) {
  std::vector<Document> documents;
  for (const EraserDocument& read : read_eraser(folder, "test")) {
    if (read.label != "POS" && read.label != "NEG")
      fail<FileError>(shown_path(folder), ": ", shown(read.id), " is \"", shown(read.label), "\", not POS or NEG");
    Document document{{}, read.label == "POS" ? positive_rating : negative_rating, {}, read.label};
    for (std::size_t i = 0; i < read.tokens.size(); ++i) {
      if (i > 0) document.text += ' ';
      const std::size_t begin = document.text.size();
      document.text += read.tokens[i];
      if (read.marked[i] != 0) document.marked.push_back({begin, document.text.size()});
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

WordCounts count_words(const std::vector<Document>& documents) {
  WordCounts counts;
  for (const Document& document : documents)
    for (const Word& word : words_of(document.text)) ++counts[word.text];
  return counts;
}

// Leaves the words that have a vector, and returns their vectors; padding is 0, the unknown word the mean of all.
Tensor take_vectors(const WordVectors& table, Vocabulary& vocabulary) {
  const std::int64_t width = table.vectors.shape()[1];
  std::unordered_map<std::string_view, std::int64_t> row_of;
  for (std::size_t i = 0; i < table.words.size(); ++i) row_of.emplace(table.words[i], static_cast<std::int64_t>(i));
  std::vector<std::string> kept;
  std::vector<std::int64_t> rows;
  for (const std::string& word : vocabulary.words())
    if (const auto found = row_of.find(word); found != row_of.end()) {
      kept.push_back(word);
      rows.push_back(found->second);
    }
  vocabulary = Vocabulary(std::move(kept));
  Tensor vectors(Shape{vocabulary.size(), width});
  std::vector<double> sum(static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::int64_t j = 0; j < width; ++j) {
      const real x = table.vectors[rows[i] * width + j];
      vectors[(Vocabulary::first_word + static_cast<std::int64_t>(i)) * width + j] = x;
      sum[static_cast<std::size_t>(j)] += static_cast<double>(x);
    }
  for (std::int64_t j = 0; j < width && !rows.empty(); ++j)
    vectors[Vocabulary::unknown * width + j] =
        static_cast<real>(sum[static_cast<std::size_t>(j)] / static_cast<double>(rows.size()));
  return vectors;
}

}  // namespace

std::vector<Word> read_words(const std::string& text, std::int64_t length) {
  std::vector<Word> words = words_of(text);
  if (std::ssize(words) > length) words.erase(words.begin(), words.end() - length);
  return words;
}

TextSet::TextSet(std::vector<Document> texts, const Vocabulary& vocabulary, std::int64_t text_length, std::int64_t k,
                 bool marks)
    : count(std::ssize(texts)), length(text_length), documents(std::move(texts)) {
  const auto size = static_cast<std::size_t>(count * length);
  numbers.assign(size, Vocabulary::padding);
  marked.assign(marks ? size : 0, 0);
  std::vector<TopKInstance> instances;
  for (std::int64_t i = 0; i < count; ++i) {
    const Document& document = documents[static_cast<std::size_t>(i)];
    const std::vector<Word> found = read_words(document.text, length);
    const std::int64_t taken = std::max<std::int64_t>(1, std::ssize(found));
    std::size_t place = static_cast<std::size_t>((i + 1) * length - taken);
    TopKInstance instance{.k = std::min(k, taken),
                          .allowed = std::vector<std::uint8_t>(static_cast<std::size_t>(length))};
    std::fill(instance.allowed.end() - taken, instance.allowed.end(), std::uint8_t{1});
    instances.push_back(std::move(instance));
    words.push_back(taken);
    ratings.push_back(static_cast<real>(document.rating / 10));
    if (found.empty()) numbers[place] = Vocabulary::unknown;
    auto range = document.marked.begin();
    for (const Word& word : found) {
      while (range != document.marked.end() && range->end <= word.begin) ++range;
      if (marks) marked[place] = range != document.marked.end() && range->begin < word.end;
      numbers[place++] = vocabulary.number(word.text);
    }
  }
  subsets = std::move(instances);
}

void TextSet::sort_by_length(std::vector<std::int64_t>& indices) const {
  std::stable_sort(indices.begin(), indices.end(), [&](std::int64_t a, std::int64_t b) {
    return words[static_cast<std::size_t>(a)] < words[static_cast<std::size_t>(b)];
  });
}

std::int64_t TextSet::fill(std::span<const std::int64_t> indices, std::vector<std::int64_t>& out) const {
  std::int64_t longest = 0;
  for (const std::int64_t index : indices) longest = std::max(longest, words[static_cast<std::size_t>(index)]);
  const std::int64_t n = std::min(length, longest + spare_padding);
  out.resize(indices.size() * static_cast<std::size_t>(n));
  auto to = out.begin();
  for (const std::int64_t index : indices) to = std::copy_n(numbers.begin() + (index + 1) * length - n, n, to);
  return n;
}

void TextSet::fill(std::span<const std::int64_t> indices, Tensor& out) const {
  std::transform(indices.begin(), indices.end(), out.data(),
                 [&](std::int64_t index) { return ratings[static_cast<std::size_t>(index)]; });
}

const TextSet* ExplainData::judged() const {
  if (rationales.count > 0) return &rationales;
  return test.marked.empty() ? nullptr : &test;
}

ExplainData load_data(const ExplainOptions& options) {
  Documents documents = options.generated() ? plant(options) : read_folder(options);
  ExplainData data;
  data.vocabulary = Vocabulary::of(count_words(documents.train), options.min_count);
  if (!options.embeddings.empty()) data.vectors = take_vectors(read_word2vec(options.embeddings), data.vocabulary);
  const auto set = [&](std::vector<Document>&& texts, bool marks) {
    return TextSet(std::move(texts), data.vocabulary, options.length, options.k, marks);
  };
  const bool known = options.generated();
  data.train = set(std::move(documents.train), known);
  data.validation = set(std::move(documents.validation), known);
  data.test = set(std::move(documents.test), known);
  if (!options.rationales.empty()) data.rationales = set(read_rationales(options.rationales), true);
  return data;
}

}  // namespace cotape::app
