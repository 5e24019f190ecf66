#!/usr/bin/env bash
# Trains explain under its main rules with 5, 10 and 15 words and prints a table for each number: mean ± standard deviation
# over seeds. Finished runs are not repeated, interrupted ones go on.
# Usage: study.sh FOLDER_OF_THE_PROGRAMS OUT SEEDS [OPTION_OF_EXPLAIN...]   e.g. --data IMDB --rationales MOVIES
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common/study.sh"
programs=$(realpath "${1:?folder of the programs}") out=${2:?folder for the runs} seeds=${3:?number of seeds}

# NAME | options
settings=(
  "Identity, standardize|--rule identity"
  "Identity, no projection|--rule identity --projection none"
  "I-MLE|--rule imle"
  "AIMLE|--rule aimle"
  "AIMLE, central|--rule aimle-central"
  "SoftSub|--rule softsub"
  "SIMPLE|--rule simple"
  "straight-through|--rule straight-through"
  "L2X|--rule l2x"
)
for k in 10 5 15; do
  echo "$k words"
  study "$programs/explain" "$out/k$k" "$seeds" \
    "test_mse,test_accuracy,word_precision,word_recall,word_f1 --lowest val_mse" "${*:4} --k $k" "${settings[@]}"
done
