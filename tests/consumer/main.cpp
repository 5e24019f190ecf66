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
  // A loop that is compiled here, for a processor of which these flags know little.
  cotape::Tensor squares({2});
  cotape::map(
      squares, [](cotape::real x) { return x * x; }, w.value());
  return w.gradient() == cotape::Tensor({2}, {6, 8}) && squares == cotape::Tensor({2}, {9, 16}) ? 0 : 1;
}
