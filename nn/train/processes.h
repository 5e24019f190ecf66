#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The processes that train together, as one of them sees it. What carries bytes between them (MPI, threads of a test)
// derives from it; the sums below rest on one function alone. All of them make the same calls in the same order.
class Processes {
 public:
  virtual ~Processes() = default;

  virtual std::int64_t rank() const = 0;  // 0 ≤ rank < count
  virtual std::int64_t count() const = 0;
  bool is_first() const { return rank() == 0; }

  // Sends bytes to a partner and takes what the partner sends in its call of the same function, as many as there is
  // room for: both know the sizes, and either may be 0.
  void exchange(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken);
  // Bytes that this process has sent so far, and how often it has.
  std::int64_t bytes_sent() const { return bytes_; }
  std::int64_t exchanges() const { return exchanges_; }
  // Seconds that it has spent in exchanges, waiting for the others among them.
  double seconds() const { return seconds_; }

 private:
  virtual void carry(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken) = 0;

  std::int64_t bytes_ = 0, exchanges_ = 0;
  double seconds_ = 0;
};

// One process alone.
class OneProcess final : public Processes {
 public:
  std::int64_t rank() const override { return 0; }
  std::int64_t count() const override { return 1; }

 private:
  void carry(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken) override;
};

// Whether a number is 1, 2, 4, 8, …
constexpr bool is_power_of_two(std::int64_t n) { return n > 0 && (n & (n - 1)) == 0; }

// Makes each number the sum over all processes, added in the binary tree of their ranks (tree_sum.h): every process has
// the same bits. Each sends 2 (1 − 1/P) times the array, in 2 log₂ P exchanges: halves of it are added up by pairs of
// processes, quarters by pairs of pairs, and the sums then go the way back (recursive halving and doubling; Thakur,
// Rabenseifner and Gropp, "Optimization of collective communication operations in MPICH", 2005). Throws ValueError
// unless the number of processes is a power of two.
void sum_over_processes(Processes& processes, std::span<float> numbers);
void sum_over_processes(Processes& processes, std::span<double> numbers);

// The partner's text, who is given this one.
std::string exchange_texts(Processes& processes, std::int64_t partner, const std::string& text);
// Process 0's text, in every process.
void broadcast(Processes& processes, std::string& text);
// Whether it is true in any of the processes; for any number of them.
bool any_of(Processes& processes, bool here);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
