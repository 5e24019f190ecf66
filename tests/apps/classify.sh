#!/usr/bin/env bash
# Classifies made-up images for seconds: quality, files, every loss, the same bytes for any number of threads and after an
# interruption, a study, and what it says of broken files and options.
# Usage: classify.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" classify "$@"
source "$tools/made_up_data.sh"

time_columns=2 pictures="examples mistakes"
make_images images
small=(--data images --train 20 --test 10 --batch 5)

# make_cifar FOLDER: CIFAR-10's files, ten images each, whose brightness tells their class
make_cifar() {
  local file label
  mkdir "$1"
  for file in data_batch_{1..5} test_batch; do
    for label in {0..9}; do
      printf "\\$(printf %o "$label")"
      head -c 3072 /dev/zero | tr '\0' "\\$(printf %o $((25 * label)))"
    done >"$1/$file.bin"
  done
}

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
# Bars at ten places, which must not be moved by more than their width.
train=600 tests=100
[[ ! $sanitized ]] || train=20 tests=10
succeed --data images --train $train --test $tests --batch 20 --lr 1e-3 --shift 0.05 --no-flips --epochs 3 --out good
[[ $(grep -cE '^epoch [1-3]/3  loss train [0-9.e+-]+  test [0-9.e+-]+  right train [0-9.]+ %  test [0-9.]+ %$' out) -eq 3 ]] ||
  fail "not one line an epoch"
[[ $sanitized ]] || check "$(number good/summary.json test_accuracy) > 0.5" "right answers"
has_entries good/summary.json app loss data epochs seed train_loss train_accuracy test_loss test_accuracy test_cross_entropy seconds
expect good/summary.json app=classify loss=cross-entropy rule=none data=images seed=1 finished=true
expect good/config.json noise=none batch=20 lr=0.001 shift=0.05 no_flips=true epsilon=1 study=false
[[ $(head -1 good/metrics.csv) == epoch,train_loss,train_accuracy,test_loss,test_accuracy,test_cross_entropy,zero_gradient_share,solver_seconds,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/{examples,mistakes}.png
[[ $sanitized ]] || check_report good/report.html 4 "$(awk -v right="$(number good/summary.json test_accuracy)" 'BEGIN { print 1 + (right < 1) }')"
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json examples.png metrics.csv mistakes.png report.html summary.json ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
same_on_threads "${small[@]}" --loss fenchel-young --samples 3
differs --seed 2
differs --noise gumbel
differs --epsilon 0.1
differs --shift 0
differs --no-flips
differs --lr 1e-3

# ---- Every loss trains; a run that was stopped and resumed ends with the same bytes ------------------------------
for loss in cross-entropy "fenchel-young --samples 100 --noise gumbel" "fenchel-young --epsilon 0" sparsemax discrete \
  "discrete --rule aimle --epsilon 0.5"; do
  same_in_parts "${small[@]}" --loss $loss
done
killing=(--data images --train 60 --test 10 --batch 5 --loss fenchel-young --epochs 2)
same_when_interrupted "renamed 3 TERM" "${killing[@]}"
refuse unbroken '--resume: loss is "sparsemax" now but "fenchel-young" in unbroken/config.json' "${killing[@]/fenchel-young/sparsemax}" --resume

# ---- A study, and the same from its pieces ----------------------------------------------------------------------
study=(--study --data images --train 20 --test 10 --batch 10 --epochs 2 --sample-counts 1,10 --epsilons 0.1)
if [[ $sanitized ]]; then study+=(--seeds 1 --losses cross-entropy,fenchel-young); else study+=(--seeds 2); fi
succeed "${study[@]}" --out study
expect study/summary.json app=classify finished=true
has_entries study/summary.json cross-entropy_test_accuracy fenchel-young_M10_e1_less_cross_entropy fenchel-young_M1_e1_standard_error
check_png study/{accuracy,cross_entropy,epsilon}.png
check_report study/report.html 4 0
if [[ ! $sanitized ]]; then
  # Cross-entropy, sparsemax, and Fenchel-Young with two numbers of draws and two scales, each with two seeds.
  [[ $(wc -l <study/study.csv) -eq 13 && $(number study/summary.json trainings) -eq 12 ]] || fail "trainings: $(cat study/study.csv)"
  succeed --data images --train 20 --test 10 --batch 10 --epochs 2 --loss fenchel-young --samples 10 --epsilon 0.1 --seed 2 --out alone
  [[ $(without_times alone 2) == "$(without_times study/runs/fenchel-young_M10_e0.1_seed2 2)" ]] ||
    fail "a training of the study is not the training by itself"
  threads=1 interrupt_at "renamed 40 TERM" "${study[@]}" --out stopped
  expect stopped/summary.json finished=false
  succeed "${study[@]}" --out stopped --resume
  diff <(cut -d, -f1-9 study/study.csv) <(cut -d, -f1-9 stopped/study.csv) ||
    fail "the resumed study differs"
  for run in study/runs/*; do
    cmp "$run/checkpoint.safetensors" "stopped/runs/${run##*/}/checkpoint.safetensors" || fail "$run of the resumed study"
  done
  flip stopped/runs/sparsemax_seed1/checkpoint.safetensors
  run "${study[@]}" --out stopped --resume
  [[ $code -eq 2 ]] && grep -q sparsemax_seed1 err || fail "a damaged checkpoint: $code"
fi
refuse study '--resume: lr is 0.005 now but 0.0001 in study/config.json' "${study[@]}" --lr 0.005 --resume

# ---- Files -----------------------------------------------------------------------------------------------------
make_cifar cifar
succeed --data cifar --train 20 --test 10 --batch 10 --epochs 1 --out colours
expect colours/summary.json data=cifar finished=true
grep -q 'airplane' colours/report.html || fail "no names of classes"
refuse good 'nowhere does not exist' --data nowhere
refuse good '--train 601: there are 600 images' --data images --train 601
refuse good '--test 101: there are 100 images' --data images --test 101
printf x >>cifar/data_batch_3.bin
refuse good 'cifar/data_batch_3.bin: image 11 is cut off: 1 bytes of 3073 (at byte 30730)' --data cifar
rm cifar/test_batch.bin
truncate -s -1 cifar/data_batch_3.bin
refuse good 'cifar/test_batch.bin' --data cifar

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--loss' --loss hinge
refuse_option '--rule imle' --rule imle
refuse_option '--samples 5' --samples 5
refuse_option '--samples 5' --loss discrete --rule identity --samples 5
refuse_option '--noise gumbel' --loss sparsemax --noise gumbel
refuse_option '--noise gumbel' --loss discrete --noise gumbel
refuse_option '--noise none' --loss fenchel-young --noise none
refuse_option '--noise none' --loss discrete --rule perturbed --noise none
refuse_option '--epsilon' --epsilon -1
refuse_option '--epsilon 0' --study --epsilon 0
refuse_option '--shift' --shift 0.6
refuse_option '--lr' --lr nan
refuse_option '--batch' --batch 0
refuse_option '--study' --study --samples 10
refuse_option '--inspect' --study --inspect 1,1
refuse_option '--rule reinmax' --study --rule reinmax
refuse_option '--losses' --study --losses hinge
refuse_option '--epsilons' --study --epsilons 0
lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume loss epsilon samples noise train test shift no-flips batch lr \
  study losses sample-counts epsilons seeds lambda" \
  "--data=fashion-mnist --epochs=30 --loss=cross-entropy --epsilon=1 --samples=1 --shift=0.1 --batch=32 --lr=0.0001 \
  --seeds=3"
echo "classify: all good"
