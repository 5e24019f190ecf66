#include <cotape/data/text/vocabulary.h>
#include <cotape/engine/base/error.h>
#include <doctest/doctest.h>

using namespace cotape;

TEST_CASE("vocabulary: frequent words first, equal ones by their bytes, rare ones unknown") {
  const WordCounts counts = {{"the", 9}, {"bad", 3}, {"film", 3}, {"once", 1}, {"a", 9}};
  const Vocabulary words = Vocabulary::of(counts, 2);
  CHECK(words.words() == std::vector<std::string>{"a", "the", "bad", "film"});
  CHECK(words.size() == 6);
  CHECK(words.number("a") == Vocabulary::first_word);
  CHECK(words.number("film") == 5);
  CHECK(words.number("once") == Vocabulary::unknown);
  CHECK(words.number("") == Vocabulary::unknown);
  CHECK(Vocabulary().size() == 2);
  CHECK(Vocabulary::of(counts, 100).size() == 2);
}

TEST_CASE("vocabulary: to a text and back") {
  const Vocabulary words({"b", "n't", "caf\xc3\xa9"});
  CHECK(words.text() == "b\nn't\ncaf\xc3\xa9\n");
  CHECK(Vocabulary::from_text(words.text()).words() == words.words());
  CHECK(Vocabulary::from_text("").size() == 2);
}

TEST_CASE("vocabulary: errors say what is wrong") {
  CHECK_THROWS_WITH_AS(Vocabulary({"a", "b", "a"}), "vocabulary: the word \"a\" comes twice", ValueError);
  CHECK_THROWS_WITH_AS(Vocabulary({"a", ""}), "vocabulary: word 1 is empty", ValueError);
  CHECK_THROWS_WITH_AS(Vocabulary::from_text("a\n\nb\n"), "vocabulary: word 1 is empty", ValueError);
  CHECK_THROWS_WITH_AS(Vocabulary::of({}, 0), "vocabulary: a minimum count of 0 is not positive", ValueError);
}
