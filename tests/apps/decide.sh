#!/usr/bin/env bash
# Runs predict-then-optimise on small problems: what is learned, the files that are left, the same bytes for any number
# of threads, Ctrl-C and --resume, the list, and what it says of broken files and bad options.
# Usage: decide.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" decide "$@"

same_but_time() { "$json" --same "$1" "$2" seconds; }
# regret FOLDER PROBLEM LOSS
regret() { awk -F, -v p="$2" -v l="$3" '$1 == p && $2 == l { print $4 }' "$1/table.csv"; }

losses=(mse spo-plus pg pfyl dpo dbb nid imle imle-regret aimle nce cmap cmap-costs ltr-pointwise ltr-pairwise ltr-difference
  ltr-listwise)
small=(--problems path,knapsack --seeds 2 --train 100 --test 60 --epochs 8 --batch 16)

# ---- The list --------------------------------------------------------------------------------------------------
succeed --list
for name in path knapsack tsp20 tsp50 "${losses[@]}"; do grep -q "^  $name  *[A-Za-z0-9]" out || fail "no $name in the list"; done
[[ ! -e out/decide ]] || fail "--list leaves files"

# ---- What it finds, and what it leaves -------------------------------------------------------------------------
succeed "${small[@]}" --out good
[[ $(grep -c '^\(path\|knapsack\) [01]  regret %  mse ' out) -eq 4 ]] || fail "not one line a repetition"
grep -q '^problem  *loss  *regret %' out || fail "no table at the end"
[[ $(head -1 good/table.csv) == problem,loss,repetitions,regret,deviation,published,solves_epoch ]] || fail "table.csv"
[[ $(head -1 good/curves.csv) == problem,loss,repetition,epoch,regret ]] || fail "curves.csv"
rows=$((2 * ${#losses[@]}))
[[ $(wc -l <good/table.csv) -eq $((1 + rows)) && $(wc -l <good/curves.csv) -eq $((1 + rows * 2 * 9)) ]] || fail "rows of the tables"
expect good/summary.json finished=true
has_entries good/summary.json seed table.0.regret repetitions.0.losses.spo-plus.seconds repetitions.0.costs
# Nobody does better than the best decision, and what is learned does better than what it began with.
awk -F, 'NR > 1 && $5 < -1e-6 { exit 1 }' good/curves.csv || fail "a regret below zero"
for loss in spo-plus pfyl cmap-costs ltr-pointwise; do
  first=$(awk -F, -v l=$loss '$1 == "path" && $2 == l && $4 == 0 { s += $5 / 2 } END { print s }' good/curves.csv)
  check "$(regret good path $loss) < 0.8 * $first" "regret of $loss on paths"
done
# 100 instances, each solved so many times an epoch.
for pair in mse:0 spo-plus:100 pg:200 pfyl:300 dpo:300 dbb:200 nid:100 imle:600 imle-regret:600 aimle:600; do
  [[ $(awk -F, -v l="${pair%:*}" '$1 == "path" && $2 == l { print $7 }' good/table.csv) == "${pair#*:}" ]] || fail "solves of $pair"
done
# Pools grow by some of the batches, by all, or by none.
for ratio in 0.5:'> 0' 1:'== 100' 0:'== 0'; do
  succeed --losses nce --seeds 1 --train 100 --test 60 --epochs 8 --batch 16 --solve-ratio "${ratio%%:*}" --out pool
  check "$(awk -F, '$2 == "nce" { print $7 }' pool/table.csv) ${ratio#*:}" "solves of nce with ratio ${ratio%%:*}"
done
# The worst of several best decisions is no better than the solver's own.
for ties in own worst; do
  succeed --problems knapsack --losses spo-plus --seeds 1 --train 100 --test 60 --epochs 2 --ties $ties --out ties-$ties
done
check "$(regret ties-worst knapsack spo-plus) >= $(regret ties-own knapsack spo-plus)" "regret of tied decisions"
# Published figures stand beside their own setting alone.
[[ $(awk -F, 'NR > 1 && $6 != ""' good/table.csv) == "" ]] || fail "published figures beside another setting"
check_png good/{path,knapsack}.png
check_report good/report.html 2 0

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
threads=1 succeed "${small[@]}" --out one-thread
for file in table.csv curves.csv path.png; do
  cmp "good/$file" "one-thread/$file" || fail "$file depends on the number of threads"
done
same_but_time good/summary.json one-thread/summary.json || fail "summary.json depends on the number of threads"
# What a loss learns does not depend on which others are run.
succeed "${small[@]}" --losses aimle --out alone
cmp <(grep ',aimle,' good/curves.csv) <(grep ',aimle,' alone/curves.csv) || fail "results depend on the other losses"
succeed "${small[@]}" --losses aimle --seed 2 --out other-seed
! cmp -s alone/curves.csv other-seed/curves.csv || fail "the seed changes nothing"
succeed --problems tsp20 --losses spo-plus --seeds 1 --train 4 --test 2 --epochs 1 --out tours
[[ $(regret tours tsp20 spo-plus) != "" ]] || fail "no tours"

# ---- Stopped and resumed ---------------------------------------------------------------------------------------
# Files: config.json, then table.csv, curves.csv and summary.json, at the start and behind each repetition.
interrupt_at "renamed 7 INT" "${small[@]}" --out stopped
grep -q '^path 0' out && ! grep -q '^knapsack' out || fail "not interrupted behind the first repetition"
expect stopped/summary.json finished=false
succeed "${small[@]}" --resume --out stopped
! grep -q '^path 0' out || fail "a finished repetition was run again"
for file in table.csv curves.csv path.png; do
  cmp "good/$file" "stopped/$file" || fail "$file of the resumed run differs"
done
same_but_time good/summary.json stopped/summary.json || fail "summary.json of the resumed run differs"
complain '--resume: sigma is 2 now but 1 in stopped/config.json' "${small[@]}" --sigma 2 --resume --out stopped
complain '--resume: no checkpoint nowhere/summary.json' "${small[@]}" --resume --out nowhere
sed -i 's/"aimle": {/"other": {/' stopped/summary.json
complain 'stopped/summary.json: repetition entry 1: nothing of the loss aimle' "${small[@]}" --resume --out stopped

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--problems' --problems sudoku
refuse_option '--losses' --losses hinge
refuse_option '--seeds' --seeds 0
refuse_option '--degree' --degree 0
refuse_option '--noise' --noise 1.5
refuse_option '--lr' --lr 0
refuse_option '--pg-step' --pg-step 0
refuse_option '--solve-ratio' --solve-ratio 1.1
refuse_option '--margin' --margin -1
refuse_option '--temperature' --temperature 0
refuse_option '--ties' --ties best
refuse_option '--show' --show 1000
refuse_option '--seed' --seed 4294967295
threads= succeed --help
for text in problems losses seeds train test degree noise epochs batch lr sigma samples lambda imle-lambda pg-step solve-ratio \
  margin temperature ties show seed threads out resume list; do
  grep -qE "^ +--$text( |$)" out || fail "no --$text in --help"
done
echo "decide: all good"
