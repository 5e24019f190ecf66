#pragma once
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <cotape/apps/common/report/chart.h>
#include <cotape/engine/inspect/inspection.h>

namespace cotape::app {

// What a step of the tour shows: text, charts, and what was seen of its tapes.
class Lesson {
 public:
  // Text, as the terminal shows it.
  std::ostream& say() { return text_; }
  // A cell of a table in that text: padded to `width` characters, 0 for the last; numbers to four digits.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  static std::string cell(Number number, int width = 10) {
    return cell(short_text(static_cast<double>(number)), width);
  }
  static std::string cell(const std::string& text, int width = 10);
  void show(Chart chart) { charts_.push_back(std::move(chart)); }
  void show(Inspection inspection) { pages_.push_back(std::move(inspection)); }

  std::string text() const { return text_.str(); }
  const std::vector<Chart>& charts() const { return charts_; }
  const std::vector<Inspection>& pages() const { return pages_; }

 private:
  static std::string short_text(double number);

  std::ostringstream text_;
  std::vector<Chart> charts_;
  std::vector<Inspection> pages_;
};

}  // namespace cotape::app
