#include <cotape/engine/base/error.h>
#include <cotape/nn/train/processes.h>

#include <array>
#include <chrono>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check_power_of_two(const Processes& processes) {
  if (!is_power_of_two(processes.count()))
    fail<ValueError>("a sum over ", processes.count(), " processes; their number must be a power of two");
}

// The part of the array that a process adds up, halved once more for each bit of its rank.
struct Range {
  std::size_t begin = 0, end = 0;
  Range half(bool upper) const {
    const std::size_t middle = begin + (end - begin) / 2;
    return upper ? Range{middle, end} : Range{begin, middle};
  }
};

template <class T>
void sum_over(Processes& processes, std::span<T> numbers) {
  check_power_of_two(processes);
  const auto part = [&](Range r) { return numbers.subspan(r.begin, r.end - r.begin); };
  const std::int64_t rank = processes.rank();
  std::vector<Range> ranges{{0, numbers.size()}};  // what this process adds up before each exchange
  std::vector<T> taken(numbers.size() / 2 + 1);
  for (std::int64_t distance = 1; distance < processes.count(); distance *= 2) {
    const bool upper = (rank & distance) != 0;
    const Range kept = ranges.back().half(upper), given = ranges.back().half(!upper);
    const std::span<T> own = part(kept), others = std::span(taken).first(own.size());
    processes.exchange(rank ^ distance, std::as_bytes(part(given)), std::as_writable_bytes(others));
    // The lower ranks' sum is the left branch.
    for (std::size_t i = 0; i < own.size(); ++i) own[i] = upper ? others[i] + own[i] : own[i] + others[i];
    ranges.push_back(kept);
  }
  for (std::int64_t distance = processes.count() / 2; distance > 0; distance /= 2) {
    const bool upper = (rank & distance) != 0;
    const Range kept = ranges.back();
    ranges.pop_back();
    processes.exchange(rank ^ distance, std::as_bytes(part(kept)),
                       std::as_writable_bytes(part(ranges.back().half(!upper))));
  }
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }
std::span<std::byte> bytes_of(std::string& text) { return std::as_writable_bytes(std::span(text)); }

// The rank's highest bit that is set; the process without it is the one that tells this one.
std::int64_t highest_bit(std::int64_t rank) {
  std::int64_t bit = 1;
  while (bit * 2 <= rank) bit *= 2;
  return bit;
}

// Process 0's bytes, whose number all know: each process that has them tells one more, again and again.
void spread(Processes& processes, std::span<std::byte> bytes) {
  const std::int64_t rank = processes.rank();
  if (rank > 0) processes.exchange(rank - highest_bit(rank), {}, bytes);
  for (std::int64_t bit = rank > 0 ? 2 * highest_bit(rank) : 1; rank + bit < processes.count(); bit *= 2)
    processes.exchange(rank + bit, bytes, {});
}

}  // namespace

void Processes::exchange(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken) {
  const auto start = std::chrono::steady_clock::now();
  carry(partner, sent, taken);
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  bytes_ += static_cast<std::int64_t>(sent.size());
  ++exchanges_;
}

void OneProcess::carry(std::int64_t partner, std::span<const std::byte>, std::span<std::byte>) {
  fail<ValueError>("one process alone has no partner ", partner);
}

void sum_over_processes(Processes& processes, std::span<float> numbers) { sum_over(processes, numbers); }
void sum_over_processes(Processes& processes, std::span<double> numbers) { sum_over(processes, numbers); }

std::string exchange_texts(Processes& processes, std::int64_t partner, const std::string& text) {
  const std::array<std::uint64_t, 1> size = {text.size()};
  std::array<std::uint64_t, 1> others{};
  processes.exchange(partner, std::as_bytes(std::span(size)), std::as_writable_bytes(std::span(others)));
  std::string other(others[0], '\0');
  processes.exchange(partner, bytes_of(text), bytes_of(other));
  return other;
}

void broadcast(Processes& processes, std::string& text) {
  std::array<std::uint64_t, 1> size = {text.size()};
  spread(processes, std::as_writable_bytes(std::span(size)));
  text.resize(size[0]);
  spread(processes, bytes_of(text));
}

bool any_of(Processes& processes, bool here) {
  // Up the tree to process 0, and down again.
  std::array<std::uint8_t, 1> flag = {here};
  const std::int64_t rank = processes.rank();
  std::int64_t bit = 1;
  for (; rank % (2 * bit) == 0 && bit < processes.count(); bit *= 2) {
    if (rank + bit >= processes.count()) continue;
    std::array<std::uint8_t, 1> other{};
    processes.exchange(rank + bit, {}, std::as_writable_bytes(std::span(other)));
    flag[0] |= other[0];
  }
  if (rank > 0) processes.exchange(rank - bit, std::as_bytes(std::span(flag)), {});
  spread(processes, std::as_writable_bytes(std::span(flag)));
  return flag[0] != 0;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
