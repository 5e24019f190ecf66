#pragma once
#include <string>

#include <cotape/apps/playground/fields.h>

namespace cotape::app {

// A small net for points in the plane, trained by Adam on the cross-entropy of two or three classes. Entries:
//   points   x, y and class (0, 1, 2) of each, one after the other, at most 500 points in −1 … 1
//   hidden   widths of the hidden layers, at most 4 of at most 32
//   activation  relu or tanh;  rate > 0;  seed
//   weights  all parameters one after the other, as the answer before gave them; none: new ones by the seed
//   steps    how many to take, 0 for none
// The answer: `weights`; `loss` before each step; `right`, the share of points whose class is found; `surface`, the
// most likely class of 40 × 40 places, row by row from y = 1 down, plus how likely it is (2.8 is class 2 with 0.8);
// `layers`, each its name, norm of its weights' gradient, units, and how many of them are dead: 0 for every point.
// Throws ValueError, which names the entry.
Json train_net(const Fields& request);

// The tape of one step of that net, as a page of inspection.
std::string net_page(const Fields& request);

}  // namespace cotape::app
