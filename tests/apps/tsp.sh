#!/usr/bin/env bash
# Solves small TSPLIB files: what is printed and written, limits, the heuristic, and what it says of broken input and
# options.
# Usage: tsp.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" tsp "$@"
threads=

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
check_png results/ring.png
[[ -e results/square.tour && ! -e results/square.png ]] || fail "a matrix has no drawing"

succeed grid.tsp --quiet
grep -qE '^grid  49 cities  EUC_2D  length 4941  optimal  nodes [0-9]+ ' out && [[ $(wc -l <out) -eq 1 ]] || fail "grid"
succeed grid.tsp --quiet --heuristic --kicks 3000
grep -qE '^grid  49 cities  EUC_2D  length 4[89][0-9]{2}  not proven  nodes 0 ' out || fail "heuristic"

# ---- Limits: what was found and proven is told, and it is a failure --------------------------------------------
complain 'tsp: stopped at the limit, without a proof: grid' grid.tsp ring.tsp --quiet --time-limit 1e-9
grep -qE '^grid .*  length [0-9]+  not proven, at least [0-9.]+  nodes 1 ' out || fail "no bound"
grep -q '^ring .* optimal' out || fail "the file after it is not solved"

# ---- The smallest numbers there are ----------------------------------------------------------------------------
{
  header 6 EXPLICIT
  printf 'EDGE_WEIGHT_FORMAT: UPPER_ROW\nEDGE_WEIGHT_SECTION\n'
  printf '3e-323 1e-323 5e-324 2e-323 1e-323\n5e-324 1e-323 1.5e-323 5e-324\n2e-323 1e-323 5e-324\n5e-324 2e-323\n1e-323\n'
} >denormal.tsp
succeed denormal.tsp --time-limit 10
grep -qE '^denormal  6 cities  EXPLICIT  length 4e-323  optimal ' out || fail "denormal"

# ---- Timing ----------------------------------------------------------------------------------------------------
succeed --random-sphere 10 --count 50 --seed 3
grep -qE '^10 random cities on a sphere  50 instances  [0-9.e+]+ solves a second  median [0-9.]+ us  99th percentile [0-9.]+ us  maximum [0-9.]+ us$' out ||
  fail "timing"

# ---- What is refused -------------------------------------------------------------------------------------------
complain 'tsp: cannot read missing.tsp: ' missing.tsp
complain 'tsp: cannot read \x1b[31mred.tsp: ' $'\x1b[31mred.tsp'
sed 's/^3 /3 x/' ring.tsp >broken.tsp
complain 'tsp: broken.tsp: "x' broken.tsp
grep -q '(line 8)$' err || fail "no line"
{ header 1 EUC_2D; printf 'NODE_COORD_SECTION\n1 2 3\n'; } >one.tsp
complain 'tsp: one.tsp: 1 cities make no tour' one.tsp
{ header 3 EUC_2D; printf 'NODE_COORD_SECTION\n1 0 0\n2 3 0\n3 3 4\nFIXED_EDGES_SECTION\n1 3\n-1\n'; } >fixed.tsp
complain 'tsp: fixed.tsp: FIXED_EDGES_SECTION: every tour must hold 1 fixed edge, which this solver cannot promise' fixed.tsp
: >file
complain 'tsp: file: cannot create the folder' ring.tsp --out file
complain 'either files or --random-sphere'
complain 'either files or --random-sphere' ring.tsp --random-sphere 5
complain '--heuristic proves nothing' ring.tsp --heuristic --time-limit 3
refuse_option '--time-limit' ring.tsp --time-limit -1
refuse_option '--time-limit' ring.tsp --time-limit nan
refuse_option '--node-limit' ring.tsp --node-limit -1
refuse_option '--kicks' ring.tsp --kicks -1
refuse_option '--random-sphere' --random-sphere 2
refuse_option '--count' --random-sphere 5 --count 0
refuse_option '--seed' --random-sphere 5 --seed -1
refuse_option '--seed' --random-sphere 5 --seed 99999999999999999999
succeed --random-sphere 5 --count 2 --seed 18446744073709551615
lose_output ring.tsp --quiet
lose_output --help

succeed --help
for text in time-limit node-limit heuristic kicks out quiet random-sphere count seed; do
  grep -qE "^ +--$text( |$)" out || fail "no --$text in --help"
done
echo "tsp: all good"
