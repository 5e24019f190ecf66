#include <cotape/data/formats/input_file.h>
#include <cotape/data/formats/mps.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The words of a line of data, whatever its form: up to six, the missing ones empty.
struct Words {
  std::array<std::string_view, 6> at = {};
  std::size_t count = 0;
};

class MpsReader {
 public:
  MpsReader(const std::filesystem::path& path, MpsForm form) : form_(form) {
    InputFile file(path);
    name_ = file.name();
    text_ = file.read_rest(max_bytes);
    file.expect_end();
    at_ = text_.size() - without_byte_order_mark(text_).size();
  }

  MpsProgram read() {
    while (next_line()) {
      if (blanks.find(line_text_.front()) == blanks.npos) {
        if (begin_section()) return finish();
        continue;
      }
      read_data();
    }
    fail_here("the file ends without ENDATA");
  }

 private:
  enum class Section { none, sense, rows, columns, right_hand_sides, ranges, bounds };

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (line ", std::max<std::int64_t>(line_, 1), ")");
  }

  // Goes to the next line that is neither blank nor a comment.
  bool next_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line_text_ = std::string_view(text_).substr(at_, end - at_);
      at_ = end + 1;
      ++line_;
      if (!trimmed(line_text_).empty() && line_text_.front() != '*') return true;
    }
    return false;
  }

  // True at ENDATA.
  bool begin_section() {
    const std::string_view line = trimmed(line_text_);
    const std::string_view keyword = line.substr(0, line.find_first_of(blanks));
    const std::string_view rest = trimmed(line.substr(keyword.size()));
    if (keyword == "ENDATA") return true;
    if (keyword == "NAME") {
      program_.name = rest;
      section_ = Section::none;
      return false;
    }
    static constexpr std::pair<std::string_view, Section> sections[] = {
        {"OBJSENSE", Section::sense},       {"ROWS", Section::rows},     {"COLUMNS", Section::columns},
        {"RHS", Section::right_hand_sides}, {"RANGES", Section::ranges}, {"BOUNDS", Section::bounds}};
    const auto* found = std::find_if(std::begin(sections), std::end(sections),
                                     [&](const auto& section) { return section.first == keyword; });
    if (found == std::end(sections)) fail_here("a section \"", shown(keyword), "\" is not read");
    section_ = found->second;
    set_.reset();
    if (section_ != Section::sense && section_ != Section::rows && program_.objective.empty() && rows_.empty())
      fail_here("the section ", keyword, " comes before ROWS");
    if (section_ == Section::sense && !rest.empty())
      set_sense(rest);
    else if (!rest.empty())
      fail_here("\"", shown(rest), "\" stands behind ", keyword);
    return false;
  }

  void read_data() {
    switch (section_) {
      case Section::none:
        fail_here("data that belong to no section");
      case Section::sense:
        return set_sense(trimmed(line_text_));
      case Section::rows:
        return add_row();
      case Section::columns:
        return add_factors();
      case Section::right_hand_sides:
        return for_pairs("right-hand side", [&](std::string_view row, double value) { set_side(row, value); });
      case Section::ranges:
        return for_pairs("range", [&](std::string_view row, double value) { set_range(row, value); });
      case Section::bounds:
        return set_bound();
    }
  }

  Words words_by_blanks() const {
    Words words;
    for (std::string_view rest = trimmed(line_text_); !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
      if (words.count == words.at.size()) fail_here("more than ", words.count, " words");
      words.at[words.count++] = word;
      rest = trimmed(rest.substr(word.size()));
    }
    return words;
  }

  // All six fields; empty ones are there too.
  Words words_by_columns() const {
    static constexpr std::pair<std::size_t, std::size_t> fields[] = {{1, 3},   {4, 12},  {14, 22},
                                                                     {24, 36}, {39, 47}, {49, 61}};
    Words words;
    std::size_t behind = 0;
    const auto expect_blank = [&](std::size_t from, std::size_t to) {
      from = std::min(from, line_text_.size());
      if (const std::string_view between = trimmed(line_text_.substr(from, to - from)); !between.empty())
        fail_here("\"", shown(between), "\" stands between the columns of a file in fixed form");
    };
    for (const auto& [begin, end] : fields) {
      expect_blank(behind, begin);
      if (begin < line_text_.size()) words.at[words.count] = trimmed(line_text_.substr(begin, end - begin));
      ++words.count;
      behind = end;
    }
    expect_blank(behind, line_text_.size());
    return words;
  }

  double number(std::string_view word, std::string_view what) const {
    const std::optional<double> value = parse_number<double>(word);
    if (!value || std::isnan(*value)) fail_here("\"", shown(word), "\" is not a ", what);
    return *value;
  }
  double finite(std::string_view word, std::string_view what) const {
    const double value = number(word, what);
    if (!std::isfinite(value)) fail_here("the ", what, " ", shown(word), " is not finite");
    return value;
  }

  void set_sense(std::string_view sense) {
    std::string upper(sense);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (upper != "MAX" && upper != "MAXIMIZE" && upper != "MIN" && upper != "MINIMIZE")
      fail_here("\"", shown(sense), "\" stands where MIN or MAX should be");
    program_.maximise = upper.starts_with("MAX");
  }

  void add_row() {
    Words words = form_ == MpsForm::free ? words_by_blanks() : words_by_columns();
    const std::string_view type = words.at[0], name = words.at[1];
    if (name.empty() || !words.at[2].empty()) fail_here("a row is a type and a name");
    if (type != "N" && type != "L" && type != "G" && type != "E")
      fail_here("a type of rows \"", shown(type), "\" is not N, L, G or E");
    // Index of the row; −1: the objective, −2: dropped.
    std::int64_t index = std::ssize(program_.rows);
    if (type == "N") {
      index = program_.objective.empty() ? -1 : -2;
      if (index == -1) program_.objective = name;
    }
    if (!rows_.emplace(name, index).second) fail_here("a second row \"", shown(name), "\"");
    if (index < 0) return;
    program_.rows.push_back({.name = std::string(name)});
    types_.push_back(type[0]);
    sides_.push_back(std::nullopt);
    ranges_.push_back(std::nullopt);
    last_variable_.push_back(-1);
  }

  std::int64_t row_at(std::string_view name) const {
    const auto found = rows_.find(std::string(name));
    if (found == rows_.end()) fail_here("there is no row \"", shown(name), "\"");
    return found->second;
  }

  // Words of a line that begins with a name and goes on with pairs of row and number: 0 is the name. Fixed form has
  // the first field for other things.
  Words named_pairs(bool name_may_lack) const {
    Words words;
    if (form_ == MpsForm::fixed) {
      words = words_by_columns();
      if (!words.at[0].empty()) fail_here("\"", shown(words.at[0]), "\" stands where nothing should be");
      std::rotate(words.at.begin(), words.at.begin() + 1, words.at.end());
      words.count = words.at[3].empty() && words.at[4].empty() ? 3 : 5;
    } else {
      words = words_by_blanks();
      if (name_may_lack && words.count % 2 == 0 && words.count <= 4) {
        std::rotate(words.at.begin(), words.at.end() - 1, words.at.end());
        ++words.count;
      }
    }
    return words;
  }

  template <class F>
  void for_each_pair(const Words& words, std::string_view what, F f) {
    if (words.count != 3 && words.count != 5) fail_here("not a name and one or two pairs of row and ", what);
    for (std::size_t k = 1; k < words.count; k += 2) f(words.at[k], finite(words.at[k + 1], what));
  }

  void add_factors() {
    const Words words = named_pairs(false);
    const std::string_view marker = form_ == MpsForm::fixed ? words.at[3] : words.at[2];
    if (words.at[1] == "'MARKER'") {
      if (marker != "'INTORG'" && marker != "'INTEND'")
        fail_here("a marker \"", shown(marker), "\" is not 'INTORG' or 'INTEND'");
      integers_ = marker == "'INTORG'";
      return;
    }
    if (words.at[0].empty()) fail_here("a column without a name");
    if (program_.variables.empty() || program_.variables.back().name != words.at[0]) {
      if (!variables_.emplace(words.at[0], std::ssize(program_.variables)).second)
        fail_here("the column \"", shown(words.at[0]), "\" comes a second time");
      program_.variables.push_back({.name = std::string(words.at[0]), .integer = integers_});
      has_lower_.push_back(false);
      has_cost_ = false;
    }
    const std::int64_t variable = std::ssize(program_.variables) - 1;
    for_each_pair(words, "factor", [&](std::string_view name, double factor) {
      const std::int64_t row = row_at(name);
      if (row == -2) return;
      if (row == -1 ? has_cost_ : last_variable_[static_cast<std::size_t>(row)] == variable)
        fail_here("a second factor of \"", shown(words.at[0]), "\" in row \"", shown(name), "\"");
      if (row == -1) {
        has_cost_ = true;
        program_.variables.back().cost = factor;
      } else {
        last_variable_[static_cast<std::size_t>(row)] = variable;
        program_.rows[static_cast<std::size_t>(row)].terms.push_back({variable, factor});
      }
    });
  }

  // Right-hand sides, ranges and bounds may come in several sets, of which one is meant.
  void check_set(std::string_view name) {
    if (!set_) set_ = name;
    if (*set_ != name) fail_here("a second set \"", shown(name), "\" beside \"", shown(*set_), "\"");
  }

  template <class F>
  void for_pairs(std::string_view what, F f) {
    const Words words = named_pairs(true);
    check_set(words.at[0]);
    for_each_pair(words, what, f);
  }

  void set_side(std::string_view name, double value) {
    const std::int64_t row = row_at(name);
    if (row == -2) return;
    std::optional<double>& side = row == -1 ? constant_ : sides_[static_cast<std::size_t>(row)];
    if (side) fail_here("a second right-hand side of row \"", shown(name), "\"");
    side = value;
  }

  void set_range(std::string_view name, double value) {
    const std::int64_t row = row_at(name);
    if (row < 0) fail_here("a range of the row \"", shown(name), "\", which has no bounds");
    std::optional<double>& range = ranges_[static_cast<std::size_t>(row)];
    if (range) fail_here("a second range of row \"", shown(name), "\"");
    range = value;
  }

  void set_bound() {
    const Words words = form_ == MpsForm::free ? words_by_blanks() : words_by_columns();
    const std::string_view type = words.at[0];
    static constexpr std::string_view with_value[] = {"LO", "UP", "FX", "LI", "UI"},
                                      without[] = {"FR", "MI", "PL", "BV"};
    const bool has_value = std::find(std::begin(with_value), std::end(with_value), type) != std::end(with_value);
    if (!has_value && std::find(std::begin(without), std::end(without), type) == std::end(without))
      fail_here("a type of bounds \"", shown(type), "\" is not read");
    // Without the name of the set the variable is the second word; a type without a value may have one all the same.
    std::size_t place = 2;
    if (form_ == MpsForm::free) {
      if (words.count < (has_value ? 3U : 2U) || words.count > 4)
        fail_here("a bound is a type, the name of a set, a variable", has_value ? " and a number" : "");
      const bool named =
          words.count == 4 || (!has_value && words.count == 3 && variables_.contains(std::string(words.at[2])));
      place = named ? 2 : 1;
    }
    check_set(place == 2 ? words.at[1] : "");
    const auto found = variables_.find(std::string(words.at[place]));
    if (found == variables_.end()) fail_here("there is no column \"", shown(words.at[place]), "\"");
    apply_bound(type, has_value ? number(words.at[place + 1], "bound") : 0, static_cast<std::size_t>(found->second));
  }

  void apply_bound(std::string_view type, double value, std::size_t variable) {
    MpsProgram::Variable& x = program_.variables[variable];
    if (type == "LI" || type == "UI" || type == "BV") x.integer = true;
    if (type == "LO" || type == "LI" || type == "FX") x.lower = value;
    if (type == "UP" || type == "UI" || type == "FX") x.upper = value;
    if ((type == "UP" || type == "UI") && value < 0 && !has_lower_[variable]) x.lower = -infinity;
    if (type == "MI" || type == "FR") x.lower = -infinity;
    if (type == "PL" || type == "FR") x.upper = infinity;
    if (type == "BV") {
      x.lower = 0;
      x.upper = 1;
    }
    if (type != "UP" && type != "UI" && type != "PL") has_lower_[variable] = true;
  }

  MpsProgram finish() {
    if (program_.objective.empty()) fail_here("no row of type N, the objective");
    program_.constant = constant_ ? -*constant_ : 0;
    for (std::size_t i = 0; i < program_.rows.size(); ++i) {
      MpsProgram::Row& row = program_.rows[i];
      const double side = sides_[i].value_or(0);
      if (types_[i] != 'L') row.lower = side;
      if (types_[i] != 'G') row.upper = side;
      if (!ranges_[i]) continue;
      const double range = *ranges_[i];
      if (types_[i] == 'L' || (types_[i] == 'E' && range < 0)) row.lower = side - std::abs(range);
      if (types_[i] == 'G' || (types_[i] == 'E' && range > 0)) row.upper = side + std::abs(range);
    }
    return std::move(program_);
  }

  MpsForm form_;
  std::string name_, text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
  std::string_view line_text_;

  MpsProgram program_;
  Section section_ = Section::none;
  std::optional<std::string> set_;  // whose lines are read in this section
  bool integers_ = false;           // between two markers
  bool has_cost_ = false;           // the present variable
  std::unordered_map<std::string, std::int64_t> rows_, variables_;
  std::optional<double> constant_;
  // For each row: its type, what its sections say, and the last variable that it has a factor of.
  std::vector<char> types_;
  std::vector<std::optional<double>> sides_, ranges_;
  std::vector<std::int64_t> last_variable_;
  std::vector<bool> has_lower_;  // for each variable: of its own
};

}  // namespace

MpsProgram read_mps(const std::filesystem::path& path, MpsForm form) { return MpsReader(path, form).read(); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
