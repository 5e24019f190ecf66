#!/usr/bin/env bash
# Mistakes that the compiler must refuse, with a message that says what to do instead.
# Usage: check_compile_errors.sh SOURCE COMPILER [FLAGS...]
set -euo pipefail

source=$1
shift

compile() { "${compiler[@]}" -D CASE="$1" -fsyntax-only "$source" 2>&1; }
compiler=("$@")

compile 0 || { echo "the case without a mistake does not compile"; exit 1; }

failed=0
refused() {  # CASE TEXT [WHAT ANOTHER COMPILER SAYS]
  local said
  if said=$(compile "$1"); then
    echo "case $1 compiles, but is a mistake"
    failed=1
  elif [[ $said != *"$2"* && $said != *"${3:-$2}"* ]]; then
    echo "case $1: the compiler does not say \"$2\" but"
    printf '%s\n' "$said"
    failed=1
  fi
}

refused 1 "a solver needs the member function  void solve(std::span<const real> cost, std::span<real> solution) const"
refused 2 "a solver needs the member function  void solve(std::span<const real> cost, std::span<real> solution) const"
refused 3 "a solver needs the member function  SolverTraits traits() const"
refused 4 "a solver with a type Instance needs the member function  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const"
refused 5 "this rule needs an ability that the solver does not have"
refused 6 "no match for" "invalid operands to binary expression"

# In a language before C++20 the first error says so.
older=("${compiler[@]/-std=c++20/-std=c++17}")
for header in cotape.h nn/layers/linear.h; do
  if said=$(echo "#include <cotape/$header>" | "${older[@]}" -fsyntax-only -x c++ - 2>&1); then
    echo "$header compiles as C++17"
    failed=1
  elif [[ $(grep -m 1 error: <<<"$said") != *"cotape needs C++20: compile with -std=c++20"* ]]; then
    echo "$header as C++17: the first error is"
    grep -m 1 error: <<<"$said"
    failed=1
  fi
done
exit $failed
