#pragma once
#include <memory>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

struct Workspace;

// Memory of solvers that run at the same time, one piece for each; what was used once is used again. Copies share it.
class Workspaces {
 public:
  Workspaces();

  // The use of one piece until the lease ends. Safe from several threads.
  class Lease {
   public:
    explicit Lease(const Workspaces& owner);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Workspace& operator*() const { return *piece_; }
    Workspace* operator->() const { return piece_.get(); }

   private:
    struct State;
    friend class Workspaces;
    std::shared_ptr<State> state_;
    std::unique_ptr<Workspace> piece_;
  };

 private:
  std::shared_ptr<Lease::State> state_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
