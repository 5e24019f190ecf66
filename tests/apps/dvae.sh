#!/usr/bin/env bash
# Trains the discrete VAE for seconds on made-up images: quality, files, the same bytes for any number of threads and
# after any kill, and what it says of broken input and options.
# Usage: dvae.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" dvae "$@"
source "$tools/made_up_data.sh"

make_images data
small=(--data data --validation 100 --batch 5) # 100 steps an epoch
time_columns=3 pictures="reconstructions codes samples"

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
succeed "${small[@]}" --epochs 3 --out good
[[ $(grep -c '^epoch [1-3]/3  N-ELBO train [0-9.]*  test [0-9.]*  (BCE [0-9.]* + KL [0-9.]*)$' out) -eq 3 ]] ||
  fail "not one line an epoch"
# An image that is guessed pixel by pixel at ½ costs 543 nats.
awk -F, 'END { exit !(NR == 4 && $1 == 3 && $2 > 0 && $2 < 250 && $8 > 0 && $8 < 250) }' good/metrics.csv ||
  fail "N-ELBO after three epochs: $(tail -1 good/metrics.csv)"
[[ $(head -1 good/metrics.csv) == epoch,train_nelbo,*,solver_seconds_forward,solver_seconds_backward,seconds ]] || fail "columns of metrics.csv"

has_entries good/summary.json app rule data k epochs seed train_nelbo test_nelbo test_bce test_kl seconds steps_per_second
expect good/summary.json app=dvae rule=identity data=data k=10 epochs=3 seed=1 finished=true
expect good/config.json noise=sog projection=standardize batch=5 tau=10
check_png good/{reconstructions,codes,samples}.png
check_report good/report.html 4 3
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors codes.png config.json metrics.csv reconstructions.png report.html samples.png summary.json ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
threads=1 succeed "${small[@]}" --epochs 3 --out one-thread
same_run good one-thread
succeed "${small[@]}" --epochs 3 --seed 2 --out other-seed
! cmp -s good/checkpoint.safetensors other-seed/checkpoint.safetensors || fail "the seed changes nothing"

succeed "${small[@]}" --epochs 1 --rule identity --projection none --out identity
succeed "${small[@]}" --epochs 1 --rule straight-through --out straight
same_run identity straight
succeed "${small[@]}" --epochs 1 --k 1 --rule straight-through --samples 3 --out samples
expect samples/config.json noise=gumbel

# ---- Looking at a step changes nothing -------------------------------------------------------------------------
succeed "${small[@]}" --epochs 3 --inspect 2,50 --out inspected
same_run good inspected
"$json" --same good/config.json inspected/config.json out || fail "config.json of an inspected run"
grep -q '"title":"dvae: epoch 2, step 50"' inspected/inspect.html || fail "no page of epoch 2, step 50"
[[ $(grep -c '<iframe' inspected/report.html) -eq 1 ]] || fail "the page is not in the report"
refuse inspected "--inspect 1,101: the run has 3 epochs of 100 steps" "${small[@]}" --epochs 3 --inspect 1,101

# ---- Every rule trains -----------------------------------------------------------------------------------------
for rule in imle imle-central aimle aimle-central perturbed score-function softsub concrete; do
  succeed "${small[@]}" --epochs 1 --k 3 --samples 2 --rule $rule --out "rule-$rule"
done
for rule in gumbel-softmax gumbel-softmax-hard; do
  succeed "${small[@]}" --epochs 1 --k 1 --samples 2 --rule $rule --out "rule-$rule"
done
for rule in aimle score-function; do # what a rule has learned is in the checkpoint
  succeed "${small[@]}" --epochs 2 --k 3 --rule $rule --out "whole-$rule"
  succeed "${small[@]}" --epochs 1 --k 3 --rule $rule --out "parts-$rule"
  succeed "${small[@]}" --epochs 2 --k 3 --rule $rule --out "parts-$rule" --resume
  same_run "whole-$rule" "parts-$rule"
done
# AIMLE's step grows while differences have too few non-zeros: one is much for so small a step, nearly none is not.
succeed "${small[@]}" --epochs 1 --k 3 --rule aimle --aimle-nonzeros 1e-6 --out content
[[ $(column content alpha) == 0 && $(column rule-aimle alpha) != 0 ]] ||
  fail "alpha: $(column content alpha), $(column rule-aimle alpha)"

# ---- A run that was stopped and resumed ends with the same bytes -----------------------------------------------
# More epochs; then as if killed between the row of epoch 3 and its checkpoint.
succeed "${small[@]}" --epochs 2 --out longer
cp longer/checkpoint.safetensors of-epoch-2
succeed "${small[@]}" --epochs 3 --out longer --resume
same_run good longer
cp of-epoch-2 longer/checkpoint.safetensors
threads=1 succeed "${small[@]}" --epochs 3 --out longer --resume
same_run good longer
expect longer/summary.json epochs=3
# Fewer epochs than it has: it says so, and nothing is lost.
succeed "${small[@]}" --epochs 1 --out longer --resume
grep -qx 'nothing to train: the run has 3 epochs, and --epochs is 1' out || fail "no word of it"
same_run good longer

# Ctrl-C in the middle of an epoch, and between its row and its checkpoint. (kills.sh kills it anywhere.)
interrupt_at "clock 40 INT" "${small[@]}" --epochs 3 --out interrupted
grep -qx 'interrupted in epoch 1; continue with --resume' out || fail "not within the epoch"
[[ ! -e interrupted/summary.json ]] || fail "a summary of a run that has not ended"
# The folder has config.json, metrics.csv and the checkpoint before epoch 1; metrics.csv is the first file behind it.
interrupt_at "renamed 4 TERM" "${small[@]}" --epochs 3 --out interrupted
grep -qx 'interrupted after epoch 1; continue with --resume' out || fail "not after the epoch"
succeed "${small[@]}" --epochs 3 --out interrupted --resume
same_run good interrupted

# ---- What cannot be resumed ------------------------------------------------------------------------------------
refuse none 'none/checkpoint.safetensors' "${small[@]}" --resume
[[ ! -e none ]] || fail "--resume made a folder"
refuse good "--resume: k is 5 now but 10 in good/config.json" "${small[@]}" --epochs 3 --k 5 --resume
refuse good "--resume: seed is 7 now but 1 in good/config.json" "${small[@]}" --epochs 3 --seed 7 --resume
cp -r good broken
truncate -s -100 broken/checkpoint.safetensors
refuse broken 'broken/checkpoint.safetensors: ' "${small[@]}" --epochs 4 --resume
cp good/checkpoint.safetensors broken/
flip broken/checkpoint.safetensors
refuse broken 'broken/checkpoint.safetensors: ' "${small[@]}" --epochs 4 --resume
: >broken/checkpoint.safetensors
refuse broken 'broken/checkpoint.safetensors: ' "${small[@]}" --epochs 4 --resume
cp good/checkpoint.safetensors broken/
sed -i '$d' broken/metrics.csv
refuse broken 'broken/metrics.csv: ends at epoch 2' "${small[@]}" --epochs 4 --resume

# ---- Data that cannot be read: an old run stays as it was ------------------------------------------------------
images=train-images-idx3-ubyte labels=train-labels-idx1-ubyte
# spoil: a new copy of the data to break
spoil() { rm -rf bad && cp -r data bad; }
refuse good 'nowhere' --data nowhere
spoil && rm bad/t10k-labels-idx1-ubyte
refuse good 'bad/t10k-labels-idx1-ubyte' --data bad
spoil && gzip -dc data/$images.gz | head -c 100000 >bad/$images && rm bad/$images.gz
refuse good "bad/$images" --data bad
spoil && cp data/$labels bad/$images && rm bad/$images.gz
refuse good "bad/$images" --data bad
spoil && flip bad/$images.gz
refuse good "bad/$images.gz" --data bad
spoil && truncate -s -30 bad/$images.gz
refuse good "bad/$images.gz" --data bad
spoil && head -c 500 data/$labels >bad/$labels
refuse good "bad/$labels" --data bad
refuse good '--validation 600' --data data --validation 600
: >file
refuse file 'file' "${small[@]}"
refuse new/folder 'nowhere' --data nowhere
[[ ! -e new ]] || fail "a run that could not start made its folder"

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--k' --k 0
refuse_option '--k' --k 21
refuse_option '--epochs' --epochs 0
refuse_option '--lr' --lr -1
refuse_option '--lr' --lr nan
refuse_option '--noise' --noise pink
refuse_option '--rule' --rule magic
refuse_option '--seed' --seed -1
refuse_option '--frequency' --frequency 3
refuse_option 'extra' extra
refuse_option '--projection standardize' --rule straight-through --projection standardize
refuse_option '--samples 2' --rule identity --samples 2
refuse_option '--k 10' --rule gumbel-softmax
refuse_option '--noise sog' --rule perturbed --noise sog
refuse_option '--lambda' --lambda 0

lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume k batch lr validation noise tau projection samples lambda \
  aimle-as-code aimle-nonzeros" \
  "--k=10 --epochs=100 --batch=100 --lr=0.001 --rule=identity --data=fashion-mnist --validation=10000"
echo "dvae: all good"
