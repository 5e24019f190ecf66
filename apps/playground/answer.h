#pragma once
#include <string>
#include <string_view>

namespace cotape::app {

// What the playground says to a request: JSON, good or an error.
struct Answer {
  bool good = false;
  std::string json;  // an object; of an error {"error": "what is wrong"}
};

// Answers a request, an object of JSON. Its entry `ask` says what for; the files named here tell the other entries:
//   table    what can be set for the problem of `state`: losses, projections, rules with their settings, and losses
//   with a
//            gradient of their own with theirs
//   look     the state: solution, loss, and the gradient under each rule (look.h)
//   wanted   the wanted solution that a reader points at, and the costs that it is the solution of, if any (problem.h)
//   descend  steps down the gradient (descend.h);  race  several of them side by side
//   net      a small net for points in the plane (net.h);  tape  the page of its tape, as `html`
//   program  the state as a C++ program, as `text` (program.h)
// Knows nothing of networks or files and keeps nothing: the same request has the same answer. Never throws; whatever is
// wrong with a request, its own answer says so. Sizes are bounded by Limits (problem.h).
Answer answer(std::string_view request);

}  // namespace cotape::app
