#include <cotape/data/sets/eraser.h>
#include <cotape/engine/base/error.h>
#include <doctest/doctest.h>

#include "../../temporary_folder.h"
#include "../formats/gzip.h"

using namespace cotape;

namespace {

// A folder with documents "a" (five tokens) and "b" (none), and these annotations.
struct Set {
  explicit Set(const std::string& annotations, const std::string& name = "test.jsonl") {
    std::filesystem::create_directory(folder / "docs");
    folder.put("docs/a", "one two\n three . \t five\n");
    folder.put("docs/b", " \n");
    folder.put(name, annotations);
  }
  std::vector<EraserDocument> read() const { return read_eraser(folder.path(), "test"); }
  // What is wrong, without the file's name.
  std::string refusal() const {
    try {
      read();
    } catch (const FileError& error) {
      const std::string message = error.what(), start = (folder.path() / "test.jsonl: ").string();
      return message.starts_with(start) ? message.substr(start.size()) : message;
    }
    return "nothing";
  }

  TemporaryFolder folder;
};

std::string evidence(const std::string& spans, const std::string& id = "a") {
  return R"({"annotation_id": ")" + id + R"(", "classification": "POS", "evidences": [[)" + spans + "]]}\n";
}
std::string span(const std::string& begin, const std::string& end, const std::string& document = "\"a\"") {
  return "{\"docid\": " + document + ", \"start_token\": " + begin + ", \"end_token\": " + end + "}";
}

}  // namespace

TEST_CASE("eraser: documents with what people marked") {
  const std::string text =
      R"({"annotation_id": "a", "docids": null, "query": ["x", {"evidences": [1]}], "evidences": [[{"docid": "a", )"
      R"("text": "one", "start_sentence": -1, "start_token": 0, "more": {"docid": 5}, "end_token": 1}], [], )"
      R"([{"docid": "a", "start_token": 2, "end_token": 5}, {"docid": "a", "start_token": 1, "end_token": 1}]], )"
      R"("classification": "NEG"})"
      "\r\n" +
      evidence("", "b") +
      R"({"annotation_id": "b", "classification": "x"})"
      "\n\n";
  for (const auto& [bytes, name] : {std::pair(text, "test.jsonl"), std::pair(gzip(text), "test.jsonl.gz")}) {
    const std::vector<EraserDocument> documents = Set(bytes, name).read();
    REQUIRE(documents.size() == 3);
    CHECK(documents[0].id == "a");
    CHECK(documents[0].label == "NEG");
    CHECK(documents[0].tokens == std::vector<std::string>{"one", "two", "three", ".", "five"});
    CHECK(documents[0].marked == std::vector<std::uint8_t>{1, 0, 1, 1, 1});
    CHECK(documents[1].tokens.empty());
    CHECK(documents[2].label == "x");
  }
}

TEST_CASE("eraser: broken files are refused, with the line") {
  const auto refusal = [](const std::string& text) { return Set(text).refusal(); };
  CHECK(refusal("") == "the file has no annotations");
  CHECK(refusal(evidence("") + "[]\n") == "the line has a list and no object (at line 2)");
  CHECK(refusal("5\n") == "the line has a number and no object (at line 1)");
  CHECK(refusal("{\"a\": }\n").starts_with("the line has no valid JSON at its byte 7 (at line 1)"));
  CHECK(refusal("\n" + evidence("")).starts_with("the line has no valid JSON"));
  CHECK(refusal(std::string("{\"a\": 1}\0", 9) + "\n") == "the line has a NUL byte (at line 1)");
  CHECK(refusal("{}\n") == "the line has no annotation_id (at line 1)");
  CHECK(refusal("{\"annotation_id\": \"a\"}\n") == "the line has no classification (at line 1)");
  CHECK(refusal("{\"annotation_id\": 5}\n") == "the line has a number as annotation_id (at line 1)");
  CHECK(refusal("{\"annotation_id\": \"a\", \"annotation_id\": \"a\"}") ==
        "the line has annotation_id twice (at line 1)");
  CHECK(refusal("{\"evidences\": [], \"evidences\": []}") == "the line has evidences twice (at line 1)");
  CHECK(refusal("{\"evidences\": {}}") == "the line has an object as evidences (at line 1)");
  CHECK(refusal("{\"evidences\": [5]}") == "the line has a number as evidences (at line 1)");
  CHECK(refusal("{\"evidences\": [[[]]]}") == "the line has a list as evidences (at line 1)");
  CHECK(refusal(evidence(span("0.5", "1"))) == "the line has a fraction as start_token (at line 1)");
  CHECK(refusal(evidence(span("0", "1", "[]"))) == "the line has a list as docid (at line 1)");
  CHECK(refusal(evidence("{\"docid\": \"a\", \"start_token\": 0}")) ==
        "an evidence without docid, start_token or end_token (at line 1)");
  CHECK(refusal(evidence(span("0", "1", "\"b\""))) == "an evidence in \"b\", not in a (at line 1)");
  for (const auto& [begin, end] : {std::pair("-1", "2"), {"3", "2"}, {"0", "6"}, {"0", "18446744073709551615"}})
    CHECK(refusal(evidence(span(begin, end))).ends_with(") is no part of the 5 tokens of a (at line 1)"));
  for (const std::string id : {"", ".hidden", "../secret", "/etc/passwd", "a\\\\b", "nul\\u0000"})
    CHECK(refusal(evidence("", id)).ends_with("\" is no name of a file (at line 1)"));
  CHECK(refusal(evidence("", "c")).find("docs/c") != std::string::npos);
  CHECK(refusal(std::string(1000000, '[')).starts_with("the line has a list"));
  CHECK(refusal("{\"a\": " + std::string(1000000, '[')).starts_with("the line has no valid JSON"));
  CHECK_THROWS_AS(read_eraser("no such folder", "test"), FileError);
}
