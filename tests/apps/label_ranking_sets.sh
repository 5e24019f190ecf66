#!/usr/bin/env bash
# Reads every published data set of label ranking, where the shared ones stand beside the project; else it is skipped.
# Usage: label_ranking_sets.sh FOLDER_OF_THE_PROGRAMS
shared=$(realpath -m "$(dirname "${BASH_SOURCE[0]}")/../../../shared/data/label_ranking")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" label_ranking "$@"
if [[ ! -d $shared ]]; then
  echo "skipped: $shared is not there"
  exit 77
fi
succeed --data "$shared" --losses squared --folds 2 --inner-folds 2 --rates 0.1 --steps 20 --out all
[[ $(wc -l <all/table.csv) -eq 15 ]] || fail "not all of the shared data sets"
[[ $(awk -F, 'NR > 1 && $10 != ""' all/table.csv | wc -l) -eq 14 ]] || fail "not all published figures"
echo "label_ranking_sets: all good"
