#!/usr/bin/env bash
# Trains cost nets for seconds on generated maps: quality, files, every rule, the same bytes for any number of threads
# and after any kill, prediction, export, and what it says of broken input and options.
# Usage: warcraft.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" warcraft "$@"

time_columns=4 pictures=maps
small=(--net pure-conv --train 30 --val 5 --test 5 --batch 10) # 3 steps an epoch

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
images=600 images_to_test=60
[[ ! $sanitized ]] || images=24 images_to_test=12
succeed --train $images --val 20 --test $images_to_test --batch 12 --lr 1e-3 --epochs 2 --out good
[[ $(grep -cE '^epoch [12]/2  loss [0-9.]+  optimal train [0-9.]+ %  test [0-9.]+ %  \(exact [0-9.]+ %, cost ratio [0-9.]+\)$' out) -eq 2 ]] ||
  fail "not one line an epoch"
# Straight along the diagonal costs half as much again as the best path.
check "$(number good/summary.json test_cost_ratio) >= 1" "cost ratio"
check "$(number good/summary.json test_exact_match) <= $(number good/summary.json test_optimal)" "exact matches"
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json test_cost_ratio) < 1.15" "cost ratio"
  check "$(number good/summary.json test_optimal) > 0.1" "optimal paths"
  check "$(number good/summary.json test_cell_accuracy) > 0.9" "cells"
fi

has_entries good/summary.json app rule net data size epochs seed test_optimal test_exact_match test_cost_ratio \
  test_cell_accuracy seconds images_per_second solver_seconds
expect good/summary.json app=warcraft rule=identity net=combresnet data=generated size=12 seed=1 finished=true
expect good/config.json head=softplus loss=l1 lambda=20 milestones=30,40 projection=none
[[ $(head -1 good/metrics.csv) == epoch,train_loss,*,tied_share,images_per_second,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/maps.png
check_report good/report.html 6 1
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json example.png maps.png metrics.csv report.html summary.json ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
maps=20
[[ ! $sanitized ]] || maps=10
tiny=(--train $maps --val 5 --test 5 --batch 7)
for net in combresnet pure-conv; do
  succeed "${tiny[@]}" --net $net --noise-margin 0.2 --epochs 2 --out two-threads-$net
  threads=1 succeed "${tiny[@]}" --net $net --noise-margin 0.2 --epochs 2 --inspect 2,1 --out one-thread-$net
  same_run two-threads-$net one-thread-$net
done
succeed "${tiny[@]}" --noise-margin 0.2 --epochs 2 --seed 2 --out other-seed
! cmp -s two-threads-combresnet/checkpoint.safetensors other-seed/checkpoint.safetensors || fail "the seed changes nothing"
succeed "${tiny[@]}" --noise-margin 0.2 --epochs 2 --data-seed 2 --out other-maps
! cmp -s two-threads-combresnet/maps.png other-maps/maps.png || fail "--data-seed changes nothing"
succeed "${tiny[@]}" --size 18 --net combresnet --epochs 1 --out larger

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
for rule in identity blackbox "straight-through --samples 2" "imle --samples 2" imle-central aimle "aimle-central --samples 2" \
  "perturbed --samples 3" regularized "fenchel-young --samples 2 --epsilon 0.1" "fenchel-young --epsilon 0" none true-costs \
  "true-costs --loss l1" "blackbox --loss l1 --head abs" "identity --projection norm" "identity --mirror" \
  "blackbox --noise-margin 0.4 --informed-margin 0.1 --projection norm --milestones 1 --decay 0.5"; do
  same_in_parts "${small[@]}" --rule $rule
done
# With these losses both follow the predicted path minus the wanted one.
succeed "${small[@]}" --rule identity --epochs 2 --out identity
succeed "${small[@]}" --rule fenchel-young --epsilon 0 --epochs 2 --out perceptron
cmp identity/maps.png perceptron/maps.png || fail "identity and the structured perceptron differ"
succeed "${small[@]}" --rule identity --mirror --epochs 2 --out mirrored
! cmp -s identity/maps.png mirrored/maps.png || fail "--mirror changes nothing"
[[ $(column parts lambda) == 20 && $(column parts solver_calls_forward) == 30 && $(column parts solver_calls_backward) == 30 ]] ||
  fail "diagnostics of blackbox: $(cat parts/metrics.csv)"
[[ $(column parts learning_rate) == 0.0025 ]] || fail "learning rate after the milestone: $(column parts learning_rate)"
check "$(column parts clamped_share) > 0.1" "normalised costs with a margin leave the domain"

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
steps=6 reading=60 # of an epoch; of the clock, in the midst of the training
[[ ! $sanitized ]] || steps=2 reading=40
killing=(--net pure-conv --train $((10 * steps)) --val 5 --test 5 --batch 10 --rule aimle --noise-margin 0.1 --mirror --epochs 8)
same_when_interrupted "clock $reading INT" "${killing[@]}"
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${killing[@]/aimle/imle}" --resume

# ---- Export, and training on what was exported -----------------------------------------------------------------
succeed export --out exported --train $maps --val 5 --test 5
[[ $(ls exported) == 12x12 && $(ls exported/12x12 | wc -l) -eq 9 ]] || fail "files: $(ls exported exported/*)"
succeed "${tiny[@]}" --data exported --noise-margin 0.2 --epochs 2 --out from-files
same_run two-threads-combresnet from-files
succeed --data exported/12x12 --train $((maps - 6)) --batch 7 --net pure-conv --epochs 1 --out from-part

# ---- A picture in, costs and path out --------------------------------------------------------------------------
checkpoint=good/checkpoint.safetensors
succeed predict --checkpoint $checkpoint --map good/example.png --out prediction
grep -qxE 'path of [0-9]+ cells, predicted cost [0-9.]+; see prediction' out || fail "no word of the path"
check_png prediction/{costs,path}.png
# Every cell once, a path between the corners, and its cost as the sum over its cells.
awk -F, -v cells="$(number prediction/prediction.json path_cells)" -v cost="$(number prediction/prediction.json path_cost)" '
  NR == 1 { exit_code = $0 != "row,column,cost,on_path"; next }
  { ++count; if ($3 <= 0) exit_code = 1 }
  $4 == 1 { ++on_path; sum += $3; if ($1 == $2 && ($1 == 0 || $1 == 11)) ++corners }
  END { exit exit_code || count != 144 || on_path != cells || corners != 2 || cells < 12 || (sum - cost) ^ 2 > 1e-6 }
' prediction/cells.csv || fail "cells.csv: $(cat prediction/cells.csv prediction/prediction.json)"
threads=1 succeed predict --checkpoint $checkpoint --map good/example.png --out again
for file in cells.csv costs.png path.png; do
  cmp "prediction/$file" "again/$file" || fail "$file depends on the number of threads"
done
# A net does not answer the same to everything.
[[ $(cut -d, -f3 prediction/cells.csv | sort -u | wc -l) -gt 20 ]] || fail "costs are all alike"

refuse none 'good/maps.png: ' predict --checkpoint $checkpoint --map good/maps.png
grep -qF 'takes maps of 12 x 12 cells, 96 x 96 pixels' err || fail "no size in the error"
refuse none 'larger/example.png: 144 x 144 pixels' predict --checkpoint $checkpoint --map larger/example.png
refuse none 'config.json: ' predict --checkpoint $checkpoint --map good/config.json
refuse none 'nothing.png' predict --checkpoint $checkpoint --map nothing.png
refuse none 'good/example.png' predict --checkpoint good/example.png --map good/example.png
refuse none 'nothing.safetensors' predict --checkpoint nothing.safetensors --map good/example.png
succeed "${small[@]}" --rule none --epochs 1 --out masks
refuse none 'predicts no costs' predict --checkpoint masks/checkpoint.safetensors --map good/example.png
cp $checkpoint flipped && flip flipped
refuse none 'flipped: ' predict --checkpoint flipped --map good/example.png

# ---- Data that cannot be read: an old run stays as it was ------------------------------------------------------
from_files=("${tiny[@]}" --data bad --epochs 1)
# spoil: a new copy of the data to break
spoil() { rm -rf bad && mkdir bad && cp exported/12x12/* bad; }
refuse good 'nowhere' --data nowhere
spoil && rm bad/val_maps.npy
refuse good 'bad: no val_maps.npy' "${from_files[@]}"
spoil && truncate -s -100 bad/train_maps.npy
refuse good 'bad/train_maps.npy: ' "${from_files[@]}"
spoil && echo more >>bad/test_vertex_weights.npy
refuse good 'bad/test_vertex_weights.npy: ' "${from_files[@]}"
spoil && cp bad/train_maps.npy bad/train_shortest_paths.npy
refuse good 'bad/train_shortest_paths.npy: ' "${from_files[@]}"
spoil && sed -i "s/'fortran_order': False/'fortran_order': True /" bad/test_maps.npy
refuse good 'bad/test_maps.npy: ' "${from_files[@]}"
refuse good "exported: $maps train maps, fewer than the $((maps + 1)) asked for" --data exported --train $((maps + 1))
refuse good '18' --data exported --size 18

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--net' --net mlp
refuse_option '--size' --size 3
refuse_option '--lambda' --lambda 0
refuse_option '--epsilon' --epsilon -1
refuse_option '--lr' --lr nan
refuse_option '--data-seed' --data-seed -1
refuse_option '--milestones' --milestones -3
refuse_option '--loss hamming' --rule identity --loss hamming
refuse_option '--loss hamming' --rule straight-through --loss hamming
refuse_option '--loss l1' --rule fenchel-young --loss l1
refuse_option '--head abs' --rule none --head abs
refuse_option '--samples 2' --rule blackbox --samples 2
refuse_option '--noise gumbel' --rule identity --noise gumbel
refuse_option '--noise none' --rule perturbed --noise none
refuse_option '--projection norm' --rule true-costs --projection norm
refuse_option 'margin' --rule none --noise-margin 0.2
refuse_option 'extra' extra
refuse_option '--checkpoint' predict --map good/example.png
refuse_option '--train' export --train 0

lose_output "${small[@]}" --epochs 1 --out lost
lose_output export --out lost-maps --train 1 --val 1 --test 1
check_help "data seed threads epochs rule out resume size train val test data-seed net head loss lambda samples noise \
  tau sigma epsilon aimle-as-code aimle-nonzeros projection noise-margin informed-margin mirror batch lr milestones \
  decay" \
  "--data=generated --epochs=50 --rule=identity --size=12 --net=combresnet --lambda=20 --batch=70 --lr=0.005"
for command in predict export; do
  "$program" $command --help >out 2>err && grep -qE '^ +--out ' out || fail "--help of $command"
done
echo "warcraft: all good"
