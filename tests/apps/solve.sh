#!/usr/bin/env bash
# Solves a tiny file of each kind: what is printed and written, and what is said of broken files and options.
# Usage: solve.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" solve "$@"
threads=

printf '3\n4 1 3\n2 0 5\n3 2 2\n' >small.txt
gzip -k small.txt
printf '4 6\n6 2\n10 4\n12 6\n7 3\n' >bag
printf 'c made up\np max 4 5\nn 1 s\nn 4 t\na 1 2 3\na 1 3 2\na 2 3 5\na 2 4 2\na 3 4 3.5\n' >small.max

# ---- What it finds ---------------------------------------------------------------------------------------------
# finds KIND FILE NAME SIZE OPTIMUM SOLUTION
finds() {
  succeed "$1" "$2" --out solution
  grep -qE "^$3  $1  $4  optimum $5  seconds [0-9.e-]+$" out && [[ $(wc -l <out) -eq 1 ]] || fail "$1 $2"
  [[ $(tr '\n' ' ' <solution) == "$6" ]] || fail "$1 $2: the solution is $(tr '\n' ' ' <solution)"
}
finds assignment small.txt small '3 x 3' 5 '2 1 3 '
finds assignment small.txt.gz small.txt '3 x 3' 5 '2 1 3 '
finds knapsack bag bag '4 items' 16 '1 2 '
printf '0 6\n' >empty
finds knapsack empty empty '0 items' 0 ''
succeed maxflow small.max --out solution
grep -qE '^small  maxflow  4 nodes, 5 arcs  optimum 5  seconds ' out || fail "maxflow"
[[ $(head -1 solution) == "s 5" && $(grep -c '^f ' solution) -eq 5 ]] || fail "the flow"
check "$(awk '$1 == "f" && $3 == 4 { sum += $4 } END { print sum }' solution) == 5" "the flow into the sink"
# Three facilities in a row and three flows; the largest flow goes the shortest way.
printf '3\n 0 5 2\n 5 0 3\n 2 3 0\n\n 0 1 3\n 1 0 2\n 3 2 0\n' >small.dat
gzip -k small.dat
finds qap small.dat small '3 facilities' 34 '1 2 3 '
finds qap small.dat.gz small.dat '3 facilities' 34 '1 2 3 '
succeed qap small.dat --time-limit 60
grep -qE '^small  qap  3 facilities  optimum 34  seconds [0-9.e-]+$' out || fail "qap with a limit that is not reached"
kinds=(assignment knapsack maxflow qap)
if [[ $("$program" mps small.txt 2>&1) == *'built without CBC'* ]]; then
  echo "solve: mps skipped, built without CBC"
else
  kinds+=(mps mps_fixed)
  cat >tiny.mps <<'EOF'
NAME          TINY
OBJSENSE
    MAX
ROWS
 N  GAIN
 L  WEIGHT
COLUMNS
    M1        'MARKER'                 'INTORG'
    PEN       GAIN               4.0   WEIGHT             3.0
    MAP       GAIN               5.0   WEIGHT             4.0
    M2        'MARKER'                 'INTEND'
    TEA       GAIN               1.0   WEIGHT             1.0
RHS
    RHS       WEIGHT             9.5   GAIN              -2.0
BOUNDS
 UP BND       PEN                1.0
 UP BND       TEA                1.0
ENDATA
EOF
  finds mps tiny.mps tiny '1 rows, 3 columns' 13 'MAP 2 TEA 1 '
  finds mps_fixed tiny.mps tiny '1 rows, 3 columns' 13 'MAP 2 TEA 1 '
  sed 's/ MAX/ MIN/; s/ L  W/ E  W/; s/ 9.5/-9.5/' tiny.mps >none.mps
  refuse none 'solve: none.mps: no values satisfy all 1 constraints and the bounds of the variables' mps none.mps
fi
rm solution
succeed knapsack bag
[[ ! -e solution ]] || fail "a solution that nobody asked for"

# ---- What is refused -------------------------------------------------------------------------------------------
for kind in "${kinds[@]}"; do
  refuse none 'cannot read missing' "$kind" missing
  printf 'nonsense\n' >broken
  refuse none 'solve: broken: ' "$kind" broken
  : >nothing
  refuse none 'solve: nothing: ' "$kind" nothing
done
printf '3\n4 1 3\n2 0 5\n3 2 x\n' >broken
refuse none 'solve: broken: "x" is not a cost (line 4)' assignment broken
printf '3\n4 1 3\n2 0 5\n3 2 x\n' >broken
refuse none 'solve: broken: 3 facilities need two matrices of 9 numbers, but only 19 bytes follow (line 1)' qap broken
# Sixteen facilities with flows and distances without a pattern take longer than this.
awk 'BEGIN { print 16; for (m = 0; m < 2; ++m) for (i = 0; i < 16; ++i) for (k = 0; k < 16; ++k)
  print i == k ? 0 : (i * i * 31 + k * k * 17 + i * k * 7 + m * (i + 2 * k) * 13) % 97 }' >long.dat
complain 'solve: long.dat: stopped at the limit, without a proof' qap long.dat --time-limit 0.1 --out solution
grep -qE '^long  qap  16 facilities  best found [0-9]+  at least [0-9]+  gap [0-9.]+ %  seconds [0-9.]+$' out || fail "an unproven qap"
[[ $(sort -n solution | tr '\n' ' ') == "$(seq -s ' ' 16) " ]] || fail "the best solution found is no permutation"
refuse_option '--time-limit' qap small.dat --time-limit -1
refuse none '--time-limit: knapsack is solved without one' knapsack bag --time-limit 5
printf '1 2\n1e300 1\n' >large
refuse none 'solve: large: value 1e+300 is too large for the solver' knapsack large
complain 'no/such/folder' knapsack bag --out no/such/folder/solution
refuse_option 'kind' wrong bag
refuse_option 'file' knapsack
refuse_option '--nothing' knapsack bag --nothing
lose_output knapsack bag
lose_output --help

succeed --help
for text in assignment knapsack maxflow qap mps mps_fixed; do grep -qE "^ +$text: " out || fail "no $text in --help"; done
for option in --out --time-limit; do grep -qE "^ +$option " out || fail "no $option in --help"; done
echo "solve: all good"
