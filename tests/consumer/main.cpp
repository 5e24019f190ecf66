#include <cotape/cotape.h>

#include <cstdlib>
#include <iostream>

// The argument is the size of a real in bytes: it tells that the right one of the two libraries was found.
int main(int, char** argv) {
  if (sizeof(cotape::real) != static_cast<std::size_t>(std::atoi(argv[1]))) return 1;
  cotape::Tape tape;
  const cotape::Var w = tape.variable(cotape::Tensor({2}, {3, 4}));
  tape.backward(sum(w * w));
  std::cout << w.gradient() << '\n';
  return w.gradient() == cotape::Tensor({2}, {6, 8}) ? 0 : 1;
}
