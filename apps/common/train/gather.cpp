#include <cotape/apps/common/train/gather.h>
#include <cotape/engine/base/error.h>

namespace cotape::app {

void gather_over_processes(Processes& processes, std::span<real> numbers) {
  const auto count = static_cast<std::size_t>(processes.count()), rank = static_cast<std::size_t>(processes.rank());
  if (!is_power_of_two(processes.count()) || numbers.size() % count != 0)
    fail<ValueError>(numbers.size(), " numbers in equal parts of ", count,
                     " processes; their number must be a power of two that divides it");
  const std::size_t part = numbers.size() / count;
  // Neighbours have `known` parts each, and tell each other.
  for (std::size_t known = 1; known < count; known *= 2) {
    const auto parts_of = [&](std::size_t of) { return numbers.subspan(of / known * known * part, known * part); };
    const std::size_t partner = rank ^ known;
    processes.exchange(static_cast<std::int64_t>(partner), std::as_bytes(parts_of(rank)),
                       std::as_writable_bytes(parts_of(partner)));
  }
}

}  // namespace cotape::app
