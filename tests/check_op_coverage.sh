#!/usr/bin/env bash
# Fails and names every op that a test recorded and no gradient check confirmed. Surrogates, which no difference can
# confirm, are those of surrogate_ops.txt and no others: the mark is no way around the check. The second derivative of
# every op is confirmed too, but for those of once_ops.txt, which must be refused.
# Usage: check_op_coverage.sh PREFIX...      reads PREFIX.recorded, .checked, .twice, .once, .surrogates of every test program
# COTAPE_OPS_LEFT_OUT: those of the two files that this build does not have.
#        check_op_coverage.sh --self-test
set -euo pipefail
export LC_ALL=C

allowed_surrogates=$(dirname "${BASH_SOURCE[0]}")/surrogate_ops.txt

allowed_once=$(dirname "${BASH_SOURCE[0]}")/once_ops.txt

allowed_in() { grep -v "^#" "$1" | grep -vxF -f <(printf '%s\n' ${COTAPE_OPS_LEFT_OUT:-}) | sort -u; }

# check ALLOWED_SURROGATES ALLOWED_ONCE PREFIX...: every fault, one a line
check() {
  local allowed=$1 allowed_once=$2 op recorded checked twice once surrogates
  shift 2
  recorded=$(cat "${@/%/.recorded}" | sort -u)
  checked=$(cat "${@/%/.checked}" | sort -u)
  twice=$(cat "${@/%/.twice}" | sort -u)
  once=$(cat "${@/%/.once}" | sort -u)
  surrogates=$(cat "${@/%/.surrogates}" | sort -u)
  [[ -n $recorded ]] || echo "the tests recorded no op at all"
  while read -r op; do
    echo "op '$op' was recorded in a test, but no gradient check confirms it: add a row to the table in tests/engine"
  done < <(comm -23 <(echo "$recorded") <(echo "$checked") | grep .)
  while read -r op; do
    echo "op '$op' is not differentiated twice by any gradient check: give it a second form or list it in tests/once_ops.txt"
  done < <(comm -23 <(echo "$checked") <(sort -u <(echo "$twice") <(allowed_in "$allowed_once")) | grep .)
  while read -r op; do
    echo "op '$op' has no second form but is not in tests/once_ops.txt"
  done < <(comm -23 <(echo "$once") <(allowed_in "$allowed_once") | grep .)
  while read -r op; do
    echo "no gradient check was refused the second derivative of '$op' of tests/once_ops.txt"
  done < <(comm -13 <(echo "$once") <(allowed_in "$allowed_once") | grep .)
  while read -r op; do
    echo "op '$op' is marked as a surrogate but is not in tests/surrogate_ops.txt: only rules belong there"
  done < <(comm -23 <(echo "$surrogates") <(allowed_in "$allowed") | grep .)
  while read -r op; do
    echo "no test recorded the surrogate '$op' of tests/surrogate_ops.txt"
  done < <(comm -13 <(echo "$surrogates") <(allowed_in "$allowed") | grep .)
}

# expect MESSAGE RECORDED CHECKED SURROGATES TWICE ONCE: what is said, beginning so, of these ops where "rule" is the one
# surrogate that is allowed, and "scan" the one op without a second form
expect() {
  local found
  printf '%s\n' $2 >"$work/a.recorded"
  printf '%s\n' $3 >"$work/a.checked"
  printf '%s\n' $4 >"$work/a.surrogates"
  printf '%s\n' $5 >"$work/a.twice"
  printf '%s\n' $6 >"$work/a.once"
  found=$(check "$work/allowed" "$work/allowed_once" "$work/a")
  [[ -n $1 && $found == "$1"* || $found == "$1" ]] || { echo "self-test: expected '$1', found '$found'"; exit 1; }
}

self_test() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo rule >"$work/allowed"
  echo scan >"$work/allowed_once"
  expect "" "add mul" "add mul div scan" "rule" "add mul div" "scan"
  expect "op 'mul' was recorded" "add mul" "add" "rule" "add" "scan"
  expect "op 'mul' is marked as a surrogate" "add" "add" "mul rule" "add" "scan"
  expect "no test recorded the surrogate 'rule'" "add" "add" "" "add" "scan"
  expect "the tests recorded no op" "" "add" "rule" "add" "scan"
  expect "op 'mul' is not differentiated twice" "add mul" "add mul" "rule" "add" "scan"
  expect "op 'mul' has no second form" "add mul" "add mul" "rule" "add mul" "mul scan"
  expect "no gradient check was refused the second derivative of 'scan'" "add" "add" "rule" "add" ""
  COTAPE_OPS_LEFT_OUT="scan rule" expect "" "add" "add" "" "add" ""
}

[[ $# -gt 0 ]] || { echo "give the prefixes that the test programs wrote to"; exit 1; }
if [[ $1 == --self-test ]]; then
  self_test
else
  faults=$(check "$allowed_surrogates" "$allowed_once" "$@")
  [[ -z $faults ]] || { echo "$faults"; exit 1; }
fi
