#!/usr/bin/env bash
# Solves the QAPLIB files of the folder shared/data/solvers/qaplib beside the project and compares with the published
# optima in its optima.csv: up to 15 facilities they must be proven, and with `all` larger ones be within 2 % after 5
# seconds, on a machine that does nothing else. Skipped where there is no such folder.
# Usage: qaplib.sh FOLDER_OF_THE_PROGRAMS [all]
all=${2:-}
files=$(realpath -m "$(dirname "$0")/../../../shared/data/solvers/qaplib")
if [[ ! -e $files/optima.csv ]]; then
  echo "qaplib: skipped, there is no $files/optima.csv"
  exit 77
fi
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" solve "$1"

while IFS=, read -r file n optimum _; do
  if ((n > 15)); then limit=5; else limit=0; fi
  if [[ $all != all ]] && ((n > 15)); then continue; fi
  if [[ $sanitized ]] && ((n > 10)); then continue; fi
  run qap "$files/$file" --time-limit "$limit"
  found=$(sed -nE 's/.*  (optimum|best found) ([^ ]+)  .*/\2/p' out)
  if [[ $code -eq 0 ]]; then
    [[ $found == "$optimum" ]] || fail "$file: $found is not the published optimum $optimum"
  else
    ((n > 15)) || fail "exit code $code of solve qap $file"
    awk -v a="$found" -v b="$optimum" 'BEGIN { exit !(a != "" && a >= b && a <= 1.02 * b) }' ||
      fail "$file: $found is not within 2 % of the published optimum $optimum"
  fi
  cat out
done < <(tail -n +2 "$files/optima.csv" | tr -d '\r')
echo "qaplib: all good"
