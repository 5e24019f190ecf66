#include <cotape/solvers/kit/workspace_pool.h>

#include <cstddef>
#include <mutex>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct UnusedWorkspaces::State {
  std::mutex mutex;
  std::vector<Pointer> unused;
  std::size_t made = 0;
};

UnusedWorkspaces::UnusedWorkspaces() : state_(std::make_shared<State>()) {}

UnusedWorkspaces::Pointer UnusedWorkspaces::take() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Pointer>& unused = state_->unused;
  if (unused.empty()) {
    unused.reserve(++state_->made);
    return {nullptr, nullptr};
  }
  Pointer workspace = std::move(unused.back());
  unused.pop_back();
  return workspace;
}

void UnusedWorkspaces::give_back(Pointer workspace) const {
  const std::lock_guard lock(state_->mutex);
  state_->unused.push_back(std::move(workspace));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
