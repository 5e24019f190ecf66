#pragma once
#include <functional>
#include <string>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/select/ranking.h>

namespace cotape::app {

// The four losses of Berthet et al. 2020, and two gradient rules beyond the paper. θ are scores of the labels, y the
// wanted ranks, y*(θ) the ranking solver's answer.
enum class Loss {
  fenchel_young,  // F_ε(θ) − ⟨θ, y⟩
  perturbed,      // ½‖y − y_ε(θ)‖², y_ε the mean of perturbed answers, with its own Jacobian
  squared,        // ½‖y − θ‖²: no solver
  blackbox,       // ½‖y − y*(θ)‖² with the Blackbox rule
  identity,       // the same with the Identity rule behind `standardize`
  aimle           // mean over samples of ½‖y − y*(θ + εZ)‖² with adaptive I-MLE
};

// All of them, those of the paper first.
const std::vector<Loss>& all_losses();
// As --losses and the files have it: "fenchel-young".
std::string name_of(Loss loss);
// As people read it: "Fenchel-Young".
std::string title_of(Loss loss);
// The loss of that name. Throws ValueError when there is none.
Loss loss_named(const std::string& name);
// Whether ε is one of its settings.
bool has_epsilon(Loss loss);

struct LossSettings {
  double epsilon = 1;        // scale of the Gaussian noise
  std::int64_t samples = 1;  // perturbed solutions of an example
  double lambda = 1;         // of Blackbox
};

// Ranks of n labels as the losses know them: 1 … n less their mean, so that scores need no offset. The largest score
// gets the largest rank. Ranks have a constant sum, so this changes no answer of the solver.
Ranking centred_ranking(std::int64_t n);

// Loss of scores θ [batch, n] whose wanted centred ranks are y [batch, n], as one number. Sums over the batch (only
// Fenchel-Young is a mean), so that the cotangent that λ multiplies is one example's, y*(θ) − y, for any batch; Adam
// does not see a constant factor.
using LossFunction = std::function<Var(Var theta, Var y, Rng& rng)>;
LossFunction make_loss(Loss loss, std::int64_t n, const LossSettings& settings);

}  // namespace cotape::app
