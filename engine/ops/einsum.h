#pragma once
#include <span>
#include <string_view>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Products of tensors whose axes have letters, summed over the letters that the result lacks (NumPy's einsum):
//   einsum("bij,bjk->bik", {a, b})   a batch of matrix products
//   einsum("ij->ji", {x})            a transpose
//   einsum("ii", {x})                a trace: a letter twice in one operand is its diagonal
//   einsum("i,j", {a, b})            without "->", letters that stand once, in the order of the alphabet, remain
// Any number of operands, joined one after the other from the left. It is carried out by permute, diagonal, sum, mul
// and batches of matrix products; those are what the tape records. Throws ValueError for an equation that makes no
// sense (letters only, no "..."), ShapeError when the operands' axes are not those of the equation, a letter stands for
// two sizes, or a product on the way has more than Shape::max_rank axes.
Var einsum(std::string_view equation, std::span<const Var> operands);
Var einsum(std::string_view equation, std::initializer_list<Var> operands);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
