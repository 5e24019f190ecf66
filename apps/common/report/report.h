#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/apps/common/report/chart.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {

// A piece of a text, and how it is shown.
struct TextPiece {
  std::string text;
  bool highlighted = false;  // on a coloured ground
  bool underlined = false;
  bool pale = false;
};

// A page that tells of a run: one HTML file with its charts, pictures and style inside, which needs no network and,
// but for page(), no script, fits narrow and wide windows, and follows the reader's light or dark mode. Blocks appear
// in the order they are added. All text is escaped.
class Report {
 public:
  // `lead` stands under the title: what was run, in a sentence.
  explicit Report(std::string title, std::string lead = "");

  // The few numbers that matter, large; real numbers to five significant digits. Mean at the top.
  void key_numbers(const Record& numbers);
  // Those of a summary that have one of these names.
  void key_numbers(const Record& summary, const std::vector<std::string>& names);
  void section(std::string_view heading);
  void text(std::string_view paragraph);
  // A text under a line of its own, in small print; line breaks stay.
  void passage(std::string_view heading, const std::vector<TextPiece>& pieces);
  // A command line, as one types it.
  void command(std::string_view line);
  // Charts added one after another share a row where the window is wide enough.
  void chart(const Chart& chart, std::string_view caption = "");
  // The bytes of a PNG file. Small pictures are enlarged by a whole factor. Throws ValueError when it is no PNG.
  void picture(std::string_view png, std::string_view caption);
  // Cells that are numbers are set to the right. Throws ValueError when a row has another number of cells.
  void table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);
  // A whole HTML page with its scripts, in a frame of its own.
  void page(std::string_view html, std::string_view caption);
  // Names and values in small print: the configuration.
  void settings(const Record& settings);

  std::string html() const;
  // Replaces the file as a whole. Throws FileError.
  void write(const std::filesystem::path& path) const;

 private:
  // Charts are wrapped in a row, which any other block ends.
  void add(const std::string& block, bool is_chart = false);

  std::string title_;
  std::string lead_;
  std::string body_;
  bool in_charts_ = false;
};

// Replaces the folder's report.html by what is in `report`, then the settings below a note on them, then the page of an
// inspection, when there is one in the folder.
void write_report(const RunFolder& folder, Report report, const Record& settings, std::string_view note = "");

}  // namespace cotape::app
