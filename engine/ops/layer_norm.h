#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LayerNormSettings {
  int axes = 1;               // so many of x's last axes are normalised together
  real epsilon = real(1e-5);  // added to the variance, or to the mean square
};

// Layer normalisation (Ba, Kiros and Hinton 2016) of each row, which is what lies along x's last axes:
// y = gain ⊙ (x − mean) / √(variance + ε) + bias, the variance being the mean square deviation. gain and bias have the
// shape of a row; without them they are 1 and 0. A row of equal numbers becomes its bias exactly, and numbers may be so
// large that their squares overflow. Throws ShapeError when x has too few axes or gain or bias is not of a row's shape,
// ValueError unless ε > 0.
Var layer_norm(Var x, Var gain, Var bias, const LayerNormSettings& settings = {});
Var layer_norm(Var x, Var gain, const LayerNormSettings& settings = {});
Var layer_norm(Var x, const LayerNormSettings& settings = {});

// The same without a mean (Zhang and Sennrich 2019): y = gain ⊙ x / √(mean x² + ε). Throws as layer_norm does.
Var rms_norm(Var x, Var gain, const LayerNormSettings& settings = {});
Var rms_norm(Var x, const LayerNormSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
