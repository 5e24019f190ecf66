#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A module as a forward pass shows it.
struct LayerRow {
  std::string path = {};        // its full name; "" for the whole tape
  Shape output = {};            // of the last value recorded in it
  std::int64_t parameters = 0;  // numbers in the parameters that it and the modules in it used, each parameter once
  std::int64_t trainable = 0;   // of those, in parameters that are not frozen
};

// The modules that recorded something on the tape, in the order in which they began, and the whole tape at the end.
// Throws TapeError for a tape without gradients, which does not know its parameters.
std::vector<LayerRow> layer_table(const Tape& tape);

// The same as text, with inner modules set in:
//   Tape tape;
//   net(tape.constant(Tensor({1, 784})));
//   write_layer_table(std::cout, tape);
void write_layer_table(std::ostream& out, const Tape& tape);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
