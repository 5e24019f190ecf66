#pragma once
#include <memory>
#include <utility>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The part of a pool that does not depend on the type of its workspaces: those that nobody uses at the moment. Copies
// share them. Each worker of a parallel loop finds its last one in a place of its own, without waiting for others.
class UnusedWorkspaces {
 public:
  using Pointer = std::unique_ptr<void, void (*)(void*)>;  // with the function that deletes it

  UnusedWorkspaces();
  // One of them; nullptr when there is none, and one will have to be made.
  Pointer take() const;
  // Needs no memory.
  void give_back(Pointer workspace) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The memory that a solver works in, kept from one solve() to the next. A solver has a pool as a member, and solve()
// leases a workspace W from it:
//   const WorkspacePool<W>::Lease work(workspaces);
// Safe from several threads: each lease has a workspace of its own. As many are made as were ever leased at the same
// time; from then on a lease allocates nothing. They come as their last user left them, so that solve() first sets what
// it reads. Copies of a pool, and so of a solver, share the workspaces, which are freed with the last copy.
// W needs a default constructor. It may be incomplete where the pool is declared, complete where it is leased.
template <class W>
class WorkspacePool {
 public:
  class Lease {
   public:
    // The pool must outlive the lease.
    explicit Lease(const WorkspacePool& pool) : unused_(pool.unused_), workspace_(unused_.take()) {
      if (!workspace_) workspace_ = {new W(), [](void* workspace) { delete static_cast<W*>(workspace); }};
    }
    ~Lease() { unused_.give_back(std::move(workspace_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    W& operator*() const { return *static_cast<W*>(workspace_.get()); }
    W* operator->() const { return static_cast<W*>(workspace_.get()); }

   private:
    const UnusedWorkspaces& unused_;
    UnusedWorkspaces::Pointer workspace_;
  };

 private:
  UnusedWorkspaces unused_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
