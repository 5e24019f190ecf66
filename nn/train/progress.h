#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Where progress is shown; the default is the process's own terminal.
struct ProgressOutput {
  std::ostream* lines;              // finished lines
  std::ostream* bar;                // the bar
  bool show_bar = false;            // whether `bar` is a terminal
  bool unicode = false;             // whether it shows more than ASCII
  std::function<int()> width;       // columns of the terminal
  std::function<double()> seconds;  // a steady clock

  // Lines on stdout; the bar on stderr when that is a terminal.
  static ProgressOutput standard();
};

// A progress bar with rate and time left:
//   epoch 3/10 ━━━━━━━━━───────────  43%  2140 steps/s  0:12 left  loss 123.4
// It is redrawn at most ten times a second and cleared at the end. When stderr is not a terminal there is no bar, only
// the finished lines on stdout.
class Progress {
 public:
  // `total` steps are to be done, of which `done` are behind us already (a resumed run); those do not count for the
  // rate.
  explicit Progress(std::int64_t total, std::string label = "", std::int64_t done = 0,
                    ProgressOutput output = ProgressOutput::standard());
  // Clears the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` steps of the total are done now; `detail` stands at the end of the bar.
  void step(std::int64_t done, const std::string& detail = "");
  // Text in front of the bar.
  void label(std::string label) { label_ = std::move(label); }
  // Whether a bar is shown: lets the caller skip making a costly detail text.
  bool visible() const { return output_.show_bar; }
  // Prints a finished line, above the bar.
  void line(const std::string& text);

 private:
  void draw();
  void clear();

  ProgressOutput output_;
  std::string label_;
  std::string detail_;
  std::int64_t total_;
  std::int64_t first_;
  std::int64_t done_;
  double start_;
  double last_draw_ = 0;
  bool drawn_ = false;
};

// Seconds as people write them: "0:07", "12:03", "3:25:10".
std::string format_duration(double seconds);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
