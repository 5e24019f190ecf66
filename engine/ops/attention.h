#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which keys a query does not see. A query that sees none gives zeros, and no gradient goes through it.
struct AttentionMask {
  bool causal = false;  // query i sees keys 0 … i alone, as PyTorch's is_causal
  // [batch, keys]: keys with a number other than 0 are left out, as by PyTorch's key_padding_mask.
  const Tensor* padding = nullptr;
  // [queries, keys] or [batch, queries, keys]: added to the scores in front of the softmax; −∞ leaves a key out. It
  // gets no gradient.
  const Tensor* added = nullptr;
};

// Attention with several heads (Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2): for each head
// softmax(q kᵀ / √d + mask) v, where head i reads the i-th of `heads` equal parts of the last axis of q, k and v, d
// numbers wide. q [batch, queries, heads · d], k [batch, keys, heads · d], v [batch, keys, heads · e], result [batch,
// queries, heads · e]. The mask is read now and not kept. Keeps all softmax's values for the backward pass, batch ·
// heads · queries · keys of them. Throws ShapeError when shapes do not fit, ValueError unless heads ≥ 1.
Var scaled_dot_product_attention(Var q, Var k, Var v, std::int64_t heads = 1, const AttentionMask& mask = {});

// The same where q, k and v lie beside each other in one tensor [batch, time, 3 · heads · d], as one linear layer gives
// them: they are read, and their gradients written, where they are.
Var packed_attention(Var qkv, std::int64_t heads = 1, const AttentionMask& mask = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
