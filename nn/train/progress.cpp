#include <cotape/nn/train/progress.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

constexpr double seconds_between_draws = 0.1;
constexpr std::int64_t widest_bar = 40;

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) && kind && std::string_view(kind) != "dumb";
}

bool is_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string_view text = value;
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
  }
  return false;
}

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Columns that a UTF-8 text takes, one a character.
std::int64_t columns(const std::string& text) { return std::count_if(text.begin(), text.end(), starts_character); }

std::string first_columns(const std::string& text, std::int64_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if (starts_character(text[end]) && --count < 0) break;
  return text.substr(0, end);
}

std::string rate_text(double rate) {
  char text[48];
  if (rate >= 100)
    std::snprintf(text, sizeof text, "%.0f steps/s", rate);
  else if (rate >= 1)
    std::snprintf(text, sizeof text, "%.1f steps/s", rate);
  else
    std::snprintf(text, sizeof text, "%.1f s/step", 1 / rate);
  return text;
}

std::string bar_text(double share, std::int64_t width, bool unicode) {
  const auto full = static_cast<std::int64_t>(share * static_cast<double>(width));
  std::string text;
  for (std::int64_t i = 0; i < width; ++i) text += unicode ? (i < full ? "━" : "─") : (i < full ? "#" : "-");
  return text;
}

}  // namespace

ProgressOutput ProgressOutput::standard() {
  const auto clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return {&std::cout, &std::cerr, is_terminal(), is_unicode(), terminal_width, clock};
}

Progress::Progress(std::int64_t total, std::string label, std::int64_t done, ProgressOutput output)
    : output_(std::move(output)),
      label_(std::move(label)),
      total_(std::max<std::int64_t>(total, 1)),
      first_(done),
      done_(done),
      start_(output_.seconds()) {
  if (visible()) draw();
}

Progress::~Progress() { clear(); }

void Progress::step(std::int64_t done, const std::string& detail) {
  done_ = done;
  if (!visible()) return;
  detail_ = detail;
  if (output_.seconds() - last_draw_ >= seconds_between_draws) draw();
}

void Progress::line(const std::string& text) {
  clear();
  *output_.lines << text << std::endl;
  if (visible()) draw();
}

void Progress::draw() {
  last_draw_ = output_.seconds();
  const double share = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
  const double elapsed = last_draw_ - start_;

  char percent[16];
  std::snprintf(percent, sizeof percent, " %3.0f%%", std::floor(100 * share));
  std::string tail = percent;
  if (done_ > first_ && elapsed > 0) {
    const double rate = static_cast<double>(done_ - first_) / elapsed;
    tail += "  " + rate_text(rate) + "  " + format_duration(static_cast<double>(total_ - done_) / rate) + " left";
  }
  const std::string head = label_.empty() ? "" : label_ + " ";

  // The last column stays free: some terminals wrap when it is written. The bar gives way first, then the detail.
  const std::int64_t width = output_.width() - 1;
  std::string line = head;
  const std::int64_t fixed = columns(head) + columns(tail);
  const std::int64_t with_detail = fixed + (detail_.empty() ? 0 : 2 + columns(detail_));
  const std::int64_t bar_width = std::min(widest_bar, width - (width - with_detail >= 10 ? with_detail : fixed));
  if (bar_width >= 5) line += bar_text(share, bar_width, output_.unicode);
  line += tail;
  if (!detail_.empty()) line += "  " + detail_;
  *output_.bar << '\r' << first_columns(line, width) << "\033[K" << std::flush;
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) *output_.bar << "\r\033[K" << std::flush;
  drawn_ = false;
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 3.6e8)));
  char text[48];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  return text;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
