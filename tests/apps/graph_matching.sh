#!/usr/bin/env bash
# Matches points of two pictures, for seconds: quality, files, every rule, sequences of pictures, the same bytes for any
# number of threads and after any kill, and what it says of broken files and options.
# Usage: graph_matching.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" graph_matching "$@"

time_columns=4 pictures="matches"
tiny=(--points 4 --test 2 --batch 2 --hidden 8 --search-steps 20)
small=("${tiny[@]}" --train 6 --outliers 1)

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
steps=40
[[ ! $sanitized ]] || steps=2
succeed --points 8 --outliers 0 --occlusion 0 --noise-level 0.6 --train 60 --test 20 --batch 4 --steps $steps --epochs 4 \
  --rule fenchel-young --out good
[[ $(grep -cE '^epoch [1-4]/4  loss -?[0-9.e+-]+  right points: training [0-9.]+ %  test [0-9.]+ %$' out) -eq 4 ]] ||
  fail "not one line an epoch"
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json test_accuracy) > 0.85" "right points"
  check "$(number good/summary.json test_accuracy) > $(number good/summary.json patches_accuracy_generated)" "learning"
fi
has_entries good/summary.json app rule epochs seed train_accuracy test_accuracy test_precision test_perfect \
  accuracy_generated patches_accuracy_generated seconds
expect good/summary.json app=graph_matching rule=fenchel-young data=generated seed=1 finished=true
expect good/config.json hidden=64 passes=1 solver=search loss=hamming projection=none gaps=10,50,90
[[ $(head -1 good/metrics.csv) == epoch,train_loss,*,tied_share,solver_share,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/matches.png
check_report good/report.html 4 1
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json matches.png metrics.csv report.html summary.json ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
same_on_threads "${small[@]}"
differs --seed 2
differs --data-seed 2
differs --nodes-only
differs --appearance-only
differs --passes 0
differs --turn 0
differs --noise-margin 0.3
differs --informed-margin 0.3
differs --projection norm
differs --loss l2

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
rules=(identity blackbox lpgd "straight-through --samples 2" "imle --samples 2" imle-central "aimle-central --samples 2"
  "perturbed --samples 3" "fenchel-young --epsilon 0.2" "blackbox --solver exact")
[[ ! $sanitized ]] || rules=("aimle-central --samples 2" "blackbox --solver exact")
for rule in "${rules[@]}"; do
  sanitized= same_in_parts "${small[@]}" --rule $rule # the list is short enough
done

succeed "${tiny[@]}" --train 6 --outliers 0 --occlusion 0 --rule identity --nodes-only --projection standardize --epochs 1 --out all

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
killing=("${tiny[@]}" --train 20 --rule aimle --epochs 8)
same_when_interrupted "clock 20 TERM" "${killing[@]}"
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${killing[@]/aimle/imle}" --resume

# ---- A sequence of pictures ------------------------------------------------------------------------------------
mkdir -p thing/images thing/label
for k in 0 1 2 3 4 5; do
  cp good/matches.png "thing/images/thing.seq$k.png"
  printf '%d 40\n%d 90.5\n60 %d\n100 100\n' $((50 + k)) $((80 - k)) $((150 + 2 * k)) >"thing/label/thing$((k + 1))"
done
succeed --data thing --gaps 2,4 --train-gap 2 --also-test thing --hidden 8 --batch 1 --epochs 2 --out sequence
has_entries sequence/summary.json accuracy_gap_2 accuracy_gap_4 accuracy_other_gap_2 accuracy_other_gap_4 patches_accuracy_gap_2
expect sequence/config.json data=thing gaps=2,4 train_gap=2
refuse sequence "gap 10: it must be even, and from 2 to 5 in a sequence of 6 pictures" --data thing
refuse sequence "gap 3: it must be even" --data thing --gaps 3
echo "1 2 3" >thing/label/thing3
refuse sequence 'thing/label/thing3: line 1: "1 2 3' --data thing --gaps 2
rm thing/label/thing3
refuse sequence 'thing: 6 pictures in images, but 5 files in label' --data thing --gaps 2
refuse sequence 'nowhere/images: no such folder' --data nowhere

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--points' --points 1
refuse_option '--outliers' --points 50 --outliers 20
refuse_option '--occlusion' --occlusion 1.5
refuse_option '--gaps' --gaps 1
refuse_option '--lr' --lr nan
refuse_option '--loss' --loss magic
refuse_option '--loss l1' --rule fenchel-young --loss l1
refuse_option '--solver exact' --nodes-only --solver exact
refuse_option '--projection standardize' --projection standardize
refuse_option '--projection standardize' --projection standardize --nodes-only
refuse_option '--noise-margin' --noise-margin -1
lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume data-seed points outliers occlusion deformation noise-level train \
  test gaps train-gap also-test nodes-only appearance-only passes hidden turn zoom shift solver search-starts \
  search-steps solver-seconds loss lambda projection noise-margin informed-margin batch steps lr decay-every decay" \
  "--data=generated --epochs=10 --rule=blackbox --lambda=80 --batch=8 --lr=0.002 --hidden=64 --steps=50"
echo "graph_matching: all good"
