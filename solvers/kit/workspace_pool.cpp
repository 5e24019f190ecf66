#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/kit/workspace_pool.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A worker's place for one workspace, on a cache line of its own: a lock that all workers take would cost more than a
// small instance does.
struct alignas(64) Place {
  std::atomic<void*> workspace = nullptr;
};

}  // namespace

struct UnusedWorkspaces::State {
  ~State() {
    for (Place& place : places)
      if (void* workspace = place.workspace) destroy.load()(workspace);
  }

  Place& own_place() { return places[static_cast<std::size_t>(worker_index()) % places.size()]; }

  std::array<Place, 32> places;
  std::atomic<void (*)(void*)> destroy = nullptr;  // the same for all
  std::mutex mutex;
  std::vector<Pointer> others;  // behind the lock: those whose place was taken
  std::size_t made = 0;
};

UnusedWorkspaces::UnusedWorkspaces() : state_(std::make_shared<State>()) {}

UnusedWorkspaces::Pointer UnusedWorkspaces::take() const {
  State& state = *state_;
  if (void* workspace = state.own_place().workspace.exchange(nullptr)) return {workspace, state.destroy};
  const std::lock_guard lock(state.mutex);
  if (!state.others.empty()) {
    Pointer workspace = std::move(state.others.back());
    state.others.pop_back();
    return workspace;
  }
  for (Place& place : state.places)
    if (void* workspace = place.workspace.exchange(nullptr)) return {workspace, state.destroy};
  state.others.reserve(++state.made);  // so that give_back() needs no memory
  return {nullptr, nullptr};
}

void UnusedWorkspaces::give_back(Pointer workspace) const {
  State& state = *state_;
  if (state.destroy.load() == nullptr) state.destroy = workspace.get_deleter();
  void* none = nullptr;
  if (state.own_place().workspace.compare_exchange_strong(none, workspace.get())) {
    static_cast<void>(workspace.release());
    return;
  }
  const std::lock_guard lock(state.mutex);
  state.others.push_back(std::move(workspace));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
