#include <cotape/apps/explain/marked_text.h>
#include <cotape/engine/base/text.h>

#include <algorithm>

namespace cotape::app {
namespace {

// Line ends and tabs as spaces, so that a text stays on its line; what else could harm a terminal as \\xHH.
std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return shown(line, 4 * line.size() + 1);
}

void fill(std::vector<std::uint8_t>& bytes, std::size_t begin, std::size_t end) {
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end),
            std::uint8_t{1});
}

}  // namespace

MarkedText::MarkedText(const Document& text, std::int64_t length, std::span<const real> choice, double rating_of_ten)
    : document(&text), words(read_words(text.text, length)), chosen(words.size()), rating(rating_of_ten) {
  for (std::size_t i = 0; i < words.size(); ++i) chosen[i] = choice[choice.size() - words.size() + i] != 0;
}

std::string MarkedText::chosen_words() const {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (chosen[i] != 0) text += (text.empty() ? "" : ", ") + words[i].text;
  return text;
}

std::vector<TextPiece> pieces_of(const MarkedText& text) {
  const std::string_view bytes = text.document->text;
  std::vector<std::uint8_t> chosen(bytes.size(), 0), marked(bytes.size(), 0), unread(bytes.size(), 0);
  if (!text.words.empty()) fill(unread, 0, text.words.front().begin);
  for (std::size_t i = 0; i < text.words.size(); ++i)
    if (text.chosen[i] != 0) fill(chosen, text.words[i].begin, text.words[i].end);
  for (const ByteRange& range : text.document->marked) fill(marked, range.begin, range.end);
  // A blank between two marked words is marked as well: people mark spans.
  for (std::size_t i = 1; i + 1 < bytes.size(); ++i)
    if (bytes[i] == ' ' && marked[i - 1] != 0 && marked[i + 1] != 0) marked[i] = 1;

  std::vector<TextPiece> pieces;
  for (std::size_t begin = 0, end = 0; begin < bytes.size(); begin = end) {
    const auto alike = [&](std::size_t i) {
      return chosen[i] == chosen[begin] && marked[i] == marked[begin] && unread[i] == unread[begin];
    };
    while (end < bytes.size() && alike(end)) ++end;
    pieces.push_back({.text = std::string(bytes.substr(begin, end - begin)),
                      .highlighted = chosen[begin] != 0,
                      .underlined = marked[begin] != 0,
                      .pale = unread[begin] != 0});
  }
  return pieces;
}

std::string terminal_text(const MarkedText& text, bool styled) {
  std::string line;
  for (const TextPiece& piece : pieces_of(text)) {
    const std::string shown_piece = on_one_line(piece.text);
    if (!piece.highlighted)
      line += shown_piece;
    else
      line += styled ? "\x1b[1;4m" + shown_piece + "\x1b[0m" : "[" + shown_piece + "]";
  }
  return line;
}

}  // namespace cotape::app
