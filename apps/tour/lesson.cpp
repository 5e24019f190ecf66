#include <cotape/apps/tour/lesson.h>

#include <algorithm>
#include <cmath>
#include <iomanip>

namespace cotape::app {

std::string Lesson::short_text(double number) {
  std::ostringstream out;
  if (std::abs(number) < 5e-5) number = 0;  // what rounding leaves, and −0
  out << std::setprecision(4) << number;
  return out.str();
}

std::string Lesson::cell(const std::string& text, int width) {
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return text + std::string(static_cast<std::size_t>(std::max<std::int64_t>(0, width - characters)), ' ');
}

}  // namespace cotape::app
