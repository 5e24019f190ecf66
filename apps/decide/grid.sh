#!/usr/bin/env bash
# The grid of PyEPO's paper: paths and knapsacks of degree 1, 2, 4, 6, noise 0 and 0.5, 100, 1,000 and 5,000 instances to
# learn from (200, 20 and 4 epochs), one sample a step, lambda 20 and 10, learning rate 0.01, and 0.1 of dbb. Prints
# tables of mean regrets and leaves regrets.csv and pictures in OUT. Runs that are finished are not repeated.
# Usage: grid.sh FOLDER_OF_THE_PROGRAMS OUT SEEDS [OPTION_OF_DECIDE...]
set -euo pipefail
programs=$(realpath "${1:?folder of the programs}") out=${2:?folder for the runs} seeds=${3:?number of seeds}
shift 3
losses=mse,spo-plus,pg,pfyl,dpo,rfwo,rfy,mcmc,cave-plus,cave-hybrid,nid,imle,imle-regret,aimle,nce,cmap,cmap-costs,ltr-pointwise,ltr-pairwise,ltr-listwise

train() {
  local folder=$out/$1
  shift
  if ! grep -qs '"finished": true' "$folder/summary.json"; then "$programs/decide" --seeds "$seeds" --samples 1 --out "$folder" "$@" >&2; fi
}
for problem in path knapsack; do
  if [[ $problem == path ]]; then lambda=20; else lambda=10; fi
  for size in 1000:20 100:200 5000:4; do
    for noise in 0.5 0; do
      for degree in 1 2 4 6; do
        cell=${problem}_n${size%:*}_noise${noise}_degree$degree
        data=(--problems "$problem" --train "${size%:*}" --epochs "${size#*:}" --degree "$degree" --noise "$noise")
        train "$cell" "${data[@]}" --losses "$losses" "$@"
        train "${cell}_dbb" "${data[@]}" --losses dbb --lambda "$lambda" --lr 0.1 "$@"
      done
    done
  done
done
python3 "$(dirname "${BASH_SOURCE[0]}")/grid_tables.py" "$out"
for problem in path knapsack; do
  rows=() drawn=(mse spo-plus pfyl nid dbb rfy ltr-listwise)
  if [[ $problem == path ]]; then drawn+=(cave-plus); fi  # fails on knapsacks, where it would flatten the others
  for loss in "${drawn[@]}"; do
    rows+=("$loss=$(printf '%s,' "$out/series/$problem-$loss-"* | sed 's/,$//')")
  done
  "$programs/compare" --plot regret --against degree --out "$out/$problem.png" "${rows[@]}"
done
