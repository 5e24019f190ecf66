#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/bench/tapes/problems/scalars.h>

namespace cotape::bench::tapes {

// How badly a recurrent net foretells the next letter of a text: the suite's LSTM, which has vectors where others have
// matrices, so that units of a layer do not see each other. A letter is a vector s of `width` numbers; layer 1 reads
// s ⊙ u, each later one the output h of the layer before it,
//   f = σ(x ⊙ w₁ + b₁),  i = σ(h ⊙ w₂ + b₂),  o = σ(x ⊙ w₃ + b₃),  g = tanh(h ⊙ w₄ + b₄),
//   c ← f ⊙ c + i ⊙ g,   h ← o ⊙ tanh c.
// With y = h ⊙ v + a of the last layer the loss is −mean over letters and units of s' ⊙ (y − log(2 + Σ e^y)), with the
// next letter s'; a function of (w₁, b₁, …, w₄, b₄) [layers, 8, width], then u, v, a [3, width].
struct Lstm {
  static constexpr const char* name = "lstm";
  std::string size;
  std::size_t layers, length, width;
  std::vector<double> letters;  // [length, width], each number 0 or 1
  std::vector<double> hidden;   // h and c before the first letter, [layers, 2, width]
  std::vector<double> start;

  enum Place { forget, forget_bias, in, in_bias, out, out_bias, change, change_bias, places };

  template <class T>
  T value(const T* parameters) const {
    using std::exp;
    using std::log;
    using std::tanh;
    const T *u = parameters + layers * places * width, *v = u + width, *a = v + width;
    std::vector<T> state(hidden.size()), x(width);
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = hidden[i];
    T sum = 0.0;
    for (std::size_t t = 0; t + 1 < length; ++t) {
      const double *letter = letters.data() + t * width, *next = letter + width;
      for (std::size_t i = 0; i < width; ++i) x[i] = letter[i] * u[i];
      for (std::size_t layer = 0; layer < layers; ++layer) {
        const T* w = parameters + layer * places * width;
        T *h = state.data() + 2 * layer * width, *c = h + width;
        for (std::size_t i = 0; i < width; ++i) {
          const T f = logistic<T>(x[i] * w[forget * width + i] + w[forget_bias * width + i]);
          const T g_in = logistic<T>(h[i] * w[in * width + i] + w[in_bias * width + i]);
          const T o = logistic<T>(x[i] * w[out * width + i] + w[out_bias * width + i]);
          const T g = tanh(h[i] * w[change * width + i] + w[change_bias * width + i]);
          c[i] = f * c[i] + g_in * g;
          h[i] = o * tanh(c[i]);
          x[i] = h[i];
        }
      }
      T total = 2.0;
      for (std::size_t i = 0; i < width; ++i) {
        x[i] = x[i] * v[i] + a[i];
        total += exp(x[i]);
      }
      const T normaliser = log(total);
      for (std::size_t i = 0; i < width; ++i) sum += next[i] * (x[i] - normaliser);
    }
    return -1.0 / static_cast<double>((length - 1) * width) * sum;
  }
};

std::vector<Lstm> lstm_problems(std::uint64_t seed);

}  // namespace cotape::bench::tapes
