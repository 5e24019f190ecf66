#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/instances.h>

#include <cxxabi.h>
#include <cstdlib>

namespace cotape {
inline namespace COTAPE_PRECISION {

Instances Instances::select(std::span<const std::int64_t> indices) const {
  std::vector<std::int64_t> order;
  order.reserve(indices.size());
  for (const std::int64_t i : indices) {
    if (i < 0 || i >= size_) fail<ValueError>("instances: index ", i, " is outside 0 … ", size_ - 1);
    order.push_back(order_ ? (*order_)[static_cast<std::size_t>(i)] : i);
  }
  Instances chosen = *this;
  chosen.size_ = static_cast<std::int64_t>(order.size());
  chosen.order_ = std::make_shared<const std::vector<std::int64_t>>(std::move(order));
  chosen.last_ = nullptr;
  chosen.examples_ = nullptr;
  return chosen;
}

Instances Instances::starting_from(std::shared_ptr<LastSolutions> last, std::span<const std::int64_t> examples) const {
  for (const std::int64_t example : examples)
    if (example < 0 || example >= last->examples())
      fail<ValueError>("instances: example ", example, " is outside 0 … ", last->examples() - 1);
  Instances started = *this;
  started.last_ = std::move(last);
  started.examples_ = std::make_shared<const std::vector<std::int64_t>>(examples.begin(), examples.end());
  return started;
}

std::string Instances::readable_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? name.get() : type.name();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
