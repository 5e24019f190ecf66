#!/usr/bin/env bash
# Solves every TSPLIB file of the folder shared/data/tsplib beside the project and compares with the published optima in
# its optima.csv. Skipped where there is no such folder; the instances of tests/solvers/tsp are always solved.
# Usage: tsplib.sh FOLDER_OF_THE_PROGRAMS
files=$(realpath -m "$(dirname "$0")/../../../shared/data/tsplib")
if [[ ! -e $files/optima.csv ]]; then
  echo "tsplib: skipped, there is no $files/optima.csv"
  exit 77
fi
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" tsp "$@"

while IFS=, read -r file cities _ optimum; do
  "$program" "$files/$file" --quiet >out 2>err || fail "exit code $? of tsp $file"
  grep -qE "  $cities cities  .*  length $optimum  optimal  " out || fail "$file: not $cities cities and $optimum, optimal"
done < <(tail -n +2 "$files/optima.csv" | tr -d '\r')
echo "tsplib: all good"
