#include <cotape/data/text/words.h>
#include <cotape/engine/base/random.h>
#include <doctest/doctest.h>

using namespace cotape;

namespace {

// The words with '|' between.
std::string cut(std::string_view text) {
  std::string joined;
  for (const Word& word : words_of(text)) joined += (joined.empty() ? "" : "|") + word.text;
  return joined;
}

}  // namespace

TEST_CASE("words: letters and digits between everything else, in lower case") {
  CHECK(cut("") == "");
  CHECK(cut(" -- !?\n\t") == "");
  CHECK(cut("It was GREAT, 8/10!") == "it|was|great|8|10");
  CHECK(cut("mind-blowing_film") == "mind|blowing|film");
  CHECK(cut("one<br />two<br/>three<br>four") == "one|two|three|four");
  CHECK(cut("a < b > c <bride>") == "a|b|c|bride");
}

TEST_CASE("words: endings as in the Penn Treebank, whether the text has been taken apart or not") {
  CHECK(cut("didn't it's they're we've I'll he'd I'm") == "did|n't|it|'s|they|'re|we|'ve|i|'ll|he|'d|i|'m");
  CHECK(cut("did n't it 's") == "did|n't|it|'s");
  CHECK(cut("n't 's") == "n't|'s");
  CHECK(cut("'quoted' ''twice'' 'tis dogs' rock'n'roll ' ''") == "quoted|twice|tis|dogs|rock'n'roll");
  CHECK(cut("''s") == "'s");
}

TEST_CASE("words: bytes beyond ASCII") {
  CHECK(cut("caf\xc3\xa9 na\xc3\xafve \xc3\x89t\xc3\xa9") == "caf\xc3\xa9|na\xc3\xafve|\xc3\x89t\xc3\xa9");  // É stays
  CHECK(cut("didn\xe2\x80\x99t") == "did|n't");                                                              // ’
  CHECK(cut("good\xe2\x80\x94"
            "bad\xe2\x80\xa6") == "good|bad");                              // — …
  CHECK(cut("\xe2\x80\x9cyes\xe2\x80\x9d\xc2\xa0no\xc2\xbb") == "yes|no");  // “ ” no-break space »
  CHECK(cut("2\xc3\x97"
            "3 6\xc3\xb7"
            "2 \xc2\xb5m") == "2|3|6|2|\xc2\xb5m");  // × ÷ µ
  CHECK(cut("\xe6\x98\xa0\xe7\x94\xbb\xe3\x80\x82\xf0\x9f\x98\x80") == "\xe6\x98\xa0\xe7\x94\xbb|\xf0\x9f\x98\x80");
  CHECK(cut("a\xff"
            "b\xc3 c\xe2\x80 d\xed\xa0\x80"
            "e\xf0\x9f") == "a|b|c|d|e");  // no UTF-8
}

TEST_CASE("words: where they stand in the text") {
  const std::string text = "\"No\xe2\x80\x94it isn\xe2\x80\x99t.\"";
  const std::vector<Word> words = words_of(text);
  const auto bytes = [&](std::size_t i) { return text.substr(words.at(i).begin, words.at(i).end - words.at(i).begin); };
  REQUIRE(words.size() == 4);
  CHECK(bytes(0) == "No");
  CHECK(bytes(1) == "it");
  CHECK(bytes(2) == "is");
  CHECK(bytes(3) == "n\xe2\x80\x99t");
}

TEST_CASE("words: of any bytes, each is not empty, and they follow each other") {
  Rng rng(1);
  constexpr std::string_view pieces[] = {"a",        "B",    "'",      "n't",  " ", "\xe2\x80\x99",
                                         "\xc3\xa9", "\xff", "<br />", "\xe2", "7"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::int64_t n = rng.below(12); n > 0; --n) text += pieces[rng.below(std::ssize(pieces))];
    CAPTURE(text);
    std::size_t end = 0;
    for (const Word& word : words_of(text)) {
      CHECK(!word.text.empty());
      CHECK(word.begin >= end);
      CHECK(word.begin < word.end);
      end = word.end;
    }
    CHECK(end <= text.size());
  }
}
