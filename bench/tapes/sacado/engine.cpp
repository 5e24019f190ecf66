#include <Sacado_trad.hpp>

#include <cotape/bench/tapes/engine.h>

namespace cotape::bench::tapes {
namespace {

using Scalar = Sacado::Rad::ADvar<double>;

// Sacado records into blocks of its own, which it never gives back and uses again for the next gradient.
class SacadoEngine final : public Engine {
 public:
  explicit SacadoEngine(const Problem& problem) : problem_(problem) {}
  double gradient(const double* parameters, double* gradient) override {
    const std::size_t n = start_of(problem_).size();
    std::vector<Scalar> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = parameters[i];
    Scalar y = value_of(problem_, x.data());
    Sacado::Rad::ADcontext<double>::Outvar_Gradcomp(y);
    for (std::size_t i = 0; i < n; ++i) gradient[i] = x[i].adj();
    return y.val();
  }

 private:
  const Problem& problem_;
};

}  // namespace

EngineKinds sacado_engines() {
  return {{.name = "Sacado", .make = [](const Problem& problem) { return std::make_unique<SacadoEngine>(problem); }}};
}

}  // namespace cotape::bench::tapes
