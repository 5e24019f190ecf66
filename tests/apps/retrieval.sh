#!/usr/bin/env bash
# Finds pictures of the same class, for seconds: quality, files, every rule, the same bytes for any number of threads and
# after any kill, studies that go on, and what it says of broken files and options.
# Usage: retrieval.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" retrieval "$@"
source "$tools/made_up_data.sh"

time_columns=4 pictures="neighbours mistakes"
each=12
[[ ! $sanitized ]] || each=8
make_pictures alphabets $each
tiny=(--batch 16 --channels 8 --tasks 20)
small=(--data alphabets "${tiny[@]}")

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
epochs=8
[[ ! $sanitized ]] || epochs=2
succeed "${small[@]}" --rule blackbox --noise-margin 0.1 --lr 3e-3 --epochs $epochs --out good
[[ $(grep -cE "^epoch [0-9]/$epochs  loss [0-9.]+  recall@1 [0-9.]+ %  @2 [0-9.]+ %  @4 [0-9.]+ %  @8 [0-9.]+ %  MAP@R [0-9.]+ %  one-shot [0-9.]+ %\$" out) -eq $epochs ]] ||
  fail "not one line an epoch"
grep -qE '^raw pixels find  recall@1 [0-9.]+ %  @2 ' out || fail "no word of raw pixels"
# One in five at random.
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json recall_1) > 0.5" "recall@1"
  check "$(column good train_loss) < $(column good train_loss 1)" "loss"
fi
has_entries good/summary.json app rule epochs seed recall_1 recall_2 recall_4 recall_8 map_at_r one_shot raw_recall_1 \
  raw_map_at_r raw_one_shot train_pictures train_classes test_pictures test_classes seconds
expect good/summary.json app=retrieval rule=blackbox data=alphabets finished=true train_classes=10 test_classes=5 \
  train_pictures=$((10 * each)) test_pictures=$((5 * each))
expect good/config.json channels=8 memory=3 projection=none noise_margin=0.1 lambda=0.2 test_data=
[[ $(head -1 good/metrics.csv) == epoch,train_loss,similarity_same,*,tied_share,solver_share,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/{neighbours,mistakes}.png
check_report good/report.html 5 2
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json metrics.csv mistakes.png neighbours.png report.html summary.json ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
same_on_threads "${small[@]}"
differs --seed 2
differs --turned-classes
differs --per-class 2
differs --shift 0
differs --turn 0
differs --weight-decay 0
differs --decay-at 1
differs --noise-margin 0.1
differs --informed-margin 0.1
differs --projection standardize
differs --lambda 2
differs --test-groups greek
differs --memory 1

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
for rule in identity "identity --projection none" "identity --projection norm" "blackbox --projection center" \
  "straight-through --samples 2" "imle --samples 2" imle-central aimle "aimle-central --samples 2" "perturbed --samples 3" \
  lapsum "sigmoid --noise-margin 0.1" triplet "contrastive --memory 0"; do
  same_in_parts "${small[@]}" --rule $rule
done

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
same_when_interrupted "clock 130 TERM" "${small[@]}" --rule aimle --epochs 6
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${small[@]}" --rule imle --epochs 6 --resume

# ---- A study, interrupted, goes on ------------------------------------------------------------------------------
study=(--study blackbox:noise=0.1,identity:none,triplet --seeds 2 --epochs 2)
succeed "${small[@]}" "${study[@]}" --out study
grep -qE '^identity:none +2 +[0-9.]+ ± [0-9.]+ ' out && grep -qE '^raw pixels ' out || fail "no table of the study"
[[ $(wc -l <study/table.csv) -eq 7 && $(head -1 study/table.csv) == method,run,recall_1,* ]] || fail "table.csv of the study"
[[ $(ls study | tr '\n' ' ') == 'config.json report.html summary.json table.csv ' ]] || fail "files of the study: $(ls study)"
threads=1 interrupt_at "clock 170 TERM" "${small[@]}" "${study[@]}" --out study-in-parts
succeed "${small[@]}" "${study[@]}" --out study-in-parts --resume
cmp study/table.csv study-in-parts/table.csv || fail "the study that was interrupted has another table"
# One run of a study is the run by itself.
succeed "${small[@]}" --rule triplet --seed 2 --epochs 2 --out triplet
[[ $(awk -F, '$1 == "triplet" && $2 == 1 { print $3 }' study/table.csv) == "$(column triplet recall_1)" ]] ||
  fail "a study's run differs from the run by itself"
sed -i 's/"triplet"/"magic"/' study-in-parts/summary.json
refuse study-in-parts 'no run of this study' "${small[@]}" "${study[@]}" --resume

# ---- Files -----------------------------------------------------------------------------------------------------
if command -v zip >/dev/null; then
  zip -qr alphabets.zip alphabets
  succeed "${tiny[@]}" --data alphabets.zip --epochs 2 --out zipped
  same_run two-threads zipped
  succeed "${tiny[@]}" --data alphabets.zip --test-data alphabets/greek --epochs 1 --out two-sources
  expect two-sources/summary.json train_classes=15 test_classes=5
fi
refuse good 'nowhere: ' --data nowhere
refuse good 'nowhere: ' --data alphabets --test-data nowhere
mkdir own
refuse good 'own: no PNG or JPEG file in it' --data own
cp alphabets/greek/a/1.png own
refuse good 'own: 1.png is in no folder' --data own
mkdir own/a
mv own/1.png own/a
flip own/a/1.png
refuse good 'own/a/1.png: ' --data own
echo "no archive" >own.zip
refuse good 'own.zip: no zip file' --data own.zip
refuse good 'there is no group klingon among greek, latin, tamil' --data alphabets --test-groups klingon
refuse good 'a batch of 1024 needs 256' --data alphabets --batch 1024
refuse good 'a batch of 1024 needs 256' --data alphabets --batch 1024 --study blackbox

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--rule' --rule lpgd
refuse_option '--batch 10' --batch 10
refuse_option '--lr' --lr nan
refuse_option '--turn' --turn 181
refuse_option '--samples 2' --rule identity --samples 2
refuse_option '--projection center' --rule lapsum --projection center
refuse_option '--projection' --projection sideways
refuse_option '--noise-margin' --rule triplet --noise-margin 0.1
refuse_option '--informed-margin' --rule contrastive --informed-margin 0.1
refuse_option '--test-groups' --test-groups greek --test-data alphabets
refuse_option '--study magic' --study blackbox,magic
refuse_option 'named twice' --study blackbox,blackbox
refuse_option 'sideways' --study identity:sideways
refuse_option '--inspect' --study blackbox --inspect 1:1
lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume test-data test-groups turned-classes channels batch per-class \
  memory shift turn lr weight-decay decay-at decay projection noise-margin informed-margin temperature distance ways \
  tasks study seeds samples lambda" \
  "--data=fashion-mnist --epochs=80 --rule=blackbox --batch=128 --memory=3 --lr=0.001 --weight-decay=0.0004 \
  --lambda=0.2 --decay-at=35"
echo "retrieval: all good"
