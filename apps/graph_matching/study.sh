#!/usr/bin/env bash
# Trains graph_matching under several settings and seeds, and prints a table of mean ± standard deviation: what margins,
# rules and projections do, and what edges add. Runs that are finished are not repeated.
# Usage: study.sh FOLDER_OF_THE_PROGRAMS OUT SEEDS [SEQUENCE]   with SEQUENCE: that folder in place of generated pictures
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common/study.sh"
programs=$(realpath "${1:?folder of the programs}") out=${2:?folder for the runs} seeds=${3:?number of seeds}
sequence=${4:-}
data=(--epochs 6)
if [[ $sequence ]]; then
  # With edges all settings find everything.
  data+=(--data "$sequence" --appearance-only --passes 0 --train-gap 10)
  form=--nodes-only other="with edges|"
else
  data+=(--noise-level 0.4 --deformation 0.05)
  form="" other="points alone|--nodes-only --passes 0"
fi

# NAME | options
settings=(
  "Blackbox|"
  "Blackbox, norm|--projection norm"
  "Identity|--rule identity"
  "Identity, norm|--rule identity --projection norm"
  "Identity, l1|--rule identity --loss l1"
  "Identity, l1, norm|--rule identity --loss l1 --projection norm"
  "I-MLE|--rule imle"
  "AIMLE|--rule aimle"
  "Fenchel-Young|--rule fenchel-young"
)
# The Hamming loss has the same derivative whatever was matched, so that a margin changes nothing for Identity with it.
for width in 0.01 0.1 1 10; do
  for kind in informed noise; do
    settings+=("Blackbox, $kind margin $width|--$kind-margin $width")
    settings+=("Identity, l1, $kind margin $width|--rule identity --loss l1 --$kind-margin $width")
  done
done

for i in "${!settings[@]}"; do settings[i]+=" $form"; done
settings+=("Blackbox, $other")

if [[ $sequence ]]; then columns=accuracy_gap_10,accuracy_gap_50,accuracy_gap_90; else columns=test_accuracy,test_precision,test_perfect; fi
study "$programs/graph_matching" "$out" "$seeds" "$columns" "${data[*]}" "${settings[@]}"
