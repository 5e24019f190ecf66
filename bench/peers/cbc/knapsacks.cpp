#include <cotape/bench/peers/cbc/peers.h>

#include <CbcModel.hpp>
#include <OsiClpSolverInterface.hpp>

namespace cotape::bench::cbc_peers {
namespace {

// One linear program for all instances, of which each gets a copy with its own values.
class Knapsack final : public Peer {
 public:
  Knapsack(const std::vector<double>& weights, double capacity) : values_(weights.size()) {
    const int items = static_cast<int>(weights.size());
    std::vector<int> rows(weights.size(), 0), starts(weights.size() + 1);
    for (int i = 0; i <= items; ++i) starts[i] = i;
    const std::vector<double> ones(weights.size(), 1);
    const double least = -COIN_DBL_MAX;
    problem_.messageHandler()->setLogLevel(0);
    problem_.getModelPtr()->setLogLevel(0);
    problem_.setHintParam(OsiDoReducePrint, true, OsiHintDo);
    problem_.loadProblem(items, 1, starts.data(), rows.data(), weights.data(), nullptr, ones.data(), nullptr, &least,
                         &capacity);
    for (int i = 0; i < items; ++i) problem_.setInteger(i);
    problem_.setObjSense(-1);
  }

  const char* name() const override { return "cbc"; }

  void solve(const float* values, float* taken) override {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = static_cast<double>(values[i]);
    problem_.setObjective(values_.data());
    CbcModel model(problem_);
    model.setLogLevel(0);
    model.solver()->messageHandler()->setLogLevel(0);
    model.setDblParam(CbcModel::CbcAllowableGap, 0);
    model.initialSolve();
    model.branchAndBound();
    const double* best = model.bestSolution();
    for (std::size_t i = 0; i < values_.size(); ++i) taken[i] = best && best[i] > 0.5 ? 1.0F : 0.0F;
  }

 private:
  OsiClpSolverInterface problem_;
  std::vector<double> values_;
};

}  // namespace

Peers knapsacks(const std::vector<double>& weights, double capacity) {
  Peers peers;
  peers.push_back(std::make_unique<Knapsack>(weights, capacity));
  return peers;
}

}  // namespace cotape::bench::cbc_peers
