#!/usr/bin/env bash
# Includes run one way, engine <- {nn, solvers, data} <- apps <- bench, and each outside library is known to one file.
# Usage: check_includes.sh ROOT      prints every violation in the tree at ROOT and exits 1 if there is one
#        check_includes.sh --self-test
set -euo pipefail

violations() {
  cd "$1"
  ls -d engine nn solvers data apps bench >/dev/null  # a wrong root must not pass
  local -A may_include=([engine]="engine" [nn]="engine nn" [solvers]="engine solvers" [data]="engine data"
    [apps]="engine nn solvers data apps cotape.h" [bench]="engine nn solvers data apps bench cotape.h")
  local place file folder target
  while IFS=: read -r file place target; do
    folder=${file%%/*}
    target=${target#*include}
    target=${target#"${target%%[![:space:]]*}"}  # what stands after "include", from its bracket on
    place="$file:$place"
    case $target in
      '"'*) echo "$place: write <cotape/FOLDER/file.h>, not a quoted include" ;;
      '<cotape/'*)
        target=${target#<cotape/}
        target=${target%%[/>]*}
        [[ " ${may_include[$folder]} " == *" $target "* ]] || echo "$place: $folder may not include $target"
        ;;
      *[/.]*'>'*)  # neither ours nor the standard library's
        if [[ $file == *.h && $folder != apps && $folder != bench ]]; then echo "$place: a public header may not need $target"; fi
        ;;
    esac
  done < <(grep -rnE --include='*.h' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include' engine nn solvers data apps bench)

  known_only_to engine/gemm.cpp 'OpenBLAS' '#.*include.*(cblas|openblas|f77blas)|\b(cblas|openblas)_'
  known_only_to engine/parallel.cpp 'TBB' '#.*include.*\btbb/|\btbb::'
  known_only_to data/image.cpp 'stb' '#.*include.*stb_|\bstbi[rw]?_|\bSTB_'
}

known_only_to() {
  grep -rnE --include='*.h' --include='*.cpp' "$3" engine nn solvers data apps | grep -v "^$1:" |
    sed -E "s#^([^:]*:[0-9]*):.*#\1: only $1 may know $2#" || true
}

check() {
  local found
  found=$(violations "$1")
  if [[ -z $found ]]; then return 0; fi
  echo "$found"
  return 1
}

# expect FILE LINE MESSAGE: a tree whose FILE holds LINE is refused, in these words; without MESSAGE it is accepted.
expect() {
  local tree output=""
  tree=$(mktemp -d)
  mkdir -p "$tree"/{engine,nn,solvers/rules,data,apps/demo,bench/micro}
  printf '#pragma once\n%s\n' "$2" >"$tree/$1"
  if output=$(check "$tree"); then output=""; fi
  rm -r "$tree"
  if [[ $output != "${3:+$1:2: $3}" ]]; then
    echo "self-test: '$2' in $1: expected '${3:-nothing}', found '${output:-nothing}'"
    failed=1
  fi
}

self_test() {
  failed=0
  expect engine/tape.h '#include <cotape/engine/shape.h>'
  expect engine/tape.h '#include <vector>'
  expect engine/tape.h '#include <cotape/nn/linear.h>' 'engine may not include nn'
  expect engine/tape.cpp '  #  include  <cotape/apps/demo/model.h>' 'engine may not include apps'
  expect engine/tape.h '#include <cotape/cotape.h>' 'engine may not include cotape.h'
  expect engine/tape.h '#include "shape.h"' 'write <cotape/FOLDER/file.h>, not a quoted include'
  expect nn/linear.cpp '#include <cotape/engine/tape.h>'
  expect nn/linear.cpp '#include <cotape/data/idx.h>' 'nn may not include data'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/oracle.h>'
  expect solvers/rules/identity.cpp '#include <cotape/nn/linear.h>' 'solvers may not include nn'
  expect data/idx.cpp '#include <cotape/solvers/oracle.h>' 'data may not include solvers'
  expect data/idx.cpp '#include <zlib.h>'
  expect data/idx.h '#include <zlib.h>' 'a public header may not need <zlib.h>'
  expect apps/demo/main.cpp '#include <cotape/solvers/oracle.h>'
  expect apps/demo/main.cpp '#include <cotape/tests/helper.h>' 'apps may not include tests'
  expect apps/demo/main.cpp '#include <cotape/bench/steps/step.h>' 'apps may not include bench'
  expect bench/micro/main.cpp '#include <cotape/apps/demo/model.h>'
  expect bench/micro/main.cpp '#include <cblas.h>'
  expect engine/gemm.cpp '#include <cblas.h>'
  expect nn/linear.cpp '#include <cblas.h>' 'only engine/gemm.cpp may know OpenBLAS'
  expect nn/linear.cpp 'openblas_set_num_threads(1);' 'only engine/gemm.cpp may know OpenBLAS'
  expect engine/parallel.cpp '#include <tbb/parallel_for.h>'
  expect engine/gemm.cpp '#include <oneapi/tbb/parallel_for.h>' 'only engine/parallel.cpp may know TBB'
  expect apps/demo/main.cpp 'tbb::parallel_for(0, 1, f);' 'only engine/parallel.cpp may know TBB'
  expect data/image.cpp '#include <stb_image.h>'
  expect data/idx.cpp '#include <stb/stb_image.h>' 'only data/image.cpp may know stb'
  return "$failed"
}

if [[ ${1:-} == --self-test ]]; then self_test; else check "${1:?give the root of the tree}"; fi
