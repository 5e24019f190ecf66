#include <cotape/apps/common/report/html.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/explain/marked_text.h>
#include <cotape/engine/base/text.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr const char* style = R"css(
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1d2329; --muted: #66707a; --rule: #e3e0da; --chosen: #ffd75e; --on-chosen: #1d2329; --mark: #2271b3; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181b; --ink: #e6e6e3; --muted: #8b949c; --rule: #33373d; --chosen: #e0b030; --on-chosen: #16181b; --mark: #6db3ec; } }
body { margin: 0; padding: 1.25rem; background: var(--ground); color: var(--ink); font: 16px/1.65 system-ui, "Noto Sans", "Liberation Sans", sans-serif; }
h1 { font-size: 1.3rem; margin: 0 0 0.25rem; }
.key { color: var(--muted); margin: 0 0 1.25rem; }
article { border-top: 1px solid var(--rule); padding: 0.9rem 0; max-width: 46rem; overflow-wrap: break-word; }
article p { margin: 0.3rem 0 0; white-space: pre-wrap; }
.ratings { color: var(--muted); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
mark { background: var(--chosen); color: var(--on-chosen); border-radius: 3px; padding: 0 0.2em; font-weight: 600; }
u { text-decoration: underline 2px var(--mark); text-underline-offset: 3px; }
.unread { color: var(--muted); }
)css";

// Blanks of any kind as one space, so that a text stays on its line.
std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return shown(line, 4 * line.size() + 1);
}

// The text between chosen and marked words, cut where either begins or ends. Calls put(bytes, chosen, marked).
template <class Put>
void for_pieces(const MarkedText& text, std::size_t begin, const Put& put) {
  const std::string_view bytes = text.document->text;
  std::vector<std::uint8_t> chosen(bytes.size(), 0), marked(bytes.size(), 0);
  for (std::size_t i = 0; i < text.words.size(); ++i)
    if (text.chosen[i] != 0)
      std::fill(chosen.begin() + static_cast<std::ptrdiff_t>(text.words[i].begin),
                chosen.begin() + static_cast<std::ptrdiff_t>(text.words[i].end), std::uint8_t{1});
  for (const ByteRange& range : text.document->marked)
    std::fill(marked.begin() + static_cast<std::ptrdiff_t>(range.begin),
              marked.begin() + static_cast<std::ptrdiff_t>(range.end), std::uint8_t{1});
  // A blank between two marked words is marked as well: people mark spans.
  for (std::size_t i = 1; i + 1 < bytes.size(); ++i)
    if (bytes[i] == ' ' && marked[i - 1] != 0 && marked[i + 1] != 0) marked[i] = 1;
  for (std::size_t end; begin < bytes.size(); begin = end) {
    end = begin + 1;
    while (end < bytes.size() && chosen[end] == chosen[begin] && marked[end] == marked[begin]) ++end;
    put(bytes.substr(begin, end - begin), chosen[begin] != 0, marked[begin] != 0);
  }
}

// `heading` stands above the text.
std::string article(const MarkedText& text, const std::string& heading, bool marks) {
  std::string html = "<article>\n<div class=\"ratings\">" + heading + "</div>\n<p>";
  const std::size_t first = text.words.empty() ? 0 : text.words.front().begin;
  if (first > 0)
    html += "<span class=\"unread\">" + escape_html(std::string_view(text.document->text).substr(0, first)) + "</span>";
  for_pieces(text, first, [&](std::string_view bytes, bool chosen, bool marked) {
    const bool underlined = marks && marked;
    html += (underlined ? "<u>" : "") + std::string(chosen ? "<mark>" : "") + escape_html(bytes) +
            (chosen ? "</mark>" : "") + (underlined ? "</u>" : "");
  });
  return html + "</p>\n</article>\n";
}

std::string page(const std::string& title, const std::string& body, const std::string& marks) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>" +
      escape_html(title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + escape_html(title) +
      "</h1>\n<p class=\"key\"><mark>chosen by the net</mark>";
  if (!marks.empty()) html += " <u>" + escape_html(marks) + "</u>";
  return html + " <span class=\"unread\">not read</span></p>\n" + body + "</body>\n</html>\n";
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

std::string terminal_text(const MarkedText& text, bool styled) {
  std::string line;
  for_pieces(text, 0, [&](std::string_view bytes, bool chosen, bool) {
    const std::string piece = on_one_line(bytes);
    if (!chosen)
      line += piece;
    else
      line += styled ? "\x1b[1;4m" + piece + "\x1b[0m" : "[" + piece + "]";
  });
  return line;
}

std::string prediction_page(const MarkedText& text) {
  return page("Words that tell the rating", article(text, "predicted rating " + decimals(text.rating, 1), false), "");
}

std::string page_of(const std::string& title, std::span<const MarkedText> texts, const std::string& marks) {
  std::string body;
  for (const MarkedText& text : texts)
    body += article(text, "rating " + decimals(text.document->rating, 1) + ", predicted " + decimals(text.rating, 1),
                    !marks.empty());
  return page(title, body, marks);
}

}  // namespace cotape::app
