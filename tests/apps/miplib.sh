#!/usr/bin/env bash
# Solves the MPS files of the folder shared/data/solvers/miplib beside the project and compares with the published
# optima in its optima.csv. Skipped where there is no such folder, or no CBC.
# Usage: miplib.sh FOLDER_OF_THE_PROGRAMS
files=$(realpath -m "$(dirname "$0")/../../../shared/data/solvers/miplib")
if [[ ! -e $files/optima.csv ]]; then
  echo "miplib: skipped, there is no $files/optima.csv"
  exit 77
fi
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" solve "$@"
if "$program" mps "$files/optima.csv" 2>&1 | grep -qF 'built without CBC'; then
  echo "miplib: skipped, built without CBC"
  exit 77
fi

while IFS=, read -r file kind optimum _; do
  if [[ $sanitized && $kind != LP && $file != flugpl.mps ]]; then continue; fi
  "$program" mps "$files/$file" >out 2>err || fail "exit code $? of solve mps $file"
  found=$(sed -nE 's/.*  optimum ([^ ]+)  seconds .*/\1/p' out)
  awk -v a="$found" -v b="$optimum" 'BEGIN { d = a - b; s = b < 0 ? -b : b; exit !(a != "" && d <= 1e-7 * s && -d <= 1e-7 * s) }' ||
    fail "$file: $found is not the published optimum $optimum"
  cat out
done < <(tail -n +2 "$files/optima.csv" | tr -d '\r')
echo "miplib: all good"
