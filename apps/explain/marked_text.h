#pragma once
#include <span>
#include <string>
#include <vector>

#include <cotape/apps/common/report/report.h>
#include <cotape/apps/explain/documents.h>

namespace cotape::app {

// A text with the words that the net chose, for people to look at.
struct MarkedText {
  const Document* document = nullptr;
  std::vector<Word> words;           // that the net read
  std::vector<std::uint8_t> chosen;  // one a word
  double rating = 0;                 // predicted, of ten points

  // `choice` [length]: the numbers of the solver, padding in front.
  MarkedText(const Document& text, std::int64_t length, std::span<const real> choice, double rating_of_ten);

  // The chosen words with commas between.
  std::string chosen_words() const;
};

// The text on one line for a terminal: chosen words bold and underlined, or in [brackets] where `styled` is off.
// Control characters of the text are shown, not sent.
std::string terminal_text(const MarkedText& text, bool styled);

// The text for a report: chosen words highlighted, words that people marked (or that were planted) underlined, what
// the net did not read pale.
std::vector<TextPiece> pieces_of(const MarkedText& text);

}  // namespace cotape::app
