#include <cotape/data/formats/word2vec.h>
#include <cotape/engine/base/error.h>
#include <doctest/doctest.h>

#include "../../temporary_folder.h"
#include "gzip.h"
#include "refusal.h"

using namespace cotape;

namespace {

WordVectors read(const std::string& text) {
  const TemporaryFolder folder;
  return read_word2vec(folder.put("words.vec", text));
}

std::string refusal(const std::string& text) {
  return refusal_of([](const auto& path) { read_word2vec(path); }, "words.vec", text);
}

}  // namespace

TEST_CASE("word2vec: words and their vectors") {
  const WordVectors table = read("3 2\nthe 0.5 -1e-1\nné +2\t4 \r\n</s> 0 1e30");
  CHECK(table.words == std::vector<std::string>{"the", "né", "</s>"});
  CHECK(table.vectors == Tensor({3, 2}, {0.5, real(-0.1), 2, 4, 0, real(1e30)}));
  CHECK(read("\xEF\xBB\xBF"
             "1 1\nx 1\n\n \n")
            .words == std::vector<std::string>{"x"});
}

TEST_CASE("word2vec: compressed files are read as plain ones") {
  const std::string text = "2 1\na 1\nb 2\n";
  const std::string packed = gzip(text);
  CHECK(packed != text);
  CHECK(read(packed).words == std::vector<std::string>{"a", "b"});
}

TEST_CASE("word2vec: broken files are refused, with the line") {
  CHECK(refusal("") == "the file is empty");
  CHECK(
      refusal("\n") ==
      "the first line must be \"count width\": the count is \"\", not a whole number from 1 to 2147483648 (at line 1)");
  CHECK(refusal("the 0.5 1\n").starts_with("the first line must be \"count width\": the count is \"the\""));
  CHECK(refusal("1 0\nx\n").starts_with("the first line must be \"count width\": the width is \"0\""));
  CHECK(refusal("1 2 3\nx 1 2\n") == "the first line must be \"count width\" and no more (at line 1)");
  CHECK(refusal("2147483648 65536\nx 1\n") ==
        "2147483648 words with 65536 numbers each cannot be in the 4 bytes that follow (at line 1)");
  CHECK(refusal("2 1\nlonger 1\n") == "the file ends after 1 of 2 words (at line 2)");
  CHECK(refusal("1 1\nx 1\ny 2\n") == "more lines than the 1 words of the first line (at line 3)");
  CHECK(refusal("1 3\nlonger 1 2\n") == "the vector of \"longer\" has 2 numbers, not 3 (at line 2)");
  CHECK(refusal("1 1\nx 1 2\n") == "the vector of \"x\" has more than 1 numbers (at line 2)");
  CHECK(refusal("2 1\nx 1\ny nan\n") == "in the vector of \"y\" \"nan\" is not a finite number (at line 3)");
  CHECK(refusal("1 1\nx 1x\n") == "in the vector of \"x\" \"1x\" is not a finite number (at line 2)");
  CHECK(refusal("2 1\nx 1\nx 2\n") == "the word \"x\" is in line 2 too (at line 3)");
  CHECK(refusal("1 1\n\xff 1\n") == "the word \"\\xff\" is not UTF-8 (at line 2)");
  CHECK(refusal("2 1\n\nx 1\ny 1\n") == "no word (at line 2)");
  CHECK(refusal("1 1\n" + std::string(5000, 'x') + " 1\n").find("more than") != std::string::npos);
  CHECK(refusal(std::string(200, '1')).find("a line of more than 100 bytes") != std::string::npos);
  CHECK_THROWS_AS(read_word2vec("no such file"), FileError);
}
