#!/usr/bin/env bash
# Runs both studies of label ranking on small problems: what is learned, the files that are left, the same bytes for any
# number of threads, Ctrl-C and --resume, and what it says of broken files and bad options.
# Usage: label_ranking.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" label_ranking "$@"
source "$tools/made_up_data.sh"

# same_but_time FILE FILE: summaries that differ in their seconds alone
same_but_time() { "$json" --same "$1" "$2" seconds; }

mkdir sets
make_table sets/easy.csv 60 0 1
make_table sets/noisy.csv 41 20 2
gzip -k sets/noisy.csv && mv sets/noisy.csv.gz sets/packed.csv.gz
steps=200
[[ ! $sanitized ]] || steps=40
small=(--folds 4 --inner-folds 3 --rates 0.01,0.1 --epsilons 0.1,0.5 --steps $steps --batch 16)

# ---- What it finds, and what it leaves -------------------------------------------------------------------------
succeed "${small[@]}" --data sets --out good
[[ $(grep -c '^\(easy\|noisy\|packed\)  fenchel-young [0-9.-]*  perturbed .*  aimle .* s$' out) -eq 3 ]] || fail "not one line a data set"
grep -q '^data set  *Fenchel-Young  *Perturbed + squared  *Squared  *Blackbox  *Identity  *AIMLE$' out || fail "no table at the end"
grep -q '^mean  *0\.[0-9]*  ' out || fail "no mean at the end"
# Column 6 is the mean Spearman correlation.
for loss in fenchel-young perturbed squared identity; do
  [[ ! $sanitized ]] || continue
  check "$(awk -F, -v l=$loss '$1 == "easy" && $5 == l { print $6 }' good/table.csv) > 0.85" "Spearman of $loss on the easy set"
  check "$(awk -F, -v l=$loss '$1 == "noisy" && $5 == l { print $6 }' good/table.csv) < 0.85" "Spearman of $loss on the noisy set"
done
[[ $(head -1 good/table.csv) == data_set,examples,features,labels,loss,spearman,spearman_deviation,kendall,kendall_deviation,published ]] || fail "table.csv"
[[ $(head -1 good/folds.csv) == data_set,loss,fold,rate,epsilon,inner_spearman,spearman,kendall ]] || fail "folds.csv"
[[ $(wc -l <good/table.csv) -eq 19 && $(wc -l <good/folds.csv) -eq 73 ]] || fail "rows of the tables"
first=data_sets.0.losses.squared
has_entries good/summary.json app seed data_sets.0.name $first.{spearman,spearman_deviation,kendall} $first.folds.0.{rate,epsilon}
expect good/summary.json finished=true
# Mean and deviation in the table are those of the folds.
awk -F, '
  FNR == 1 { next }
  FILENAME ~ /folds/ { key = $1 "," $2; n[key]++; sum[key] += $7; squares[key] += $7 * $7; next }
  { key = $1 "," $5; mean = sum[key] / n[key]
    deviation = sqrt((squares[key] - n[key] * mean * mean) / (n[key] - 1))
    if (($6 - mean) ^ 2 > 1e-10 || ($7 - deviation) ^ 2 > 1e-8) exit 1 }' good/folds.csv good/table.csv || fail "means of the folds"
check_png good/scatter_{perturbed,squared,blackbox,identity,aimle}.png
check_report good/report.html 5 0

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
threads=1 succeed "${small[@]}" --data sets --inspect blackbox --out one-thread
for file in table.csv folds.csv scatter_aimle.png; do
  cmp "good/$file" "one-thread/$file" || fail "$file depends on the number of threads"
done
# One of the two was inspected, which changes nothing.
grep -q '"title":"label_ranking: Blackbox on ' one-thread/inspect.html || fail "no page of Blackbox"
[[ $(grep -c '<iframe' one-thread/report.html) -eq 1 && ! -e good/inspect.html ]] || fail "the page is not in the report"
same_but_time good/summary.json one-thread/summary.json || fail "summary.json depends on the number of threads"
# A data set's results do not depend on the others, nor on its name's ending.
succeed "${small[@]}" --data sets/packed.csv.gz --out alone
cmp <(grep ^packed good/folds.csv) <(grep ^packed alone/folds.csv) || fail "results depend on the other data sets"
succeed "${small[@]}" --data sets/packed.csv.gz --seed 2 --out other-seed
! cmp -s alone/folds.csv other-seed/folds.csv || fail "the seed changes nothing"
# Table 1 has one ε.
succeed "${small[@]}" --data sets/easy.csv --table 1 --epsilon 0.3 --losses fenchel-young,squared --out first
[[ $(awk -F, 'NR > 1 { print $2, $5 }' first/folds.csv | sort -u | paste -sd';') == 'fenchel-young 0.3;squared 0' ]] || fail "Table 1"

# ---- Stopped and resumed ---------------------------------------------------------------------------------------
interrupt=("${small[@]}" --data sets)
# Files: config.json and summary.json, then summary.json again behind the first data set.
interrupt_at "renamed 3 INT" "${interrupt[@]}" --out stopped
grep -q '^easy' out && ! grep -q '^noisy' out || fail "not interrupted behind the first data set"
expect stopped/summary.json finished=false
succeed "${interrupt[@]}" --resume --out stopped
! grep -q '^easy  fenchel' out || fail "a finished data set was run again"
for file in table.csv folds.csv scatter_aimle.png; do
  cmp "good/$file" "stopped/$file" || fail "$file of the resumed run differs"
done
same_but_time good/summary.json stopped/summary.json || fail "summary.json of the resumed run differs"
complain '--resume: lambda is 2 now but 0.01 in stopped/config.json' "${interrupt[@]}" --lambda 2 --resume --out stopped
complain '--resume: no checkpoint nowhere/summary.json' "${interrupt[@]}" --resume --out nowhere
cp -r stopped torn && echo '{' >torn/summary.json
complain 'torn/summary.json: not a JSON object: it is not valid JSON (at byte ' "${interrupt[@]}" --resume --out torn
# refuse_edited EXPRESSION TEXT: what sed makes of the summary is refused in these words
refuse_edited() {
  rm -rf edited && cp -r stopped edited
  sed -i "$1" edited/summary.json
  ! cmp -s stopped/summary.json edited/summary.json || fail "nothing edited by $1"
  complain "edited/summary.json: entry 1 of data_sets$2" "${interrupt[@]}" --resume --out edited
}
refuse_edited 's/"losses": {/"losses": {}, "others": {/' ': nothing of the loss '
refuse_edited 's/"examples": [0-9]*/"examples": 1e300/' ': "examples" is 1e+300, no count from 0 to '
refuse_edited 's/"kendall": [^,]*/"kendall": 2/' ': "kendall" is 2, no number from '
refuse_edited 's/"name"/"title"/' ' is not one of this program: '
refuse_edited 's/"rate"/"rates"/' ' is not one of this program: '

# ---- Broken files: file and line, before anything is trained or removed ----------------------------------------
broken() { printf '%b' "$1" >broken.csv; refuse none "broken.csv: $2" --data sets/easy.csv broken.csv; }
broken '2,1,2,x,a,b\n1,1,2\n,2,1\n' 'the value of x is missing (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,2,2\n' 'the ranks are not a permutation: a and b both have rank 2 (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,1.5,1.5\n' 'the rank of a is "1.5", not a whole number from 1 to 2 (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,2\n' '2 values for 1 features and 2 labels (at line 3)'
broken '2,1,2,x,a,b\none,1,2\n3,2,1\n' 'the value of x is "one", not a number (at line 2)'
broken '2,1,2,x,a,b\n1,1,2\n3,2,1\n' '2 examples are too few for 10 folds of 5 inner ones'
refuse none 'cannot read missing.csv: ' --data missing.csv
mkdir empty
refuse none 'empty: no *.csv in the folder' --data empty
refuse none 'sets/easy.csv: another data set is named easy too' --data sets/easy.csv sets

# ---- Planted rankings ------------------------------------------------------------------------------------------
planted=(--artificial --sigmas 0.01,30 --labels 12 --features 5 --examples 32 --tests 64 --epochs 100 --rates 0.1)
succeed "${planted[@]}" --out planted
[[ $(head -1 planted/artificial.csv) == sigma,loss,rate,perfect,partial,spearman && $(wc -l <planted/artificial.csv) -eq 13 ]] || fail "artificial.csv"
for loss in fenchel-young identity; do
  check "$(awk -F, -v l=$loss '$1 == 0.01 && $2 == l { print $5 }' planted/artificial.csv) > 0.9" "partial ranks of $loss without noise"
done
for loss in fenchel-young squared; do
  check "$(awk -F, -v l=$loss '$1 == 30 && $2 == l { print $4 }' planted/artificial.csv) < 0.5" "perfect ranks of $loss in noise"
done
for picture in perfect partial spearman; do [[ -s planted/$picture.png ]] || fail "no $picture.png"; done
threads=1 succeed "${planted[@]}" --out planted-one
cmp planted/artificial.csv planted-one/artificial.csv || fail "artificial.csv depends on the number of threads"
succeed "${planted[@]}" --resume --out planted-one
[[ ! -s out ]] || fail "a finished study was run again"
cmp planted/artificial.csv planted-one/artificial.csv || fail "artificial.csv after --resume"

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--data or --artificial'
refuse_option '--data' --data sets --artificial
refuse_option '--table' --data sets --table 3
refuse_option '--losses' --data sets --losses hinge
refuse_option '--folds' --data sets --folds 1
refuse_option '--rates' --data sets --rates 0.1,-1
refuse_option '--samples' --data sets --samples 1
refuse_option '--inspect' --artificial --inspect squared
refuse_option '--steps' --data sets --steps 0
refuse_option '--lambda' --data sets --lambda nan
refuse_option '--seed' --data sets --seed -1
: >file
complain 'label_ranking: file: ' "${small[@]}" --data sets --out file
lose_output "${small[@]}" --data sets/easy.csv --losses squared --out lost

check_help "data table losses folds inner-folds rates epsilons epsilon steps batch samples lambda artificial sigmas \
  epochs labels features examples tests seed threads out inspect resume"
grep -q 'Tied ranks in a file are refused' out || fail "--help does not say what happens to ties"
echo "label_ranking: all good"
