#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/bench/tapes/problems/scalars.h>

namespace cotape::bench::tapes {

// The logarithm of the posterior of a Gaussian mixture (Srajer, Kukelova and Fitzgibbon 2018, section 4.1): points xᵢ,
// weights softmax(α), means μₖ, precisions QₖᵀQₖ with the lower triangular Qₖ = diag(e^qₖ) + Lₖ, and for these the
// Wishart distribution with d + m + 1 degrees of freedom and scale I/γ²,
//   Σᵢ logsumexpₖ(αₖ + Σqₖ − ½‖Qₖ(xᵢ − μₖ)‖²) − n logsumexp(α) − ½nd log 2π + Σₖ (m Σqₖ − ½γ²‖Qₖ‖²) + constant(),
// as a function of α [k], μ [k, d], q [k, d], L [k, d(d − 1)/2], one after the other. L has the rows of a triangle one
// after the other.
struct Gmm {
  static constexpr const char* name = "gmm";
  std::string size;
  std::size_t points, dimensions, components;
  std::vector<double> x;  // [points, dimensions]
  double gamma, extra_freedom;
  std::vector<double> start;  // where the gradient is taken

  std::size_t triangle() const { return dimensions * (dimensions - 1) / 2; }
  // What the parameters do not change: the normalisers of both distributions.
  double constant() const;

  template <class T>
  T value(const T* parameters) const {
    using std::exp;
    const std::size_t k = components, d = dimensions;
    const T *alpha = parameters, *mu = alpha + k, *q = mu + k * d, *l = q + k * d;
    std::vector<T> diagonal(k * d), weights(k), centred(d), scores(k);
    T result = constant();
    for (std::size_t j = 0; j < k; ++j) {
      T log_determinant = 0.0, squares = 0.0;
      for (std::size_t a = 0; a < d; ++a) {
        log_determinant += q[j * d + a];
        diagonal[j * d + a] = exp(q[j * d + a]);
        squares += diagonal[j * d + a] * diagonal[j * d + a];
      }
      for (std::size_t a = 0; a < triangle(); ++a) squares += l[j * triangle() + a] * l[j * triangle() + a];
      weights[j] = alpha[j] + log_determinant;
      result += extra_freedom * log_determinant - 0.5 * gamma * gamma * squares;
    }
    for (std::size_t i = 0; i < points; ++i) {
      for (std::size_t j = 0; j < k; ++j) {
        for (std::size_t a = 0; a < d; ++a) centred[a] = x[i * d + a] - mu[j * d + a];
        T squares = 0.0;
        const T* row = l + j * triangle();
        for (std::size_t a = 0; a < d; row += a++) {
          T z = diagonal[j * d + a] * centred[a];
          for (std::size_t b = 0; b < a; ++b) z += row[b] * centred[b];
          squares += z * z;
        }
        scores[j] = weights[j] - 0.5 * squares;
      }
      result += log_sum_exp(scores.data(), k);
    }
    return result - static_cast<double>(points) * log_sum_exp(alpha, k);
  }
};

// From small to large.
std::vector<Gmm> gmm_problems(std::uint64_t seed);

}  // namespace cotape::bench::tapes
