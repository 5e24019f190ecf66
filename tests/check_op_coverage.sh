#!/usr/bin/env bash
# Fails and names every op that a test recorded and no gradient check confirmed. Surrogates, which no difference can
# confirm, are those of surrogate_ops.txt and no others: the mark is no way around the check.
# Usage: check_op_coverage.sh PREFIX...      reads PREFIX.recorded, .checked and .surrogates of every test program
#        check_op_coverage.sh --self-test
set -euo pipefail
export LC_ALL=C

allowed_surrogates=$(dirname "${BASH_SOURCE[0]}")/surrogate_ops.txt

allowed_in() { grep -v "^#" "$1" | sort -u; }

# check ALLOWED PREFIX...: every fault, one a line
check() {
  local allowed=$1 op recorded checked surrogates
  shift
  recorded=$(cat "${@/%/.recorded}" | sort -u)
  checked=$(cat "${@/%/.checked}" | sort -u)
  surrogates=$(cat "${@/%/.surrogates}" | sort -u)
  [[ -n $recorded ]] || echo "the tests recorded no op at all"
  while read -r op; do
    echo "op '$op' was recorded in a test, but no gradient check confirms it: add a row to the table in tests/engine"
  done < <(comm -23 <(echo "$recorded") <(echo "$checked") | grep .)
  while read -r op; do
    echo "op '$op' is marked as a surrogate but is not in tests/surrogate_ops.txt: only rules belong there"
  done < <(comm -23 <(echo "$surrogates") <(allowed_in "$allowed") | grep .)
  while read -r op; do
    echo "no test recorded the surrogate '$op' of tests/surrogate_ops.txt"
  done < <(comm -13 <(echo "$surrogates") <(allowed_in "$allowed") | grep .)
}

# expect MESSAGE RECORDED CHECKED SURROGATES: what is said, beginning so, of these ops where "rule" is the one surrogate
# that is allowed
expect() {
  local found
  printf '%s\n' $2 >"$work/a.recorded"
  printf '%s\n' $3 >"$work/a.checked"
  printf '%s\n' $4 >"$work/a.surrogates"
  found=$(check "$work/allowed" "$work/a")
  [[ -n $1 && $found == "$1"* || $found == "$1" ]] || { echo "self-test: expected '$1', found '$found'"; exit 1; }
}

self_test() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo rule >"$work/allowed"
  expect "" "add mul" "add mul div" "rule"
  expect "op 'mul' was recorded" "add mul" "add" "rule"
  expect "op 'mul' is marked as a surrogate" "add" "add" "mul rule"
  expect "no test recorded the surrogate 'rule'" "add" "add" ""
  expect "the tests recorded no op" "" "add" "rule"
}

[[ $# -gt 0 ]] || { echo "give the prefixes that the test programs wrote to"; exit 1; }
if [[ $1 == --self-test ]]; then
  self_test
else
  faults=$(check "$allowed_surrogates" "$@")
  [[ -z $faults ]] || { echo "$faults"; exit 1; }
fi
