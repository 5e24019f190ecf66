#include <cotape/data/formats/number_text.h>
#include <cotape/data/formats/qaplib.h>
#include <cotape/engine/base/text.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_size = 10000;

}  // namespace

QaplibProblem read_qaplib(const std::filesystem::path& path) {
  InputFile file(path);
  NumberText numbers(file);
  QaplibProblem out;
  out.n = numbers.next_size("the number of facilities", max_size);
  const std::int64_t size = out.n * out.n;
  // A number and what parts it from the next are two bytes.
  if (static_cast<std::uint64_t>(2 * size) > numbers.bytes_left() / 2 + 1)
    numbers.fail_here(out.n, " facilities need two matrices of ", size, " numbers, but only ", numbers.bytes_left(),
                      " bytes follow");
  for (std::vector<double>* const matrix : {&out.flow, &out.distance}) {
    matrix->reserve(static_cast<std::size_t>(size));
    for (std::int64_t k = 0; k < size; ++k)
      matrix->push_back(
          numbers.next(matrix == &out.flow ? "a number of the first matrix" : "a number of the second matrix"));
  }
  if (!numbers.at_end()) numbers.fail_here("\"", shown(numbers.word()), "\" behind the last of the matrices");
  return out;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
