#pragma once
#include <cotape/engine/tape/tape.h>

#include <initializer_list>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Replaces a parameter's gradient, as a backward pass would leave it.
inline void set_gradient(Parameter& parameter, const Tensor& gradient) {
  Tape tape;
  parameter.clear_gradient();
  tape.backward(tape.parameter(parameter), gradient);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
