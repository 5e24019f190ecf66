#!/usr/bin/env bash
# Which file may include which. Folders: engine <- {nn, solvers, data} <- apps <- bench. Inside them rooms, with arrows of
# their own: above all, solvers and gradient rules never know each other. Each outside library is known to one file.
# Usage: check_includes.sh ROOT      prints every violation in the tree at ROOT and exits 1 if there is one
#        check_includes.sh --self-test
set -euo pipefail

# What a file in a room may include: places, each a folder, a room or a header. A room that is not listed may include
# what its folder may.
solver_family="engine/base engine/kernels solvers/core/solver.h solvers/kit"
declare -A may_include=(
  [engine]="engine" [nn]="engine nn" [solvers]="engine solvers" [data]="engine data"
  [apps]="engine nn solvers data apps cotape.h" [bench]="engine nn solvers data apps bench cotape.h"

  [engine/base]="engine/base"
  [engine/kernels]="engine/base engine/kernels"
  [engine/tape]="engine/base engine/kernels engine/tape"
  [engine/ops]="engine/base engine/kernels engine/tape engine/ops"
  [engine/calculus]="engine/base engine/kernels engine/tape engine/ops engine/calculus"
  [engine/inspect]="engine/base engine/kernels engine/tape engine/inspect"

  [nn/layers]="engine nn/layers"
  [nn/optim]="engine nn/optim"
  [nn/sequence]="engine nn/layers nn/sequence"

  [solvers/kit]="engine/base engine/kernels solvers/kit"
  [solvers/core]="engine solvers/core"
  [solvers/select]="$solver_family solvers/select"
  [solvers/paths]="$solver_family solvers/paths"
  [solvers/tsp]="$solver_family solvers/tsp"
  [solvers/assignment]="$solver_family solvers/assignment"
  [solvers/trees]="$solver_family solvers/trees"
  [solvers/quadratic]="$solver_family solvers/assignment solvers/quadratic"  # whose bounds are linear assignments
  [solvers/matching]="$solver_family solvers/matching"
  [solvers/knapsack]="$solver_family solvers/knapsack"
  [solvers/flow]="$solver_family solvers/flow"
  [solvers/sequences]="$solver_family solvers/sequences"
  [solvers/ilp]="$solver_family solvers/ilp"
  [solvers/perturb]="engine solvers/core solvers/perturb"
  [solvers/rules]="engine solvers/core solvers/kit/workspace_pool.h solvers/perturb solvers/rules"
  [solvers/losses]="engine solvers/core solvers/kit/workspace_pool.h solvers/perturb solvers/losses"
  # Gradients of a linear program are differences of its solutions, some of them found by least squares.
  [solvers/linear]="engine solvers/core solvers/ilp solvers/losses solvers/rules solvers/linear"
  # Hard forms are a rule over top-k or spanning trees.
  [solvers/relax]="engine solvers/core solvers/kit solvers/perturb solvers/rules solvers/select solvers/trees solvers/relax"
  [solvers/layer]="engine solvers/core solvers/perturb solvers/rules solvers/losses solvers/layer"

  [data/formats]="engine/base data/formats"
  [data/pictures]="engine/base data/formats data/pictures"
)

# allowed PLACES TARGET: whether one of the places is the target, or a folder that it lies in.
allowed() {
  local place
  for place in $1; do
    [[ $2 != "$place" && $2 != "$place"/* ]] || return 0
  done
  return 1
}

violations() {
  cd "$1"
  ls -d engine nn solvers data apps bench tests >/dev/null  # a wrong root must not pass
  local place file room target
  while IFS=: read -r file place target; do
    room=${file%/*}
    while [[ -z ${may_include[$room]:-} ]]; do room=${room%/*}; done
    target=${target#*include}
    target=${target#"${target%%[![:space:]]*}"}  # what stands after "include", from its bracket on
    place="$file:$place"
    case $target in
      '"'*) echo "$place: write <cotape/FOLDER/ROOM/file.h>, not a quoted include" ;;
      '<cotape/'*)
        target=${target#<cotape/}
        target=${target%%>*}
        allowed "${may_include[$room]}" "$target" || echo "$place: $room may not include $target"
        ;;
      *[/.]*'>'*)  # neither ours nor the standard library's
        if [[ $file == *.h && $file != apps/* && $file != bench/* ]]; then
          echo "$place: a public header may not need $target"
        fi
        ;;
    esac
  done < <(grep -rnE --include='*.h' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include' engine nn solvers data apps bench)

  known_only_to engine/kernels/gemm.cpp 'OpenBLAS' '#.*include.*(cblas|openblas|f77blas)|\b(cblas|openblas)_'
  known_only_to engine/base/parallel.cpp 'TBB' '#.*include.*\btbb/|\btbb::'
  known_only_to solvers/ilp/cbc.cpp 'CBC' '#.*include.*\b(Cbc|Cgl|Clp|Coin|Osi)\w*\.(h|hpp)\b|\b(Cbc|Clp|OsiClp)[A-Z]\w*'
  known_only_to apps/common/train/mpi.cpp 'MPI' '#.*include.*\bmpi\.h|\bMPI_[A-Z]'
  known_only_to apps/common/train/command_line.cpp 'CLI11' '#.*include.*\bCLI/|\bCLI::|\bnamespace CLI\b' bench tests
  known_only_to data/pictures/decode_png.cpp 'libpng' '#.*include.*\bpng\.h|\bpng_(get|set|read|create|destroy)_'
  known_only_to data/pictures/decode_jpeg.cpp 'libjpeg' '#.*include.*\b(jpeglib|jerror)\.h|\bjpeg_(mem|read|create|std|finish)_'
  known_only_to apps/playground/server.cpp 'cpp-httplib' '#.*include.*\bhttplib\.h|\bhttplib::'
  known_only_to data/pictures/image.cpp 'stb' '#.*include.*stb_|\bstbi[rw]?_|\bSTB_'
}

# known_only_to FILE NAME PATTERN [FOLDER...]: what matches elsewhere, in the folders that are named too.
known_only_to() {
  grep -rnE --include='*.h' --include='*.cpp' "$3" engine nn solvers data apps "${@:4}" | grep -v "^$1:" |
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
  mkdir -p "$tree"/{engine/{base,kernels,tape,ops},nn/{layers,sequence,train},solvers/{core,kit,paths,tsp,rules,perturb},data/{formats,pictures,sets},apps/demo,bench/micro,tests/apps}
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
  expect engine/tape/tape.h '#include <cotape/engine/base/shape.h>'
  expect engine/tape/tape.h '#include <vector>'
  expect engine/tape/tape.h '#include <cotape/nn/layers/linear.h>' 'engine/tape may not include nn/layers/linear.h'
  expect engine/tape/tape.cpp '  #  include  <cotape/apps/demo/model.h>' 'engine/tape may not include apps/demo/model.h'
  expect engine/tape/tape.h '#include <cotape/engine/ops/conv.h>' 'engine/tape may not include engine/ops/conv.h'
  expect engine/kernels/map.h '#include <cotape/engine/tape/tape.h>' 'engine/kernels may not include engine/tape/tape.h'
  expect engine/ops.h '#include <cotape/engine/ops/conv.h>'
  expect engine/tape/tape.h '#include <cotape/cotape.h>' 'engine/tape may not include cotape.h'
  expect engine/tape/tape.h '#include "shape.h"' 'write <cotape/FOLDER/ROOM/file.h>, not a quoted include'
  expect nn/layers/linear.cpp '#include <cotape/engine/tape/tape.h>'
  expect nn/layers/linear.cpp '#include <cotape/data/formats/idx.h>' 'nn/layers may not include data/formats/idx.h'
  expect nn/train/loop.cpp '#include <cotape/nn/layers/linear.h>'
  expect nn/sequence/lstm.h '#include <cotape/nn/layers/module.h>'
  expect nn/sequence/lstm.h '#include <cotape/nn/optim/adam.h>' 'nn/sequence may not include nn/optim/adam.h'
  expect nn/layers/linear.h '#include <cotape/nn/sequence/lstm.h>' 'nn/layers may not include nn/sequence/lstm.h'
  expect nn/train/loop.cpp '#include <cotape/apps/common/train/options.h>' \
    'nn may not include apps/common/train/options.h'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/core/oracle.h>'
  expect solvers/rules/identity.cpp '#include <cotape/nn/layers/linear.h>' 'solvers/rules may not include nn/layers/linear.h'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/paths/grid_path.h>' \
    'solvers/rules may not include solvers/paths/grid_path.h'
  expect solvers/rules/identity.cpp '#include <cotape/engine/tape/checkpoint.h>'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/layer/rule_table.h>' \
    'solvers/rules may not include solvers/layer/rule_table.h'
  expect solvers/core/rule.h '#include <cotape/solvers/rules/imle.h>' 'solvers/core may not include solvers/rules/imle.h'
  expect solvers/paths/grid_path.cpp '#include <cotape/solvers/core/solver.h>'
  expect solvers/paths/grid_path.cpp '#include <cotape/solvers/kit/graph.h>'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/kit/graph.h>' \
    'solvers/rules may not include solvers/kit/graph.h'
  expect solvers/rules/identity.cpp '#include <cotape/solvers/kit/workspace_pool.h>'
  expect solvers/kit/graph.h '#include <cotape/solvers/core/solver.h>' \
    'solvers/kit may not include solvers/core/solver.h'
  expect solvers/paths/grid_path.cpp '#include <cotape/solvers/core/oracle.h>' \
    'solvers/paths may not include solvers/core/oracle.h'
  expect solvers/paths/grid_path.cpp '#include <cotape/solvers/rules/imle.h>' \
    'solvers/paths may not include solvers/rules/imle.h'
  expect solvers/paths/grid_path.cpp '#include <cotape/solvers/tsp/tsp.h>' 'solvers/paths may not include solvers/tsp/tsp.h'
  expect data/formats/idx.cpp '#include <cotape/solvers/core/oracle.h>' \
    'data/formats may not include solvers/core/oracle.h'
  expect data/formats/idx.cpp '#include <cotape/data/sets/mnist.h>' 'data/formats may not include data/sets/mnist.h'
  expect data/formats/idx.cpp '#include <zlib.h>'
  expect data/formats/idx.h '#include <zlib.h>' 'a public header may not need <zlib.h>'
  expect apps/demo/main.cpp '#include <cotape/solvers/core/oracle.h>'
  expect apps/demo/main.cpp '#include <cotape/tests/helper.h>' 'apps may not include tests/helper.h'
  expect apps/demo/main.cpp '#include <cotape/bench/steps/step.h>' 'apps may not include bench/steps/step.h'
  expect bench/micro/main.cpp '#include <cotape/apps/demo/model.h>'
  expect bench/micro/main.cpp '#include <cblas.h>'
  expect engine/kernels/gemm.cpp '#include <cblas.h>'
  expect nn/layers/linear.cpp '#include <cblas.h>' 'only engine/kernels/gemm.cpp may know OpenBLAS'
  expect nn/layers/linear.cpp 'openblas_set_num_threads(1);' 'only engine/kernels/gemm.cpp may know OpenBLAS'
  expect engine/base/parallel.cpp '#include <tbb/parallel_for.h>'
  expect engine/kernels/gemm.cpp '#include <oneapi/tbb/parallel_for.h>' 'only engine/base/parallel.cpp may know TBB'
  expect apps/demo/main.cpp '#include <mpi.h>' 'only apps/common/train/mpi.cpp may know MPI'
  expect nn/train/loop.cpp 'MPI_Abort(comm, 1);' 'only apps/common/train/mpi.cpp may know MPI'
  expect apps/demo/main.cpp 'tbb::parallel_for(0, 1, f);' 'only engine/base/parallel.cpp may know TBB'
  expect apps/demo/main.cpp '#include <CLI/CLI.hpp>' 'only apps/common/train/command_line.cpp may know CLI11'
  expect apps/demo/options.h 'namespace CLI {' 'only apps/common/train/command_line.cpp may know CLI11'
  expect tests/apps/demo_test.cpp '#include <CLI/App.hpp>' 'only apps/common/train/command_line.cpp may know CLI11'
  expect bench/micro/main.cpp 'CLI::App app;' 'only apps/common/train/command_line.cpp may know CLI11'
  expect data/pictures/decode_png.cpp '#include <png.h>'
  expect data/pictures/image.cpp 'png_read_end(png, nullptr);' 'only data/pictures/decode_png.cpp may know libpng'
  expect data/pictures/decode_jpeg.cpp '#include <jpeglib.h>'
  expect data/sets/flags.cpp '#include <jpeglib.h>' 'only data/pictures/decode_jpeg.cpp may know libjpeg'
  expect data/pictures/image.cpp '#include <stb_image_write.h>'
  expect apps/demo/main.cpp '#include <httplib.h>' 'only apps/playground/server.cpp may know cpp-httplib'
  expect data/formats/idx.cpp '#include <stb/stb_image.h>' 'only data/pictures/image.cpp may know stb'
  return "$failed"
}

if [[ ${1:-} == --self-test ]]; then self_test; else check "${1:?give the root of the tree}"; fi
