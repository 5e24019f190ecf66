#include <cotape/data/formats/dimacs.h>
#include <cotape/data/formats/tsplib_text.h>
#include <cotape/engine/base/text.h>

#include <cmath>
#include <string>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double max_size = 1e9;

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : text_(path) {}

  DimacsMaxFlow read() {
    while (!text_.at_end()) {
      const std::string kind(text_.word("the kind of a line"));
      if (kind == "c") {
        text_.skip_line();
      } else if (kind == "p") {
        read_problem();
      } else if (kind != "n" && kind != "a") {
        text_.fail_here("a line begins with \"", shown(kind), "\", not with c, p, n or a");
      } else if (out_.nodes == 0) {
        text_.fail_here("the line \"p max NODES ARCS\" must come first");
      } else {
        kind == "n" ? read_terminal() : read_arc();
      }
    }
    if (out_.nodes == 0) text_.fail_here("no line \"p max NODES ARCS\"");
    if (!source_ || !target_) text_.fail_here("no line \"n NODE ", source_ ? "t" : "s", "\"");
    if (out_.source == out_.target) text_.fail_here("node ", out_.source + 1, " is source and sink");
    if (std::ssize(out_.arcs) != arcs_) text_.fail_here(out_.arcs.size(), " arcs of ", arcs_);
    return std::move(out_);
  }

 private:
  std::int64_t whole(const char* what, double least, double most) {
    const double number = text_.number(what);
    if (number != std::floor(number) || number < least || number > most)
      text_.fail_here(what, " ", format_number(number), " is not a whole number from ", format_number(least), " to ",
                      format_number(most));
    return static_cast<std::int64_t>(number);
  }
  std::int64_t node() { return whole("node", 1, static_cast<double>(out_.nodes)) - 1; }

  void read_problem() {
    if (out_.nodes != 0) text_.fail_here("a second line \"p\"");
    if (const std::string_view kind = text_.word("the kind of problem"); kind != "max")
      text_.fail_here("a problem \"", shown(kind), "\" is not max");
    out_.nodes = whole("the number of nodes", 2, max_size);
    arcs_ = whole("the number of arcs", 0, max_size);
    if (static_cast<std::uint64_t>(arcs_) > text_.bytes_left() / 7)  // "a 1 2 3" and the end of the line before
      text_.fail_here(arcs_, " arcs do not fit into the ", text_.bytes_left(), " bytes that follow");
    out_.arcs.reserve(static_cast<std::size_t>(arcs_));
  }

  void read_terminal() {
    const std::int64_t terminal = node();
    const std::string_view which = text_.word("s or t");
    if (which != "s" && which != "t") text_.fail_here("\"", shown(which), "\" stands where s or t should be");
    bool& known = which == "s" ? source_ : target_;
    if (known) text_.fail_here("a second node ", which);
    known = true;
    (which == "s" ? out_.source : out_.target) = terminal;
  }

  void read_arc() {
    if (std::ssize(out_.arcs) == arcs_) text_.fail_here("more than ", arcs_, " arcs");
    const std::int64_t from = node(), to = node();
    const double capacity = text_.number("a capacity");
    if (capacity < 0) text_.fail_here("capacity ", format_number(capacity), " is negative");
    out_.arcs.push_back({from, to, capacity});
  }

  TsplibText text_;
  DimacsMaxFlow out_;
  std::int64_t arcs_ = 0;
  bool source_ = false, target_ = false;
};

}  // namespace

DimacsMaxFlow read_dimacs_max_flow(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
