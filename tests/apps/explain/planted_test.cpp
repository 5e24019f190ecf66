#include <cotape/apps/explain/planted.h>

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace cotape;
using namespace cotape::app;

TEST_CASE("planted texts: as many key words as asked for, marked, at any place, and a rating that they alone tell") {
  const PlantedTexts texts{.planted = 3, .max_words = 12, .fillers = 60};
  std::map<std::string, double> values;  // of words, by ratings of texts with three times the same; as they are found
  std::set<std::size_t> places, counts;
  for (const Document& document : texts(2000, Rng(5))) {
    REQUIRE(document.marked.size() == 3);
    CHECK(document.rating >= 0);
    CHECK(document.rating <= 10);
    const std::vector<Word> words = words_of(document.text);
    counts.insert(words.size());
    std::size_t found = 0;
    for (std::size_t i = 0; i < words.size(); ++i)
      for (const ByteRange& range : document.marked)
        if (words[i].begin == range.begin && words[i].end == range.end) {
          ++found;
          places.insert(i);
        }
    CHECK(found == 3);
  }
  CHECK(counts == std::set<std::size_t>{4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(places.size() == 12);
}

TEST_CASE("planted texts: equal key words give equal ratings, whatever stands around them") {
  const PlantedTexts texts{.planted = 1, .max_words = 9, .fillers = 20};
  std::map<std::string, double> rating_of;
  std::set<std::string> others;
  for (const Document& document : texts(3000, Rng(1))) {
    const ByteRange range = document.marked.at(0);
    const std::string key = document.text.substr(range.begin, range.end - range.begin);
    const auto [known, is_new] = rating_of.emplace(key, document.rating);
    CHECK(known->second == document.rating);
    for (const Word& word : words_of(document.text))
      if (word.begin != range.begin) others.insert(word.text);
  }
  CHECK(rating_of.size() == 24);
  CHECK(rating_of.at("superb") == 10);
  CHECK(rating_of.at("unbearable") == 0);
  double sum = 0;
  for (const auto& [word, rating] : rating_of) {
    CHECK(std::abs(rating - 5) > 2.2);  // none means nothing
    CHECK(others.count(word) == 0);
    sum += rating;
  }
  CHECK(sum == doctest::Approx(24 * 5));
  CHECK(others.size() == 20);
}

TEST_CASE("planted texts: with fewer key words in every third text, the rating is nearer the middle") {
  PlantedTexts texts{.planted = 4, .max_words = 12, .fillers = 60, .some_with_fewer = true};
  std::map<std::size_t, int> counts;
  for (const Document& document : texts(6000, Rng(1))) {
    ++counts[document.marked.size()];
    if (document.marked.empty()) CHECK(document.rating == 5);
    CHECK(std::abs(document.rating - 5) <= 5 * static_cast<double>(document.marked.size()) / 4 + 1e-9);
  }
  CHECK(counts.size() == 5);
  // Each count below 4 has probability 1/12: 500 ± 21 texts.
  for (std::size_t keys = 0; keys < 4; ++keys) CHECK(std::abs(counts[keys] - 500) < 100);
}

TEST_CASE("planted texts: text i depends on the generator and i alone, and no two fillers are the same") {
  const PlantedTexts texts;
  const std::vector<Document> few = texts(5, Rng(3)), many = texts(50, Rng(3));
  for (std::size_t i = 0; i < few.size(); ++i) CHECK(few[i].text == many[i].text);
  CHECK(texts(1, Rng(4))[0].text != few[0].text);
  std::set<std::string> words;
  const PlantedTexts rich{.planted = 1, .max_words = 3000, .fillers = 5200};
  for (const Document& document : rich(300, Rng(1)))
    for (const Word& word : words_of(document.text)) words.insert(word.text);
  CHECK(words.size() == 5200 + 24);
}
