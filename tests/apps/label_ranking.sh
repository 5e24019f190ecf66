#!/usr/bin/env bash
# Runs both studies of label ranking on small problems: what is learned, the files that are left, the same bytes for any
# number of threads, Ctrl-C and --resume, and what it says of broken files and bad options. Where the shared data sets
# stand beside the project, it reads them all.
# Usage: label_ranking.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
export LC_ALL=C

[[ $# -eq 1 && -x $1/label_ranking ]] || { echo "usage: label_ranking.sh FOLDER, which holds the program label_ranking"; exit 1; }
program=$(realpath "$1/label_ranking")
shared=$(realpath -m "$(dirname "$0")/../../../shared/data/label_ranking")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  for log in out err; do [[ ! -s $log ]] || sed "s/^/  std$log: /" "$log" | head -20; done
  exit 1
}

# succeed ARGUMENT...: a good run, which says nothing on stderr
succeed() {
  "$program" "$@" >out 2>err || fail "exit code $? of label_ranking $*"
  [[ ! -s err ]] || fail "stderr is not empty after label_ranking $*"
}

# refuse TEXT ARGUMENT...: one line on stderr with the text, exit code 2, nothing written
refuse() {
  local text=$1 code=0
  shift
  "$program" --out none "$@" >out 2>err || code=$?
  [[ $code -eq 2 && $(wc -l <err) -eq 1 && ! -e none ]] || fail "exit code $code of label_ranking $*"
  grep -qF -- "label_ranking: $text" err || fail "no '$text' in the error of label_ranking $*"
}

# refuse_option TEXT ARGUMENT...: the usage on stderr, one of CLI11's exit codes, nothing written
refuse_option() {
  local text=$1 code=0
  shift
  "$program" --out none "$@" >out 2>err || code=$?
  [[ $code -ge 100 && ! -e none ]] || fail "exit code $code of label_ranking $*"
  grep -qF -- "$text" err && grep -q '^Usage: label_ranking' err || fail "no '$text' or no usage in the error of label_ranking $*"
}

# check CONDITION WHAT: of awk, with numbers in place
check() { awk "BEGIN { exit !($1) }" || fail "$2: not $1"; }

# same_but_time FILE FILE: summaries that differ in their seconds alone
same_but_time() { cmp <(grep -v '"seconds"' "$1") <(grep -v '"seconds"' "$2"); }

# make_table FILE ROWS NOISE SEED: 3 features, 4 labels, ranks of a linear function of the features
make_table() {
  awk -v n="$2" -v noise="$3" -v seed="$4" 'BEGIN {
    srand(seed)
    print n ",3,4,x,y,z,a,b,c,d"
    for (i = 0; i < n; ++i) {
      for (k = 1; k <= 3; ++k) x[k] = 10 * rand() + 5
      s[1] = x[1] - x[2]; s[2] = x[2] - x[3]; s[3] = x[3] - x[1]; s[4] = 0.5 * x[1] - 3
      line = x[1] "," x[2] "," x[3]
      for (k = 1; k <= 4; ++k) s[k] += noise * (rand() - 0.5)
      for (k = 1; k <= 4; ++k) { rank = 1; for (j = 1; j <= 4; ++j) rank += s[j] < s[k]; line = line "," rank }
      print line
    }
  }' >"$1"
}

mkdir sets
make_table sets/easy.csv 60 0 1
make_table sets/noisy.csv 41 20 2
gzip -k sets/noisy.csv && mv sets/noisy.csv.gz sets/packed.csv.gz
small=(--folds 4 --inner-folds 3 --rates 0.01,0.1 --epsilons 0.1,0.5 --steps 200 --batch 16)

# ---- What it finds, and what it leaves -------------------------------------------------------------------------
succeed "${small[@]}" --data sets --threads 2 --out good
[[ $(grep -c '^\(easy\|noisy\|packed\)  fenchel-young [0-9.-]*  perturbed .*  aimle .* s$' out) -eq 3 ]] || fail "not one line a data set"
grep -q '^data set  *Fenchel-Young  *Perturbed + squared  *Squared  *Blackbox  *Identity  *AIMLE$' out || fail "no table at the end"
grep -q '^mean  *0\.[0-9]*  ' out || fail "no mean at the end"
# Column 6 is the mean Spearman correlation.
for loss in fenchel-young perturbed squared identity; do
  check "$(awk -F, -v l=$loss '$1 == "easy" && $5 == l { print $6 }' good/table.csv) > 0.85" "Spearman of $loss on the easy set"
  check "$(awk -F, -v l=$loss '$1 == "noisy" && $5 == l { print $6 }' good/table.csv) < 0.85" "Spearman of $loss on the noisy set"
done
[[ $(head -1 good/table.csv) == data_set,examples,features,labels,loss,spearman,spearman_deviation,kendall,kendall_deviation,published ]] || fail "table.csv"
[[ $(head -1 good/folds.csv) == data_set,loss,fold,rate,epsilon,inner_spearman,spearman,kendall ]] || fail "folds.csv"
[[ $(wc -l <good/table.csv) -eq 19 && $(wc -l <good/folds.csv) -eq 73 ]] || fail "rows of the tables"
for key in app seed data_sets name losses spearman spearman_deviation kendall folds rate epsilon finished; do
  grep -q "\"$key\":" good/summary.json || fail "no $key in summary.json"
done
grep -q '"finished": true' good/summary.json || fail "the run is not finished"
# Mean and deviation in the table are those of the folds.
awk -F, '
  FNR == 1 { next }
  FILENAME ~ /folds/ { key = $1 "," $2; n[key]++; sum[key] += $7; squares[key] += $7 * $7; next }
  { key = $1 "," $5; mean = sum[key] / n[key]
    deviation = sqrt((squares[key] - n[key] * mean * mean) / (n[key] - 1))
    if (($6 - mean) ^ 2 > 1e-10 || ($7 - deviation) ^ 2 > 1e-8) exit 1 }' good/folds.csv good/table.csv || fail "means of the folds"
for loss in perturbed squared blackbox identity aimle; do
  [[ $(head -c 8 good/scatter_$loss.png | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]] || fail "scatter_$loss.png is no PNG"
done
grep -q '</html>' good/report.html && [[ $(grep -o '<svg' good/report.html | wc -l) -eq 5 ]] || fail "report.html lacks charts"
! grep -qE '<(script|link|iframe|base)|(src|href|action)=.?(https?:|//)|url\(|@import' good/report.html || fail "report.html loads something"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
succeed "${small[@]}" --data sets --threads 1 --inspect blackbox --out one-thread
for file in table.csv folds.csv scatter_aimle.png; do
  cmp "good/$file" "one-thread/$file" || fail "$file depends on the number of threads"
done
# One of the two was inspected, which changes nothing.
grep -q '"title":"label_ranking: Blackbox on ' one-thread/inspect.html || fail "no page of Blackbox"
[[ $(grep -c '<iframe' one-thread/report.html) -eq 1 && ! -e good/inspect.html ]] || fail "the page is not in the report"
same_but_time good/summary.json one-thread/summary.json || fail "summary.json depends on the number of threads"
# A data set's results do not depend on the others, nor on its name's ending.
succeed "${small[@]}" --data sets/packed.csv.gz --threads 2 --out alone
cmp <(grep ^packed good/folds.csv) <(grep ^packed alone/folds.csv) || fail "results depend on the other data sets"
succeed "${small[@]}" --data sets/packed.csv.gz --seed 2 --out other-seed
! cmp -s alone/folds.csv other-seed/folds.csv || fail "the seed changes nothing"
# Table 1 has one ε.
succeed "${small[@]}" --data sets/easy.csv --table 1 --epsilon 0.3 --losses fenchel-young,squared --out first
[[ $(awk -F, 'NR > 1 { print $2, $5 }' first/folds.csv | sort -u | paste -sd';') == 'fenchel-young 0.3;squared 0' ]] || fail "Table 1"

# ---- Stopped and resumed ---------------------------------------------------------------------------------------
interrupt=("${small[@]}" --data sets)
rm -f out  # of the command before, which has such a line too
"$program" "${interrupt[@]}" --out stopped >out 2>err &
child=$!
while ! grep -qs '^easy' out; do sleep 0.01; done
kill -INT $child
code=0
wait $child || code=$?
if [[ $code -ne 0 ]]; then
  [[ $code -eq 130 && ! -s err ]] || fail "exit code $code after Ctrl-C"
  grep -qx 'interrupted; what was finished is saved, continue with --resume' out || fail "no word of the interruption"
  grep -q '"finished": false' stopped/summary.json || fail "an interrupted run that is finished"
fi
succeed "${interrupt[@]}" --resume --out stopped
! grep -q '^easy  fenchel' out || fail "a finished data set was run again"
for file in table.csv folds.csv scatter_aimle.png; do
  cmp "good/$file" "stopped/$file" || fail "$file of the resumed run differs"
done
same_but_time good/summary.json stopped/summary.json || fail "summary.json of the resumed run differs"
refuse_resume() {
  local text=$1 code=0
  shift
  "$program" "$@" >out 2>err || code=$?
  [[ $code -eq 2 ]] && grep -qF -- "$text" err || fail "exit code $code, no '$text', of label_ranking $*"
}
refuse_resume '--resume: lambda is 2 now but 0.01 in stopped/config.json' "${interrupt[@]}" --lambda 2 --resume --out stopped
refuse_resume '--resume: no checkpoint nowhere/summary.json' "${interrupt[@]}" --resume --out nowhere
cp -r stopped torn && echo '{' >torn/summary.json
refuse_resume 'torn/summary.json: not a JSON object: it is not valid JSON (at byte ' "${interrupt[@]}" --resume --out torn
# refuse_edited EXPRESSION TEXT: what sed makes of the summary is refused in these words
refuse_edited() {
  rm -rf edited && cp -r stopped edited
  sed -i "$1" edited/summary.json
  ! cmp -s stopped/summary.json edited/summary.json || fail "nothing edited by $1"
  refuse_resume "edited/summary.json: entry 1 of data_sets$2" "${interrupt[@]}" --resume --out edited
}
refuse_edited 's/"losses": {/"losses": {}, "others": {/' ': nothing of the loss '
refuse_edited 's/"examples": [0-9]*/"examples": 1e300/' ': "examples" is 1e+300, no count from 0 to '
refuse_edited 's/"kendall": [^,]*/"kendall": 2/' ': "kendall" is 2, no number from '
refuse_edited 's/"name"/"title"/' ' is not one of this program: '
refuse_edited 's/"rate"/"rates"/' ' is not one of this program: '

# ---- Broken files: file and line, before anything is trained or removed ----------------------------------------
broken() { printf '%b' "$1" >broken.csv; refuse "broken.csv: $2" --data sets/easy.csv broken.csv; }
broken '2,1,2,x,a,b\n1,1,2\n,2,1\n' 'the value of x is missing (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,2,2\n' 'the ranks are not a permutation: a and b both have rank 2 (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,1.5,1.5\n' 'the rank of a is "1.5", not a whole number from 1 to 2 (at line 3)'
broken '2,1,2,x,a,b\n1,1,2\n3,2\n' '2 values for 1 features and 2 labels (at line 3)'
broken '2,1,2,x,a,b\none,1,2\n3,2,1\n' 'the value of x is "one", not a number (at line 2)'
broken '2,1,2,x,a,b\n1,1,2\n3,2,1\n' '2 examples are too few for 10 folds of 5 inner ones'
refuse 'cannot read missing.csv: ' --data missing.csv
mkdir empty
refuse 'empty: no *.csv in the folder' --data empty
refuse 'sets/easy.csv: another data set is named easy too' --data sets/easy.csv sets

# ---- Planted rankings ------------------------------------------------------------------------------------------
planted=(--artificial --sigmas 0.01,30 --labels 12 --features 5 --examples 32 --tests 64 --epochs 100 --rates 0.1)
succeed "${planted[@]}" --threads 2 --out planted
[[ $(head -1 planted/artificial.csv) == sigma,loss,rate,perfect,partial,spearman && $(wc -l <planted/artificial.csv) -eq 13 ]] || fail "artificial.csv"
for loss in fenchel-young identity; do
  check "$(awk -F, -v l=$loss '$1 == 0.01 && $2 == l { print $5 }' planted/artificial.csv) > 0.9" "partial ranks of $loss without noise"
done
for loss in fenchel-young squared; do
  check "$(awk -F, -v l=$loss '$1 == 30 && $2 == l { print $4 }' planted/artificial.csv) < 0.5" "perfect ranks of $loss in noise"
done
for picture in perfect partial spearman; do [[ -s planted/$picture.png ]] || fail "no $picture.png"; done
succeed "${planted[@]}" --threads 1 --out planted-one
cmp planted/artificial.csv planted-one/artificial.csv || fail "artificial.csv depends on the number of threads"
succeed "${planted[@]}" --resume --out planted-one
[[ ! -s out ]] || fail "a finished study was run again"
cmp planted/artificial.csv planted-one/artificial.csv || fail "artificial.csv after --resume"

# ---- The shared data sets --------------------------------------------------------------------------------------
if [[ -d $shared ]]; then
  succeed --data "$shared" --losses squared --folds 2 --inner-folds 2 --rates 0.1 --steps 20 --out all
  [[ $(wc -l <all/table.csv) -eq 15 ]] || fail "not all of the shared data sets"
  [[ $(awk -F, 'NR > 1 && $10 != ""' all/table.csv | wc -l) -eq 14 ]] || fail "not all published figures"
else
  echo "label_ranking: $shared is not there; its data sets are not read"
fi

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
code=0
"$program" "${small[@]}" --data sets --out file >out 2>err || code=$?
[[ $code -eq 2 ]] && grep -q '^label_ranking: file: ' err || fail "exit code $code for a file as --out"

"$program" --help >out 2>err || fail "exit code $? of --help"
for text in data table losses folds inner-folds rates epsilons epsilon steps batch samples lambda artificial sigmas epochs \
  labels features examples tests seed threads out inspect resume; do
  grep -qE "^ +--$text( |$)" out || fail "no --$text in --help"
done
grep -q 'Tied ranks in a file are refused' out || fail "--help does not say what happens to ties"
echo "label_ranking: all good"
