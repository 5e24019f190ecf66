#pragma once
#include <ostream>

#include <cotape/bench/steps/step.h>

namespace cotape::bench {

// What rows of a profile are: ops, or the ops of each module apart.
enum class ProfileBy { op, layer };

// Where the time of a step goes, the mean over so many steps: a table in Markdown, forward and backward passes of ops
// apart, the longest first, with what remains: the update of the parameters, the solver's part of its op, and what is
// in no op (the batch copied to the tape, the tape itself).
void write_profile(std::ostream& out, Step& step, int steps, ProfileBy by);

}  // namespace cotape::bench
