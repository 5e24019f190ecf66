#!/usr/bin/env bash
# Runs predict-then-optimise on small problems: what is learned, the files that are left, the same bytes for any number
# of threads, Ctrl-C and --resume, the list, and what it says of broken files and bad options.
# Usage: decide.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" decide "$@"

same_but_time() { "$json" --same "$1" "$2" seconds; }
# regret FOLDER PROBLEM LOSS
regret() { awk -F, -v p="$2" -v l="$3" '$1 == p && $2 == l { print $4 }' "$1/table.csv"; }

losses=(mse spo-plus pg pfyl dpo rfwo rfy mcmc cave cave-plus cave-hybrid dbb nid imle imle-regret aimle nce cmap cmap-costs ltr-pointwise ltr-pairwise ltr-difference
  ltr-listwise)
train=100 epochs=8
[[ ! $sanitized ]] || train=32 epochs=3
small=(--problems path,knapsack --seeds 2 --train $train --test 60 --epochs $epochs --batch 16)

# ---- The list --------------------------------------------------------------------------------------------------
succeed --list
for name in path knapsack tsp20 tsp50 portfolio argmax ranking subset assortment maps prices60 prices120 prices180 own top-k assignment tour dys "${losses[@]}"; do grep -q "^  $name  *[A-Za-z0-9]" out || fail "no $name in the list"; done
[[ ! -e out/decide ]] || fail "--list leaves files"

# ---- What it finds, and what it leaves -------------------------------------------------------------------------
succeed "${small[@]}" --out good
[[ $(grep -c '^\(path\|knapsack\) [01]  regret %  mse ' out) -eq 4 ]] || fail "not one line a repetition"
grep -q '^problem  *loss  *regret %' out || fail "no table at the end"
[[ $(head -1 good/table.csv) == problem,loss,repetitions,regret,deviation,published,solves_epoch ]] || fail "table.csv"
[[ $(head -1 good/curves.csv) == problem,loss,repetition,epoch,regret ]] || fail "curves.csv"
rows=$((2 * ${#losses[@]}))
[[ $(wc -l <good/table.csv) -eq $((1 + rows)) && $(wc -l <good/curves.csv) -eq $((1 + rows * 2 * (epochs + 1))) ]] || fail "rows of the tables"
expect good/summary.json finished=true
has_entries good/summary.json seed table.0.regret repetitions.0.losses.spo-plus.seconds repetitions.0.costs
# Nobody does better than the best decision, and what is learned does better than what it began with.
awk -F, 'NR > 1 && $5 < -1e-6 { exit 1 }' good/curves.csv || fail "a regret below zero"
for loss in spo-plus pfyl rfwo rfy mcmc cave cave-plus cmap-costs ltr-pointwise; do
  first=$(awk -F, -v l=$loss '$1 == "path" && $2 == l && $4 == 0 { s += $5 / 2 } END { print s }' good/curves.csv)
  [[ $sanitized ]] || check "$(regret good path $loss) < 0.8 * $first" "regret of $loss on paths"
done
# So many solves an instance and epoch.
for pair in mse:0 spo-plus:1 pg:2 mcmc:0 cave:0 cave-hybrid:0 pfyl:3 dpo:3 dbb:2 nid:1 imle:6 imle-regret:6 aimle:6; do
  [[ $(awk -F, -v l="${pair%:*}" '$1 == "path" && $2 == l { print $7 }' good/table.csv) == $((train * ${pair#*:})) ]] || fail "solves of $pair"
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
# With data of one seed repetitions differ in their starts alone, and that of the seed itself is as without.
for data_seed in 0 1; do
  succeed --losses spo-plus --train 100 --test 60 --epochs 1 --seeds 2 --data-seed $data_seed --out data-$data_seed
done
regrets() { awk -F, -v r="$2" '$3 == r { print $5 }' "data-$1/curves.csv"; }
[[ $(regrets 0 0) == "$(regrets 1 0)" ]] || fail "data of --data-seed 1 are not those of seed 1"
[[ $(regrets 0 1) != "$(regrets 1 1)" && $(regrets 1 0) != "$(regrets 1 1)" ]] || fail "repetitions of one data set"
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
succeed --problems tsp20 --losses spo-plus,mcmc,cave --seeds 1 --train 4 --test 2 --epochs 1 --out tours
[[ $(regret tours tsp20 spo-plus) != "" ]] || fail "no tours"
# Where the search begins changes no answer.
for starts in '' --cold-starts; do
  succeed --problems tsp20 --losses spo-plus,pfyl --seeds 1 --train 32 --test 8 --epochs 3 --batch 16 $starts --out "starts$starts"
done
cmp starts/curves.csv starts--cold-starts/curves.csv || fail "where the search begins changes the answers"
succeed --problems path,argmax,subset --losses dys,rfwo --seeds 1 --train $train --test 60 --epochs $epochs --batch 16 --noise 0.2 --lr 0.1 --out corners
[[ $sanitized ]] || check "$(regret corners path dys) < 0.1 && $(regret corners argmax dys) < 0.2" "regrets of dys"
# The same penalty under a search over solutions learns more slowly here.
[[ $sanitized ]] || check "$(regret corners subset dys) < $(regret corners subset rfwo)" "dys against rfwo"
succeed --problems portfolio,argmax,ranking,subset --losses mse,pfyl --seeds 1 --train 60 --test 30 --epochs 10 --noise 0.2 --lr 0.1 --out others
check "$(regret others portfolio mse) < 0.2 && $(regret others ranking pfyl) < 0.05" "regrets of the other problems"

# Costs that are never negative, and decisions that change what comes after.
succeed --problems maps,assortment --losses mse,pfyl,dpo,rfy --seeds 1 --train $train --test 80 --epochs $epochs --batch 16 --out positive
if [[ ! $sanitized ]]; then
  check "$(regret positive maps mse) < 0.1 && $(regret positive maps pfyl) < 0.1" "regrets on maps"
  check "$(regret positive assortment pfyl) < 0.3" "regret of assortments"
fi
mkdir own
complain "train_maps.npy" --problems maps --data own --out refused
refuse_option "cave needs a solver with the ability 'normals', which that of maps does not have" --problems maps --losses cave

# ---- Data of one's own -----------------------------------------------------------------------------------------
# Costs that are linear in two features, and the same tables for every solver that takes six costs.
awk 'BEGIN { print "x,y"; for (i = 0; i < 120; ++i) print sin(i) "," cos(1.7 * i) }' >own/features.csv
awk 'BEGIN { for (i = 0; i < 120; ++i) { a = sin(i); b = cos(1.7 * i)
  print 3 + a "," 3 - a "," 3 + b "," 3 - b "," 3 + a + b "," 3 - a - b } }' | gzip >own/costs.csv.gz
printf '2,1,2,1,2,1\n1,2,1,2,1,2\n' >own/weights.csv
printf '4,5\n' >own/capacities.csv
printf 'from,to\n0,1\n0,2\n1,3\n2,3\n1,2\n0,3\n' >own/edges.csv
own=(--problems own --train 80 --seeds 1 --lr 0.1)
for solver in top-k knapsack path tour; do
  succeed "${own[@]}" --data own --test 40 --losses mse,spo-plus --solver $solver --k 2 --out own-$solver
  check "$(regret own-$solver own spo-plus) < 0.02" "regret of spo-plus with $solver"
done
awk -F, '{ print $1 "," $2 "," $3 "," $4 }' <(zcat own/costs.csv.gz) >four
mkdir own/square && cp own/features.csv own/square && cp four own/square/costs.csv
succeed "${own[@]}" --test 40 --solver assignment --data own/square --losses mse,dbb,nce,mcmc,cave-plus --out own-assignment
complain "--train 80 and --test 41 of 120 instances" "${own[@]}" --data own --test 41 --out refused
complain "the problem own wants --data" --problems own --out refused
complain "the problem prices60 wants --data" --problems prices60 --out refused
complain "own/Data.npz" --problems prices60 --data own --out refused
complain "own/square/costs.csv: 4 costs are not those of all edges between some cities" "${own[@]}" --data own/square --solver tour --out refused
complain "own/costs.csv.gz: 6 costs are not those of a square of pairs" "${own[@]}" --data own --solver assignment --out refused
complain "own/square/weights: there is none of weights.npy, weights.csv and weights.csv.gz" "${own[@]}" --data own/square --solver knapsack --out refused
printf '1,2,3,4,5\n' >own/weights.csv
complain "own/weights.csv: 5 weights in a row for 6 items" "${own[@]}" --data own --solver knapsack --out refused
sed -i '3s/.*/1,x/' own/features.csv
complain 'own/features.csv: value 2 is "x", not a number (at line 3)' "${own[@]}" --data own --out refused
sed -i 3d own/features.csv
complain "own/features.csv: features of 119 instances, and costs of 120" "${own[@]}" --data own --out refused
[[ ! -e refused ]] || fail "what was refused leaves files"

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
refuse_option '--temperature' --temperature nan
refuse_option '--aimle-nonzeros' --aimle-nonzeros 0
refuse_option '--strength' --strength 0
refuse_option '--mcmc-temperature' --mcmc-temperature 0
refuse_option '--mcmc-moves' --mcmc-moves 0
refuse_option '--inner-ratio' --inner-ratio 1.1
refuse_option '--project-ratio' --project-ratio -0.1
refuse_option "cave-plus needs a solver with the ability 'normals', which that of portfolio does not have" --problems path,portfolio --losses mse,cave-plus
refuse_option 'dys needs decisions that are corners of equations and bounds, which those of knapsack are not known to be' --problems path,knapsack --losses dys
refuse_option '--ties' --ties best
refuse_option '--solver' --solver gurobi
refuse_option '--k' --k 0
refuse_option 'no settings of pg are published for prices60' --problems prices60 --losses mse,pg --as-published
refuse_option 'path and prices60 have other epochs or batches' --problems path,prices60 --losses mse --as-published
refuse_option '--show' --show 1000
refuse_option '--seed' --seed 4294967295
refuse_option '--data-seed' --data-seed 4294967296
check_help "problems losses seeds train test data solver k degree noise epochs batch lr sigma samples lambda \
  imle-lambda aimle-nonzeros pg-step solve-ratio margin temperature strength mcmc-temperature mcmc-moves inner-ratio project-ratio cave-subtours cold-starts \
  ties as-published show seed data-seed threads out resume list"
echo "decide: all good"
