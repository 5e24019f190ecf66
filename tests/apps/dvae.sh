#!/usr/bin/env bash
# Trains the discrete VAE for seconds on made-up images: quality, files, the same bytes for any number of threads and
# after any kill, and what it says of broken input and options.
# Usage: dvae.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" dvae "$@"

# ---- Data: bars at ten places ----------------------------------------------------------------------------------
digits=('\0' '\1' '\2' '\3' '\4' '\5' '\6' '\7' '\10' '\11')
# make_part PREFIX COUNT COUNT_IN_TWO_BYTES: images packed, labels plain
make_part() {
  {
    printf "\0\0\10\3\0\0$3\0\0\0\34\0\0\0\34"
    awk -v count="$2" 'BEGIN {
      for (i = 0; i < count; ++i)
        for (y = 0; y < 28; ++y)
          for (x = 0; x < 28; ++x)
            printf "%c", int((i % 10 < 5 ? x : y) / 5) == i % 5 ? 200 + i * 37 % 56 : 2
    }'
  } | gzip -c >"data/$1-images-idx3-ubyte.gz"
  {
    printf "\0\0\10\1\0\0$3"
    for ((i = 0; i < $2; ++i)); do printf "${digits[i % 10]}"; done
  } >"data/$1-labels-idx1-ubyte"
}
mkdir data
make_part train 600 '\2\130'
make_part t10k 100 '\0\144'

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

for key in app rule data k epochs seed train_nelbo test_nelbo test_bce test_kl seconds steps_per_second; do
  grep -qE "^  \"$key\": (\"[^\"]+\"|[0-9.e+-]+),?$" good/summary.json || fail "$key in $(cat good/summary.json)"
done
for entry in '"app": "dvae"' '"rule": "identity"' '"data": "data"' '"k": 10' '"epochs": 3' '"seed": 1' '"finished": true'; do
  grep -qF "$entry" good/summary.json || fail "no $entry in $(cat good/summary.json)"
done
for entry in '"noise": "sog"' '"projection": "standardize"' '"batch": 5' '"tau": 10'; do
  grep -qF "$entry" good/config.json || fail "no $entry in $(cat good/config.json)"
done
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
grep -q '"noise": "gumbel"' samples/config.json || fail "noise of --k 1"

# ---- Looking at a step changes nothing -------------------------------------------------------------------------
succeed "${small[@]}" --epochs 3 --inspect 2,50 --out inspected
same_run good inspected
cmp good/config.json <(sed 's/"inspected"/"good"/' inspected/config.json) || fail "config.json of an inspected run"
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
alpha() { awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "alpha") at = i } END { print $at }' "$1/metrics.csv"; }
succeed "${small[@]}" --epochs 1 --k 3 --rule aimle --aimle-nonzeros 1e-6 --out content
[[ $(alpha content) == 0 && $(alpha rule-aimle) != 0 ]] || fail "alpha: $(alpha content), $(alpha rule-aimle)"

# ---- A run that was stopped and resumed ends with the same bytes -----------------------------------------------
# More epochs; then as if killed between the row of epoch 3 and its checkpoint.
succeed "${small[@]}" --epochs 2 --out longer
cp longer/checkpoint.safetensors of-epoch-2
succeed "${small[@]}" --epochs 3 --out longer --resume
same_run good longer
cp of-epoch-2 longer/checkpoint.safetensors
threads=1 succeed "${small[@]}" --epochs 3 --out longer --resume
same_run good longer
grep -q '"epochs": 3' longer/summary.json || fail "summary of a resumed run"

killed=0
for epochs in 0 0 1 1 2; do
  resume=()
  [[ ! -e killed/checkpoint.safetensors ]] || resume=(--resume)
  start killed "${small[@]}" --epochs 3 "${resume[@]}"
  while [[ $(rows killed) -lt $epochs ]] && running; do sleep 0.01; done
  sleep "0.$(printf %02d $((RANDOM % 15)))"
  stop KILL
  [[ $code -ne 137 ]] || killed=$((killed + 1))
done
[[ $killed -ge 3 ]] || fail "only $killed runs were killed"
[[ -e killed/checkpoint.safetensors ]] || fail "no checkpoint after $killed kills"
succeed "${small[@]}" --epochs 3 --out killed --resume
same_run good killed

# Ctrl-C behind an epoch's report, until it once comes in the middle of the next epoch and not at its border.
within=no
for try in 1 2 3 4 5 6 7 8; do
  rm -rf interrupted
  start interrupted "${small[@]}" --epochs 3
  while [[ $(rows interrupted) -lt 1 || ! interrupted/report.html -nt interrupted/checkpoint.safetensors ]] && running; do
    sleep 0.01
  done
  sleep "0.0$((try % 4 * 3))"
  stop INT
  [[ $code -eq 130 && ! -s err ]] || fail "exit code $code after Ctrl-C"
  tail -1 out | grep -qxE 'interrupted (in|after) epoch [1-3]; continue with --resume' || fail "no word of the interruption"
  [[ ! -e interrupted/summary.json ]] || fail "a summary of a run that has not ended"
  if grep -q '^interrupted in epoch' out; then within=yes && break; fi
done
[[ $within == yes ]] || fail "never interrupted within an epoch"
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

"$program" --help >out 2>err || fail "exit code $? of --help"
[[ ! -s err ]] || fail "--help writes to stderr"
for text in data seed threads epochs rule out resume k batch lr validation noise tau projection samples lambda aimle-as-code aimle-nonzeros; do
  grep -qE "^ +(-h,)?--$text " out || fail "no --$text in --help"
done
for default in --k=10 --epochs=100 --batch=100 --lr=0.001 --rule=identity --data=fashion-mnist --validation=10000; do
  grep -qE -- "^ +${default%=*} .*=${default#*=}( |\$)" out || fail "--help does not show the default $default"
done
echo "dvae: all good"
