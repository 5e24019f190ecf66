#include <cotape/apps/explain/documents.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"

using namespace cotape;
using namespace cotape::app;

namespace {

const Vocabulary vocabulary({"good", "bad", "film"});  // 2, 3, 4

TextSet set_of(std::vector<Document> documents, std::int64_t length = 4, std::int64_t k = 2) {
  return TextSet(std::move(documents), vocabulary, length, k, true);
}

std::string refusal(const ExplainOptions& options) {
  try {
    load_data(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("texts: padding in front, the last words of long ones, unknown words") {
  const TextSet set = set_of(
      {{"Bad film!", 1, {}, {}}, {"good good bad new film bad", 7, {}, {}}, {"...", 5, {}, {}}, {"film", 10, {}, {}}});
  CHECK(set.count == 4);
  CHECK(set.numbers == std::vector<std::int64_t>{0, 0, 3, 4, 3, 1, 4, 3, 0, 0, 0, 1, 0, 0, 0, 4});
  CHECK(set.words == std::vector<std::int64_t>{2, 4, 1, 1});
  CHECK(set.ratings == std::vector<real>{real(0.1), real(0.7), real(0.5), 1});
  const auto subset = [&](std::int64_t i) { return *static_cast<const TopKInstance*>(set.subsets[i].data); };
  CHECK(subset(0).k == 2);
  CHECK(subset(0).allowed == std::vector<std::uint8_t>{0, 0, 1, 1});
  CHECK(subset(1).allowed == std::vector<std::uint8_t>{1, 1, 1, 1});
  CHECK(subset(2).k == 1);  // a text with fewer words than k: all of them
  CHECK(subset(2).allowed == std::vector<std::uint8_t>{0, 0, 0, 1});
}

TEST_CASE("texts: words of which a part is marked") {
  const TextSet set =
      set_of({{"bad, bad film", 1, {{1, 2}, {9, 13}}, {}}, {"a good bad film ever", 1, {{0, 6}, {16, 20}}, {}}});
  CHECK(set.marked == std::vector<std::uint8_t>{0, 1, 0, 1, 1, 0, 0, 1});
}

TEST_CASE("texts: a batch is as long as its longest text and three numbers more") {
  const TextSet set = set_of({{"bad", 1, {}, {}}, {"good film", 1, {}, {}}, {"bad bad bad bad bad", 1, {}, {}}}, 7);
  std::vector<std::int64_t> numbers;
  CHECK(set.fill(std::vector<std::int64_t>{0, 1}, numbers) == 5);
  CHECK(numbers == std::vector<std::int64_t>{0, 0, 0, 0, 3, 0, 0, 0, 2, 4});
  CHECK(set.fill(std::vector<std::int64_t>{2, 0}, numbers) == 7);
  CHECK(numbers == std::vector<std::int64_t>{0, 0, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 3});
}

TEST_CASE("texts: files, a part to validate on, people's rationales, word vectors") {
  const TemporaryFolder folder;
  std::string train;
  for (int i = 0; i < 20; ++i) train += std::to_string(i % 11) + "\tx\tgood word" + std::to_string(i) + "\n";
  folder.put("train.tsv", train);
  folder.put("test.tsv", "1\ta\tbad\n2\tb\tgood\n3\tc\tgood bad\n");
  folder.put("test.jsonl", R"({"annotation_id": "d", "classification": "NEG", "evidences": )"
                           R"([[{"docid": "d", "start_token": 1, "end_token": 3}]]})");
  std::filesystem::create_directory(folder / "docs");
  folder.put("docs/d", "A good , film");
  folder.put("words.vec", "3 2\nother 9 9\ngood 1 2\nword3 3 6\n");

  ExplainOptions options;
  options.common.data = folder.path();
  options.length = 5;
  options.k = 1;
  options.min_count = 1;
  const ExplainData plain = load_data(options);
  CHECK(plain.train.count == 18);
  CHECK(plain.validation.count == 2);
  CHECK(plain.test.count == 3);
  CHECK(plain.judged() == nullptr);
  CHECK(plain.vocabulary.words().size() == 19);  // of the training texts alone
  CHECK(plain.vectors.size() == 0);
  options.min_count = 2;
  CHECK(load_data(options).vocabulary.words() == std::vector<std::string>{"good"});

  options.min_count = 1;
  options.data_seed = 1;
  options.val = 1;
  options.train = 19;
  options.test = 2;
  options.rationales = folder.path();
  options.embeddings = folder / "words.vec";
  const ExplainData data = load_data(options);
  CHECK(data.test.count == 2);
  REQUIRE(data.judged() == &data.rationales);
  CHECK(data.rationales.documents[0].text == "A good , film");
  CHECK(data.rationales.documents[0].label == "NEG");
  CHECK(data.rationales.marked == std::vector<std::uint8_t>{0, 0, 0, 1, 0});
  CHECK(data.vocabulary.words() == std::vector<std::string>{"good", "word3"});
  CHECK(data.vectors == Tensor(Shape{4, 2}, {0, 0, 2, 4, 1, 2, 3, 6}));  // padding 0, the unknown word the mean

  options.train = 20;
  CHECK(refusal(options).ends_with(": 20 training texts, but --train 20 and --val 1 are wanted"));
  options.train = 0;
  options.val = 20;
  CHECK(refusal(options).ends_with(": 20 training texts, but --train 1 and --val 20 are wanted"));
  options.val = 1;
  options.test = 4;
  CHECK(refusal(options).ends_with(": 3 test texts, but --test 4 are wanted"));
  options.test = 0;
  folder.put("test.jsonl", R"({"annotation_id": "d", "classification": "SO-SO"})");
  CHECK(refusal(options).ends_with(": d is \"SO-SO\", not POS or NEG"));
}
