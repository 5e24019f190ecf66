#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Everything that cotape throws. The library never prints, aborts or exits.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Shapes or sizes that do not fit: the message names the op and both shapes.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A number outside its domain: λ ≤ 0, k > n, a non-finite score.
class ValueError : public Error {
 public:
  using Error::Error;
};

// A stale handle, two tapes mixed, a gradient that does not exist.
class TapeError : public Error {
 public:
  using Error::Error;
};

// Memory that the system does not give: the message names the shape and the bytes.
class MemoryError : public Error {
 public:
  using Error::Error;
};

// A file that is missing, truncated or not what it says: the message names the file.
class FileError : public Error {
 public:
  using Error::Error;
};

// A problem instance that has no solution, or a solver that reached its limit.
class SolverError : public Error {
 public:
  using Error::Error;
};

// Throws E with the streamed parts as its message: fail<ShapeError>("add: a ", a, " and b ", b).
template <class E = Error, class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw E(message.str());
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
