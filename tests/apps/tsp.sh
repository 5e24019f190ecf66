#!/usr/bin/env bash
# Solves small TSPLIB files: what is printed and written, limits, the heuristic, and what it says of broken input and
# options.
# Usage: tsp.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
export LC_ALL=C

[[ $# -eq 1 && -x $1/tsp ]] || { echo "usage: tsp.sh FOLDER, which holds the program tsp"; exit 1; }
tsp=$(realpath "$1/tsp")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  for log in out err; do [[ ! -s $log ]] || sed "s/^/  std$log: /" "$log" | head -20; done
  exit 1
}

succeed() {
  "$tsp" "$@" >out 2>err || fail "exit code $? of tsp $*"
  [[ ! -s err ]] || fail "stderr is not empty after tsp $*"
}

# refuse TEXT ARGUMENT...: exit code 2 and one line on stderr that holds TEXT
refuse() {
  local text=$1 code=0
  shift
  "$tsp" "$@" >out 2>err || code=$?
  [[ $code -eq 2 && $(wc -l <err) -eq 1 ]] && grep -qF -- "$text" err || fail "exit code $code of tsp $*, or no '$text'"
}

# refuse_option TEXT ARGUMENT...: the usage on stderr, one of CLI11's exit codes
refuse_option() {
  local text=$1 code=0
  shift
  "$tsp" "$@" >out 2>err || code=$?
  [[ $code -ge 100 ]] && grep -qF -- "$text" err && grep -q '^Usage: tsp' err || fail "exit code $code of tsp $*"
}

# header CITIES TYPE
header() { printf 'NAME: made up\nTYPE: TSP\nDIMENSION: %s\nEDGE_WEIGHT_TYPE: %s\n' "$1" "$2"; }

# A ring of 12 cities, listed in steps of 5; a grid of 7 × 7, whose best 1-trees are no tours; a matrix.
{
  header 12 EUC_2D
  echo NODE_COORD_SECTION
  awk 'BEGIN { for (i = 0; i < 12; ++i) printf "%d %.6f %.6f\n", i + 1, 1000 * cos(i * 5 * 0.5235988), 1000 * sin(i * 5 * 0.5235988) }'
  echo EOF
} >ring.tsp
{
  header 49 EUC_2D
  echo NODE_COORD_SECTION
  awk 'BEGIN { for (i = 0; i < 49; ++i) print i + 1, 100 * (i % 7), 100 * int(i / 7) }'
} >grid.tsp
{
  header 4 EXPLICIT
  printf 'EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n1 9 1\n1 9\n1\n'
} >square.tsp

# ---- What it finds ---------------------------------------------------------------------------------------------
succeed ring.tsp square.tsp --out results
[[ $(wc -l <out) -eq 4 ]] || fail "not two lines a file"
grep -qE '^ring  12 cities  EUC_2D  length 6216  optimal  nodes 0  seconds [0-9.e-]+$' out || fail "ring"
[[ $(sed -n 2p out) == "1 6 11 4 9 2 7 12 5 10 3 8" ]] || fail "the ring's tour"
grep -qE '^square  4 cities  EXPLICIT  length 4  optimal ' out || fail "square"
[[ $(sed -n 4p out) == "1 2 3 4" ]] || fail "the square's tour"
[[ $(head -2 results/ring.tour) == $'NAME : ring\nCOMMENT : length 6216, optimal' ]] || fail "ring.tour"
[[ $(sed -n '6,$p' results/ring.tour | tr '\n' ' ') == "1 6 11 4 9 2 7 12 5 10 3 8 -1 EOF " ]] || fail "ring.tour"
[[ $(head -c 8 results/ring.png | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]] || fail "ring.png is no PNG"
[[ -e results/square.tour && ! -e results/square.png ]] || fail "a matrix has no drawing"

succeed grid.tsp --quiet
grep -qE '^grid  49 cities  EUC_2D  length 4941  optimal  nodes [0-9]+ ' out && [[ $(wc -l <out) -eq 1 ]] || fail "grid"
succeed grid.tsp --quiet --heuristic --kicks 3000
grep -qE '^grid  49 cities  EUC_2D  length 4[89][0-9]{2}  not proven  nodes 0 ' out || fail "heuristic"

# ---- Limits: what was found and proven is told, and it is a failure --------------------------------------------
refuse 'tsp: stopped at the limit, without a proof: grid' grid.tsp ring.tsp --quiet --time-limit 1e-9
grep -qE '^grid .*  length [0-9]+  not proven, at least [0-9.]+  nodes 1 ' out || fail "no bound"
grep -q '^ring .* optimal' out || fail "the file after it is not solved"

# ---- Timing ----------------------------------------------------------------------------------------------------
succeed --random-sphere 10 --count 50 --seed 3
grep -qE '^10 random cities on a sphere  50 instances  [0-9.e+]+ solves a second  median [0-9.]+ us  99th percentile [0-9.]+ us  maximum [0-9.]+ us$' out ||
  fail "timing"

# ---- What is refused -------------------------------------------------------------------------------------------
refuse 'tsp: cannot read missing.tsp: ' missing.tsp
sed 's/^3 /3 x/' ring.tsp >broken.tsp
refuse 'tsp: broken.tsp: "x' broken.tsp
grep -q '(line 8)$' err || fail "no line"
{ header 1 EUC_2D; printf 'NODE_COORD_SECTION\n1 2 3\n'; } >one.tsp
refuse 'tsp: one.tsp: 1 cities make no tour' one.tsp
{ header 3 EUC_2D; printf 'NODE_COORD_SECTION\n1 0 0\n2 3 0\n3 3 4\nFIXED_EDGES_SECTION\n1 3\n-1\n'; } >fixed.tsp
refuse 'tsp: fixed.tsp: FIXED_EDGES_SECTION: every tour must hold 1 fixed edge, which this solver cannot promise' fixed.tsp
: >file
refuse 'tsp: file: cannot create the folder' ring.tsp --out file
refuse 'either files or --random-sphere'
refuse 'either files or --random-sphere' ring.tsp --random-sphere 5
refuse '--heuristic proves nothing' ring.tsp --heuristic --time-limit 3
refuse_option '--time-limit' ring.tsp --time-limit -1
refuse_option '--time-limit' ring.tsp --time-limit nan
refuse_option '--node-limit' ring.tsp --node-limit -1
refuse_option '--kicks' ring.tsp --kicks -1
refuse_option '--random-sphere' --random-sphere 2
refuse_option '--count' --random-sphere 5 --count 0
refuse_option '--seed' --random-sphere 5 --seed -1

"$tsp" --help >out 2>err || fail "exit code $? of --help"
for text in time-limit node-limit heuristic kicks out quiet random-sphere count seed; do
  grep -qE "^ +--$text( |$)" out || fail "no --$text in --help"
done
echo "tsp: all good"
