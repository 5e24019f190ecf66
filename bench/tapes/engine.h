#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <cotape/bench/tapes/problems/problem.h>

namespace cotape::bench::tapes {

// A way to the gradient of one problem's objective. All that the parameters do not change is made once; memory is used
// again where the library can. One thread.
class Engine {
 public:
  virtual ~Engine() = default;
  // The objective at the parameters; its gradient there is written, as many numbers.
  virtual double gradient(const double* parameters, double* gradient) = 0;
  // Bytes of what the last call recorded, as the library counts them; NaN for one that does not.
  virtual double tape_bytes() const { return std::numeric_limits<double>::quiet_NaN(); }
};

struct EngineKind {
  std::string name;  // the library, and its way where it has several
  // Null where this way is not one of the problem's. The problem must outlive the engine.
  std::function<std::unique_ptr<Engine>(const Problem& problem)> make;
  // Whether each gradient records anew. If not, the tape was recorded with the engine.
  bool records = true;
};
using EngineKinds = std::vector<EngineKind>;

// Each library is known to one folder alone. They are declared here whether this program has them or not.
EngineKinds cotape_engines();
EngineKinds torch_engines();
EngineKinds adolc_engines();
EngineKinds sacado_engines();

}  // namespace cotape::bench::tapes
