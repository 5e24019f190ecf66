#include <cotape/data/sets/reviews.h>
#include <cotape/engine/base/error.h>
#include <doctest/doctest.h>

#include "../formats/gzip.h"
#include "../formats/refusal.h"

using namespace cotape;

namespace {

std::vector<Review> read(const std::string& text) {
  const TemporaryFolder folder;
  return read_reviews(folder.put("reviews.tsv", text));
}

std::string refusal(const std::string& text) {
  return refusal_of([](const auto& path) { read_reviews(path); }, "reviews.tsv", text);
}

}  // namespace

TEST_CASE("reviews: rating, id and text of each line") {
  const std::vector<Review> reviews = read(
      "\xEF\xBB\xBF"
      "2\tneg/0\tBad film.\r\n7.5\t\t\tna\xc3\xafve\ttabs \xff\n10\tx\t\n\n\r\n");
  REQUIRE(reviews.size() == 3);
  CHECK(reviews[0].rating == 2);
  CHECK(reviews[0].id == "neg/0");
  CHECK(reviews[0].text == "Bad film.");
  CHECK(reviews[1].rating == 7.5);
  CHECK(reviews[1].id == "");
  CHECK(reviews[1].text == "\tna\xc3\xafve\ttabs \xff");
  CHECK(reviews[2].text == "");
  CHECK(read(gzip("1\ta\tb\n")).at(0).text == "b");
}

TEST_CASE("reviews: broken files are refused, with the line") {
  CHECK(refusal("") == "the file has no reviews");
  CHECK(refusal("\n\r\n") == "the file has no reviews");
  const std::string form = "a line must be a rating, an id and a text with tabs between";
  CHECK(refusal("5\ta\tb\n5 a b\n") == form + " (at line 2)");
  CHECK(refusal("5\ta\n") == form + " (at line 1)");
  CHECK(refusal("5\ta\tb\n\n5\ta\tb\n") == form + " (at line 2)");
  for (const std::string rating : {"", "10.5", "-1", "nan", "inf", "good", "\x1b[31m"})
    CHECK(refusal(rating + "\ta\tb\n").starts_with("the rating is \""));
  CHECK(refusal("\x1b[31m\ta\tb\n") == "the rating is \"\\x1b[31m\", not a number from 0 to 10 (at line 1)");
  CHECK_THROWS_AS(read_reviews("no such file"), FileError);
}
