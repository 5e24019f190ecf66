#include <cotape/apps/explain/evaluation.h>
#include <cotape/apps/explain/planted.h>
#include <cotape/engine/base/parallel.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t length = 12, k = 3;

struct Planted {
  std::vector<Document> documents = PlantedTexts{.planted = 2, .max_words = 9, .fillers = 30}(40, Rng(1));
  Vocabulary vocabulary{[this] {
    std::set<std::string> words;
    for (const Document& document : documents)
      for (const Word& word : words_of(document.text)) words.insert(word.text);
    return std::vector<std::string>(words.begin(), words.end());
  }()};
  TextSet set{documents, vocabulary, length, k, true};
};

}  // namespace

TEST_CASE("word scores: precision, recall and F1 are means over texts; random choice in expectation, by all choices") {
  WordScore score;
  score.add(6, 2, 3, 1);
  score.add(5, 3, 1, 1);
  score.add(9, 3, 0, 0);  // nothing is marked: does not count
  CHECK(score.texts == 2);
  CHECK(score.shares().precision == doctest::Approx((1.0 / 2 + 1.0 / 3) / 2));
  CHECK(score.shares().recall == doctest::Approx((1.0 / 3 + 1) / 2));
  CHECK(score.shares().f1 == doctest::Approx((2.0 / 5 + 2.0 / 4) / 2));

  // Every choice of `chosen` out of `words`, of which the first `marked` are marked.
  WordShares expected;
  for (const auto& [words, chosen, marked] :
       {std::array<std::int64_t, 3>{6, 2, 3}, std::array<std::int64_t, 3>{5, 3, 1}}) {
    double choices = 0;
    WordShares sum;
    for (unsigned int bits = 0; bits < 1U << words; ++bits) {
      if (std::popcount(bits) != chosen) continue;
      const double both = std::popcount(bits & ((1U << marked) - 1));
      ++choices;
      sum.precision += both / static_cast<double>(chosen);
      sum.recall += both / static_cast<double>(marked);
      sum.f1 += 2 * both / static_cast<double>(chosen + marked);
    }
    expected.precision += sum.precision / choices / 2;
    expected.recall += sum.recall / choices / 2;
    expected.f1 += sum.f1 / choices / 2;
  }
  CHECK(score.at_random().precision == doctest::Approx(expected.precision));
  CHECK(score.at_random().recall == doctest::Approx(expected.recall));
  CHECK(score.at_random().f1 == doctest::Approx(expected.f1));
  CHECK(WordScore{}.shares().f1 == 0);
}

TEST_CASE(
    "evaluation: sees every text once, with the words of the largest scores; the same for any number of threads") {
  const Planted planted;
  Rng rng(1);
  Explainer model({.words = planted.vocabulary.size(), .width = 6, .length = length, .k = k}, {}, rng);
  Tape tape(Gradients::off);
  std::vector<int> seen(40);
  double squares = 0, right = 0, precision = 0;
  const auto check_text = [&](std::int64_t index, real rating, std::span<const real> choice) {
    const auto i = static_cast<std::size_t>(index);
    ++seen[i];
    REQUIRE(choice.size() == length);
    const std::span<const std::int64_t> numbers(planted.set.numbers.data() + index * length, length);
    std::int64_t chosen = 0, marked = 0;
    for (std::size_t place = 0; place < length; ++place) {
      if (choice[place] == 0) continue;
      CHECK(numbers[place] != Vocabulary::padding);
      ++chosen;
      marked += planted.set.marked[i * length + place];
    }
    CHECK(chosen == k);
    const real truth = planted.set.ratings[i];
    squares += static_cast<double>((rating - truth) * (rating - truth));
    right += (rating > real(0.55)) == (truth > real(0.55));
    precision += static_cast<double>(marked) / static_cast<double>(k);

    // By itself, with all its padding.
    Tape own(Gradients::off);
    model.eval();
    const Tensor& scores = model.score(model.embed(own, numbers, length)).value();
    model.train();
    std::vector<real> of_words(scores.data() + length - planted.set.words[i], scores.data() + length);
    std::sort(of_words.begin(), of_words.end(), std::greater<>());
    for (std::size_t place = 0; place < length; ++place)
      if (choice[place] != 0) CHECK(scores.data()[place] >= of_words[k - 1] - real(1e-5));
  };
  const ExplainScore score = evaluate(model, planted.set, tape, check_text);
  CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
  CHECK(score.texts == 40);
  CHECK(score.mse() == doctest::Approx(100 * squares / 40));
  CHECK(score.accuracy() == doctest::Approx(right / 40));
  CHECK(score.words.shares().precision == doctest::Approx(precision / 40));
  CHECK(model.training());
  const ThreadLimit one(1);
  CHECK(evaluate(model, planted.set, tape).squares == score.squares);
}

TEST_CASE("evaluation: the words that are chosen most often") {
  const Planted planted;
  Rng rng(1);
  Explainer model({.words = planted.vocabulary.size(), .width = 6, .length = length, .k = k}, {}, rng);
  Tape tape(Gradients::off);
  const std::vector<OftenChosen> words = often_chosen(model, planted.set, planted.vocabulary, 1000, tape);
  std::int64_t chosen = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    chosen += words[i].chosen;
    CHECK(words[i].chosen <= words[i].there);
    if (i > 0) CHECK(words[i].chosen <= words[i - 1].chosen);
    std::int64_t there = 0;
    for (const Document& document : planted.documents)
      for (const Word& word : words_of(document.text)) there += word.text == words[i].word;
    CHECK(words[i].there == there);
    CHECK(words[i].rating > 0);
    CHECK(words[i].rating < 10);
  }
  CHECK(chosen == 40 * k);
  CHECK(often_chosen(model, planted.set, planted.vocabulary, 2, tape).size() == 2);
}
