#include <cotape/solvers/tsp/workspace.h>
#include <cotape/solvers/tsp/workspaces.h>

#include <mutex>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

struct Workspaces::Lease::State {
  std::mutex mutex;
  std::vector<std::unique_ptr<Workspace>> unused;
  std::size_t made = 0;
};

Workspaces::Workspaces() : state_(std::make_shared<Lease::State>()) {}

Workspaces::Lease::Lease(const Workspaces& owner) : state_(owner.state_) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->unused.empty()) {
    piece_ = std::move(state_->unused.back());
    state_->unused.pop_back();
    return;
  }
  state_->unused.reserve(++state_->made);  // so that giving back needs no memory
  piece_ = std::make_unique<Workspace>();
}

Workspaces::Lease::~Lease() {
  const std::lock_guard lock(state_->mutex);
  state_->unused.push_back(std::move(piece_));
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
