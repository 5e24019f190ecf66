#include <cotape/apps/explain/marked_text.h>

#include <doctest/doctest.h>

using namespace cotape;
using namespace cotape::app;

namespace {

// "Old. A great\nfilm isn’t" and a control sequence, read from "A" on, with "great" and "n’t" chosen and "great",
// "film" and "isn’t" marked.
const Document document{"Old. A great\nfilm isn\xe2\x80\x99t \x1b[31m", 7, {{7, 12}, {13, 17}, {18, 25}}, {}};

MarkedText marked() {
  const std::vector<real> choice = {0, 0, 1, 0, 0, 1, 0};  // padding in front
  return {document, 6, choice, 6.5};
}

}  // namespace

TEST_CASE("marked texts: pieces begin and end where words and marks do") {
  std::string all, pieces;
  for (const TextPiece& piece : pieces_of(marked())) {
    all += piece.text;
    pieces += std::string(piece.pale ? "-" : "") + (piece.highlighted ? "*" : "") + (piece.underlined ? "_" : "") +
              piece.text + "|";
  }
  CHECK(all == document.text);
  CHECK(pieces == "-Old. |A |*_great|\n|_film is|*_n\xe2\x80\x99t| \x1b[31m|");
  CHECK(marked().chosen_words() == "great, n't");
}

TEST_CASE("marked texts: on a terminal in one line, and control characters are shown") {
  CHECK(terminal_text(marked(), false) == "Old. A [great] film is[n\xe2\x80\x99t] \\x1b[31m");
  CHECK(terminal_text(marked(), true) ==
        "Old. A \x1b[1;4mgreat\x1b[0m film is\x1b[1;4mn\xe2\x80\x99t\x1b[0m \\x1b[31m");
}

TEST_CASE("marked texts: without words or without choices") {
  const Document dots{"...", 5, {}, {}}, empty{"", 5, {}, {}};
  const std::vector<real> choice = {0, 1};  // of the word that stands for it
  CHECK(terminal_text({dots, 2, choice, 5}, false) == "...");
  CHECK(pieces_of({empty, 2, choice, 5}).empty());
}
