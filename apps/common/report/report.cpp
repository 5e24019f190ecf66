#include <cotape/apps/common/report/html.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/report/report_style.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/inspect/base64.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace cotape::app {

namespace {

constexpr int picture_width = 640;  // what small pictures are enlarged to at most

bool is_number(std::string_view text) {
  double number = 0;
  if (text.ends_with('%')) text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  // "96.2 ± 0.3" counts too.
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return rest.empty() || rest.starts_with(" ±");
}

// Width and height from the first chunk of a PNG file, which must be IHDR (PNG specification, 11.2.2).
std::pair<std::uint32_t, std::uint32_t> png_size(std::string_view png) {
  using namespace std::string_view_literals;
  if (png.size() < 24 || !png.starts_with("\x89PNG\r\n\x1A\n"sv) || png.substr(12, 4) != "IHDR")
    fail<ValueError>("report: a picture of ", png.size(), " bytes is no PNG");
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(png[i]);
    return value;
  };
  return {word(16), word(20)};
}

std::string caption_html(std::string_view caption) {
  return caption.empty() ? "" : "<figcaption>" + escape_html(caption) + "</figcaption>\n";
}

}  // namespace

Report::Report(std::string title, std::string lead) : title_(std::move(title)), lead_(std::move(lead)) {}

void Report::key_numbers(const Record& numbers) {
  std::string block = "<dl class=\"numbers\">\n";
  for (const auto& [name, value] : numbers) {
    const std::string text = value.short_text();
    block += "<div><dt>" + escape_html(name) + "</dt><dd" + (is_number(text) ? "" : " class=\"words\"") + ">" +
             escape_html(text) + "</dd></div>\n";
  }
  add(block + "</dl>\n");
}

void Report::key_numbers(const Record& summary, const std::vector<std::string>& names) {
  Record key;
  for (const auto& entry : summary)
    if (std::find(names.begin(), names.end(), entry.first) != names.end()) key.push_back(entry);
  key_numbers(key);
}

void Report::section(std::string_view heading) { add("<h2>" + escape_html(heading) + "</h2>\n"); }

void Report::text(std::string_view paragraph) { add("<p>" + escape_html(paragraph) + "</p>\n"); }

void Report::passage(std::string_view heading, const std::vector<TextPiece>& pieces) {
  std::string block = "<div class=\"passage\">\n<div>" + escape_html(heading) + "</div>\n<p>";
  for (const TextPiece& piece : pieces) {
    std::string html = escape_html(piece.text);
    if (piece.highlighted) html = "<mark>" + html + "</mark>";
    if (piece.underlined) html = "<u>" + html + "</u>";
    if (piece.pale) html = "<span class=\"pale\">" + html + "</span>";
    block += html;
  }
  add(block + "</p>\n</div>\n");
}

void Report::command(std::string_view line) { add("<pre>" + escape_html(line) + "</pre>\n"); }

void Report::chart(const Chart& chart, std::string_view caption) {
  add("<figure>\n" + to_svg(chart) + caption_html(caption) + "</figure>\n", true);
}

void Report::picture(std::string_view png, std::string_view caption) {
  const auto [width, height] = png_size(png);
  const std::uint32_t scale = std::max(1U, picture_width / std::max(width, 1U));
  const std::string shown_width = std::to_string(scale * width);
  add("<figure class=\"picture\" style=\"max-width:min(100%, calc(" + shown_width +
      "px + 2rem + 2px))\">\n<img src=\"data:image/png;base64," + base64(png) + "\" alt=\"" + escape_html(caption) +
      "\" width=\"" + shown_width + "\" height=\"" + std::to_string(scale * height) + "\"" +
      (scale > 1 ? " class=\"enlarged\"" : "") + ">\n" + caption_html(caption) + "</figure>\n");
}

void Report::table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<bool> numeric(columns.size(), !rows.empty());
  for (const std::vector<std::string>& row : rows) {
    if (row.size() != columns.size())
      fail<ValueError>("report: a table row of ", row.size(), " cells under ", columns.size(), " columns");
    for (std::size_t i = 0; i < row.size(); ++i)
      if (!row[i].empty() && !is_number(row[i])) numeric[i] = false;
  }
  const auto line = [&](const std::vector<std::string>& cells, const std::string& tag) {
    std::string html = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
      html += "<" + tag + (numeric[i] ? " class=\"number\">" : ">") + escape_html(cells[i]) + "</" + tag + ">";
    return html + "</tr>\n";
  };
  std::string block = "<div class=\"scroll\"><table>\n<thead>" + line(columns, "th") + "</thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) block += line(row, "td");
  add(block + "</tbody>\n</table></div>\n");
}

void Report::page(std::string_view html, std::string_view caption) {
  add("<figure class=\"page\">\n<iframe title=\"" + escape_html(caption) + "\" loading=\"lazy\" srcdoc=\"" +
      escape_html(html) + "\"></iframe>\n" + caption_html(caption) + "</figure>\n");
}

void Report::settings(const Record& settings) {
  std::string block = "<dl class=\"settings\">\n";
  for (const auto& [name, value] : settings)
    block += "<div><dt>" + escape_html(name) + "</dt><dd>" + escape_html(value.text()) + "</dd></div>\n";
  add(block + "</dl>\n");
}

std::string Report::html() const {
  const std::string title = escape_html(title_);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title + "</title>\n<style>\n" + chart_style() + report_style +
         "</style>\n</head>\n<body>\n<main>\n<header>\n<h1>" + title + "</h1>\n" +
         (lead_.empty() ? "" : "<p class=\"lead\">" + escape_html(lead_) + "</p>\n") + "</header>\n" + body_ +
         (in_charts_ ? "</div>\n" : "") + "</main>\n</body>\n</html>\n";
}

void Report::write(const std::filesystem::path& path) const { write_file(path, html()); }

void Report::add(const std::string& block, bool is_chart) {
  if (is_chart && !in_charts_) body_ += "<div class=\"charts\">\n";
  if (!is_chart && in_charts_) body_ += "</div>\n";
  in_charts_ = is_chart;
  body_ += block;
}

void write_report(const RunFolder& folder, Report report, const Record& settings, std::string_view note) {
  report.section("Settings");
  if (!note.empty()) report.text(note);
  report.settings(settings);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(folder.inspection(), ignored)) {
    report.section("One step's backward pass");
    report.page(read_file(folder.inspection()), "The same page by itself: " + folder.inspection().filename().string());
  }
  report.write(folder.report());
}

}  // namespace cotape::app
