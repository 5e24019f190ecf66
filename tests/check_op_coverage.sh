#!/usr/bin/env bash
# Fails and names every op that a test recorded and no gradient check confirmed.
# Usage: check_op_coverage.sh PREFIX...      reads PREFIX.recorded and PREFIX.checked of every test program
set -euo pipefail

[[ $# -gt 0 ]] || { echo "give the prefixes that the test programs wrote to"; exit 1; }
recorded=$(cat "${@/%/.recorded}" | sort -u)
checked=$(cat "${@/%/.checked}" | sort -u)
[[ -n $recorded ]] || { echo "the tests recorded no op at all"; exit 1; }

missing=$(comm -23 <(echo "$recorded") <(echo "$checked"))
[[ -n $missing ]] || exit 0
while read -r op; do
  echo "op '$op' was recorded in a test, but no gradient check confirms it: add a row to the table in tests/engine"
done <<<"$missing"
exit 1
