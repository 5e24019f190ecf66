#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/diagonal.h>
#include <cotape/engine/ops/einsum.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Letters, each of which names an axis.
using Letters = std::string;

bool contains(const Letters& letters, char letter) { return letters.find(letter) != Letters::npos; }

template <class Predicate>
Letters those_of(const Letters& letters, Predicate predicate) {
  Letters result;
  std::copy_if(letters.begin(), letters.end(), std::back_inserter(result), predicate);
  return result;
}

// A tensor and the letters of its axes.
struct Operand {
  Var value;
  Letters letters;
};

struct Equation {
  std::vector<Letters> operands;
  Letters result;
};

Equation parsed(std::string_view text) {
  const auto refuse = [text](const auto&... why) { fail<ValueError>("einsum: \"", text, "\": ", why...); };
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const Letters all = those_of(Letters(text), [](char c) { return c != ' '; });
  if (contains(all, '.')) refuse("\"...\" is not supported, name every axis");
  const std::size_t arrow = all.find("->");
  const Letters left = all.substr(0, arrow);
  Equation equation{{""}, arrow == Letters::npos ? "" : all.substr(arrow + 2)};
  for (const char c : left) {
    if (c == ',')
      equation.operands.emplace_back();
    else if (is_letter(c))
      equation.operands.back() += c;
    else
      refuse("'", c, "' is no letter");
  }
  if (arrow == Letters::npos) {
    equation.result =
        those_of(left, [&](char c) { return is_letter(c) && std::count(left.begin(), left.end(), c) == 1; });
    std::sort(equation.result.begin(), equation.result.end());
  }
  for (const char c : equation.result) {
    if (!is_letter(c)) refuse("'", c, "' is no letter");
    if (!contains(left, c)) refuse("the result's '", c, "' is in no operand");
    if (std::count(equation.result.begin(), equation.result.end(), c) > 1) refuse("the result has '", c, "' twice");
  }
  return equation;
}

// Joins operands and equation. Throws ShapeError when they do not fit.
std::vector<Operand> matched(const Equation& equation, std::span<const Var> values) {
  if (values.size() != equation.operands.size())
    fail<ShapeError>("einsum: ", values.size(), " operands for an equation of ", equation.operands.size());
  std::vector<Operand> operands;
  std::array<std::int64_t, 128> sizes;
  sizes.fill(-1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Letters& letters = equation.operands[i];
    const Shape& shape = values[i].shape();
    if (std::ssize(letters) != shape.rank())
      fail<ShapeError>("einsum: operand ", i, " ", shape, " for \"", letters, "\": ", shape.rank(), " axes, ",
                       letters.size(), " letters");
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const char letter = letters[static_cast<std::size_t>(axis)];
      std::int64_t& size = sizes[static_cast<std::size_t>(letter)];
      if (size >= 0 && size != shape[axis])
        fail<ShapeError>("einsum: '", letter, "' stands for ", size, " and, in operand ", i, " ", shape, " for \"",
                         letters, "\", for ", shape[axis]);
      size = shape[axis];
    }
    operands.push_back({values[i], letters});
  }
  return operands;
}

// Replaces axes of the same letter by their diagonal.
Operand without_repeats(Operand x) {
  for (std::size_t first = 0; first < x.letters.size();) {
    const char letter = x.letters[first];
    const std::size_t second = x.letters.find(letter, first + 1);
    if (second == Letters::npos) {
      ++first;
      continue;
    }
    const Var ends_in_first = move_axis(x.value, static_cast<int>(first), -1);
    x.value = diagonal(move_axis(ends_in_first, static_cast<int>(second) - 1, -1));
    x.letters.erase(second, 1).erase(first, 1) += letter;
  }
  return x;
}

// Sums over the axes whose letters are not in `keep`.
Operand summed(const Operand& x, const Letters& keep) {
  Axes axes;
  for (std::size_t i = 0; i < x.letters.size(); ++i)
    if (!contains(keep, x.letters[i])) axes.list.push_back(static_cast<int>(i));
  if (axes.list.empty()) return x;
  return {sum(x.value, axes), those_of(x.letters, [&](char c) { return contains(keep, c); })};
}

// The axes in the order of the letters.
Var arranged(const Operand& x, const Letters& order) {
  if (order == x.letters) return x.value;
  std::vector<int> axes;
  for (const char letter : order) axes.push_back(static_cast<int>(x.letters.find(letter)));
  return permute(x.value, axes);
}

Var reshaped(Var x, const std::vector<std::int64_t>& sizes) {
  const Shape shape(sizes);
  return shape == x.shape() ? x : reshape(x, shape);
}

// The axes of two operands by what becomes of them in their product.
struct Contraction {
  Letters batch;          // in both and in the product
  Letters inner;          // in both, summed over
  Letters rows, columns;  // in the left or the right one alone

  Letters product() const { return batch + rows + columns; }
};

std::vector<std::int64_t> sizes_of(const Operand& x, const Letters& letters) {
  std::vector<std::int64_t> sizes;
  for (const char letter : letters) sizes.push_back(x.value.shape()[static_cast<int>(x.letters.find(letter))]);
  return sizes;
}

std::int64_t size_of(const Operand& x, const Letters& letters) { return Shape(sizes_of(x, letters)).size(); }

// Number by number: the left one has axes of size 1 for the columns, the right one for the rows; summed over `inner`.
Var multiplied(const Operand& a, const Operand& b, const Contraction& c) {
  std::vector<std::int64_t> left = sizes_of(a, c.batch + c.rows), right = sizes_of(b, c.batch);
  left.insert(left.end(), c.columns.size(), 1);
  right.insert(right.end(), c.rows.size(), 1);
  for (const std::int64_t size : sizes_of(b, c.columns)) right.push_back(size);
  for (const std::int64_t size : sizes_of(a, c.inner)) left.push_back(size), right.push_back(size);
  const Var product = reshaped(arranged(a, c.batch + c.rows + c.inner), left) *
                      reshaped(arranged(b, c.batch + c.columns + c.inner), right);
  return summed({product, c.product() + c.inner}, c.product()).value;
}

// As matrix products [batch, rows, inner] · [batch, inner, columns]; an operand that is the transpose of what is wanted
// stays as it is.
Var matrix_product(const Operand& a, const Operand& b, const Contraction& c) {
  const Transpose transpose{.a = a.letters == c.batch + c.inner + c.rows,
                            .b = b.letters == c.batch + c.columns + c.inner};
  const auto matrices = [&](const Operand& x, const Letters& rows, const Letters& columns) {
    std::vector<std::int64_t> sizes = {size_of(x, rows), size_of(x, columns)};
    if (!c.batch.empty()) sizes.insert(sizes.begin(), size_of(x, c.batch));
    return reshaped(arranged(x, c.batch + rows + columns), sizes);
  };
  const Var left = transpose.a ? matrices(a, c.inner, c.rows) : matrices(a, c.rows, c.inner);
  const Var right = transpose.b ? matrices(b, c.columns, c.inner) : matrices(b, c.inner, c.columns);
  std::vector<std::int64_t> sizes = sizes_of(a, c.batch + c.rows);
  for (const std::int64_t size : sizes_of(b, c.columns)) sizes.push_back(size);
  return reshaped(matmul(left, right, transpose), sizes);
}

// The product of two operands, summed over the letters that are not in `keep`.
Operand contracted(const Operand& left, const Operand& right, const Letters& keep) {
  const Operand a = summed(left, right.letters + keep), b = summed(right, left.letters + keep);
  const auto both = those_of(a.letters, [&](char x) { return contains(b.letters, x); });
  const Contraction c{.batch = those_of(both, [&](char x) { return contains(keep, x); }),
                      .inner = those_of(both, [&](char x) { return !contains(keep, x); }),
                      .rows = those_of(a.letters, [&](char x) { return !contains(b.letters, x); }),
                      .columns = those_of(b.letters, [&](char x) { return !contains(a.letters, x); })};
  if (std::ssize(c.product()) > Shape::max_rank)
    fail<ShapeError>("einsum: a product on the way has the axes \"", c.product(), "\": at most ", Shape::max_rank,
                     " are possible");
  // Matrices of one row and column, or of one row without a sum, are no work for a matrix product.
  const bool vectors = c.rows.empty() && c.columns.empty();
  const bool scales = c.inner.empty() && (c.rows.empty() || c.columns.empty());
  return {vectors || scales ? multiplied(a, b, c) : matrix_product(a, b, c), c.product()};
}

}  // namespace

Var einsum(std::string_view text, std::span<const Var> values) {
  const Equation equation = parsed(text);
  const std::vector<Operand> operands = matched(equation, values);
  Operand result = without_repeats(operands[0]);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    Letters keep = equation.result;
    for (std::size_t later = i + 1; later < operands.size(); ++later) keep += operands[later].letters;
    result = contracted(result, without_repeats(operands[i]), keep);
  }
  return arranged(summed(result, equation.result), equation.result);
}

Var einsum(std::string_view equation, std::initializer_list<Var> operands) {
  return einsum(equation, std::span<const Var>(operands.begin(), operands.size()));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
