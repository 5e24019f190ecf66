#!/usr/bin/env bash
# Finds the words that tell a rating, for seconds: quality, files, every rule, the same bytes for any number of threads
# and after any kill, texts and rationales from files, predict, and what it says of broken files and options.
# Usage: explain.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" explain "$@"

time_columns=5 pictures=words
texts=80 tests=20
[[ ! $sanitized ]] || texts=20 tests=5
small=(--train $texts --val $tests --test $tests --batch 10 --length 12 --planted 2 --fillers 20 --width 8 --min-count 1)

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
train=3000
[[ ! $sanitized ]] || train=20
succeed --train $train --val 100 --test 300 --batch 20 --length 20 --planted 3 --fillers 100 --width 24 --min-count 2 --epochs 3 --out good
[[ $(grep -cE '^epoch [1-3]/3  MSE train [0-9.e+-]+  test [0-9.e+-]+  accuracy [0-9.]+ %  right words [0-9.]+ % \(at random [0-9.]+ %\)$' out) -eq 3 ]] ||
  fail "not one line an epoch"
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json word_precision) > 0.9" "planted words that are chosen"
  check "$(number good/summary.json random_precision) < 0.35" "planted words at random"
  check "$(column good val_mse) < $(column good val_mse 1)" "validation loss"
fi
has_entries good/summary.json app rule epochs seed best_epoch vocabulary val_mse val_accuracy test_mse test_accuracy word_precision word_recall word_f1 \
  random_precision random_recall random_f1 seconds
expect good/summary.json app=explain rule=identity data=planted seed=1 finished=true k=3
expect good/config.json length=20 k=3 noise=none projection=standardize width=24 batch=20
[[ $(head -1 good/metrics.csv) == epoch,train_mse,*,tied_share,solver_share,steps_per_second,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/words.png
check_report good/report.html 5 1
[[ $(grep -c '<div class="passage">' good/report.html) -ge 6 ]] || fail "texts in report.html"
grep -q '<u><mark>' good/report.html || [[ $sanitized ]] || fail "no planted word is chosen in report.html"
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json metrics.csv report.html summary.json words.png ' ]] ||
  fail "files: $(ls good)"

# ---- Predict ---------------------------------------------------------------------------------------------------
text=$'A superb film \xe2\x80\x94 but awful\nmusic.'
succeed predict --checkpoint good/checkpoint.safetensors --text "$text" --k 2 --out predicted
[[ $sanitized ]] || grep -qxF "A [superb] film $(printf '\xe2\x80\x94') but [awful] music." out || fail "predict: $(cat out)"
grep -qE '^rating [0-9.]+ of 10, from: [a-z]+, [a-z]+; see predicted$' out || fail "predict: $(cat out)"
expect predicted/prediction.json app=explain words=6
[[ $sanitized ]] || expect predicted/prediction.json "chosen=superb, awful" unknown_words=0
grep -q '<mark>' predicted/prediction.html || fail "no word is marked in prediction.html"
printf '%s' "$text" >text
succeed predict --checkpoint good/checkpoint.safetensors --file text --k 2 --out from-file
cmp predicted/prediction.html from-file/prediction.html || fail "predict --file and --text differ"
complain 'predict: the text has no words' predict --checkpoint good/checkpoint.safetensors --text '...' --out none
complain 'nothere' predict --checkpoint good/checkpoint.safetensors --file nothere --out none
cp good/checkpoint.safetensors bent.safetensors
flip bent.safetensors
complain 'bent.safetensors' predict --checkpoint bent.safetensors --text good --out none
[[ ! -e none ]] || fail "predict wrote something"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
same_on_threads "${small[@]}"
differs --seed 2
differs --data-seed 2
differs --k 1
differs --dropout 0.5
differs --noise gumbel
differs --noise sog
differs --projection center
differs --lr 0.01

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
for rule in identity "identity --projection none" blackbox lpgd "straight-through --samples 2" "simple --samples 2" "imle --samples 2" \
  imle-central aimle "aimle-central --samples 2 --aimle-as-code" "perturbed --samples 3" regularized mcmc "softsub --samples 2" softsub-hard \
  "l2x --temperature 0.3" gumbel-softmax-hard; do
  same_in_parts "${small[@]}" --rule $rule
done
succeed "${small[@]}" --rule imle-central --lambda 20 --epochs 1 --out imle
[[ $(column imle lambda),$(column imle solver_calls_forward),$(column imle solver_calls_backward) == 20,$texts,$((2 * texts)) ]] ||
  fail "diagnostics of imle-central: $(cat imle/metrics.csv)"

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
killing=("${small[@]}" --train $((5 * texts)) --rule aimle --epochs 8)
killing=("${killing[@]:2}") # --train is given anew
same_when_interrupted "clock $((10 * texts / 3)) TERM" "${killing[@]}"
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${killing[@]/aimle/imle}" --resume

# ---- Reviews, rationales and word vectors from files -----------------------------------------------------------
mkdir -p own/docs
awk 'BEGIN {
  split("the film was with a story and music scene one", filler)
  for (i = 0; i < 60; ++i) {
    text = i % 2 ? "superb" : "awful"
    for (j = 0; j < 8; ++j) text = text " " filler[1 + (7 * i + 3 * j + int(i / 7)) % 10]
    print (i % 2 ? 9 : 2) "\tid" i "\t" text
  }
}' >own/train.tsv
head -20 own/train.tsv | gzip >own/test.tsv.gz
echo 'the music was awful , a scene' >own/docs/one.txt
echo 'superb' >own/docs/two.txt
{
  echo '{"annotation_id": "one.txt", "classification": "NEG", "evidences": [[{"docid": "one.txt", "start_token": 2, "end_token": 4}]]}'
  echo '{"annotation_id": "two.txt", "classification": "POS", "evidences": []}'
} | gzip >own/test.jsonl.gz
printf '3 4\nsuperb 1 0 0 1\nawful 0 1 1 0\nmusic 0.1 0.2 0.3 0.4\n' >own/words.vec
reading=(--data own --rationales own --val 10 --batch 10 --length 10 --k 2 --min-count 2 --epochs 2)
succeed "${reading[@]}" --width 8 --out read
has_entries read/summary.json rationale_accuracy word_precision
expect read/summary.json vocabulary=12 train=0 val=10
grep -q 'marked by people' read/report.html || fail "no rationales in report.html"
grep -q 'NEG, predicted' read/report.html || fail "no class in report.html"
succeed "${reading[@]}" --embeddings own/words.vec --out frozen
expect frozen/summary.json vocabulary=3
succeed "${reading[@]}" --embeddings own/words.vec --tune --out tuned
! cmp -s frozen/checkpoint.safetensors tuned/checkpoint.safetensors || fail "--tune changes nothing"
succeed predict --checkpoint frozen/checkpoint.safetensors --text 'superb music' --out predicted
succeed --data own --val 10 --batch 10 --length 10 --k 2 --min-count 2 --epochs 1 --width 8 --out unjudged
! grep -q word_precision unjudged/metrics.csv || fail "precision without rationales"

refuse good 'nowhere/train.tsv' --data nowhere
refuse good 'own: 60 training texts, but --train 55 and --val 10 are wanted' "${reading[@]}" --train 55
refuse good 'own: 20 test texts, but --test 21 are wanted' "${reading[@]}" --test 21
printf 'eleven\ta\tb\n' >own/test.tsv
refuse good 'own/test.tsv: the rating is "eleven", not a number from 0 to 10 (at line 1)' "${reading[@]}"
rm own/test.tsv
echo '{"annotation_id": "two.txt", "classification": "MIXED"}' >own/test.jsonl
refuse good 'own: two.txt is "MIXED", not POS or NEG' "${reading[@]}"
rm own/test.jsonl
refuse good 'nothere.vec' "${reading[@]}" --embeddings nothere.vec

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--rule' --rule reinmax
refuse_option '--dropout' --dropout 1
refuse_option '--lr' --lr nan
refuse_option '--min-count' --min-count 0
refuse_option '--k 6' --k 6 --length 5
refuse_option '--length 4' --length 4 --planted 5
refuse_option '--samples 2' --rule identity --samples 2
refuse_option '--noise sog' --rule perturbed --noise sog
refuse_option '--noise gumbel' --rule simple --noise gumbel
refuse_option '--noise sog' --rule softsub --noise sog
refuse_option '--tau' --rule l2x --tau 0.5
refuse_option '--projection center' --rule softsub --projection center
refuse_option '--projection' --projection sideways
refuse_option '--tune' --tune
lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume rationales train val test data-seed planted fillers k length \
  min-count width embeddings tune dropout batch lr noise tau projection samples temperature lambda aimle-as-code \
  aimle-nonzeros" \
  "--data=planted --epochs=20 --rule=identity --planted=5 --width=100 --batch=40 --lr=0.001 --dropout=0.2 \
  --lambda=1000 --min-count=10 --temperature=0.5"
echo "explain: all good"
