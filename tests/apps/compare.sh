#!/usr/bin/env bash
# Runs compare on runs made by hand: means and deviations of several seeds, charts by epoch and by setting, bad input.
# Usage: compare.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
export LC_ALL=C
program=$(realpath "${1:?folder of the programs}/compare")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}
# make_run FOLDER SIGMA SCORE SCORE...: one epoch a score
make_run() {
  local folder=$1 epoch=0 score
  mkdir "$folder"
  printf '{"sigma": %s, "rule": "identity"}\n' "$2" >"$folder/config.json"
  shift 2
  echo epoch,score >"$folder/metrics.csv"
  for score in "$@"; do echo "$((++epoch)),$score" >>"$folder/metrics.csv"; done
}
# refuse TEXT ARGUMENT...: one line on stderr with the text, exit code 2
refuse() {
  local text=$1 code=0
  shift
  "$program" "$@" >out 2>err || code=$?
  [[ $code -eq 2 && $(wc -l <err) -eq 1 ]] && grep -qF -- "$text" err || fail "exit code $code, $(cat err): wanted $text"
}

make_run a 0 1 2 3
make_run b 0 1 4 5 9
make_run c 0.5 7 8.1
"$program" --table score "one=a" "two=a,b" "same=c,c,c" >table
diff table - <<'END' || fail "the table"
| run | epochs | score |
|---|---|---|
| one | 3 | 3 |
| two | 3 | 4.0 ± 1.4 |
| same | 2 | 8.1 ± 0 |
END
"$program" --plot score --out epochs.png "two=a,b" c=c
"$program" --plot score --against sigma --out sigmas.png "all=a,b,c"
for picture in epochs sigmas; do
  [[ $(head -c 8 $picture.png | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]] || fail "$picture.png is no PNG"
done
! cmp -s epochs.png sigmas.png || fail "--against changes nothing"

refuse 'run "a" is not NAME=FOLDER' a
refuse 'no number "rule"' --plot score --against rule --out x.png one=a
refuse 'no number "epsilon"' --plot score --against epsilon --out x.png one=a
refuse 'none/metrics.csv' one=none
refuse '--plot and --out go together' --plot score one=a
[[ ! -e x.png ]] || fail "a picture in spite of an error"
echo "compare: all good"
