#!/usr/bin/env bash
# The guided tour: its README shows the code as it is and the output as it comes; its pages are whole.
# Usage: tour.sh FOLDER_OF_THE_PROGRAMS
folder=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../apps/tour")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" tour "$@"

"$program" --list >list
[[ $(wc -l <list) -eq 7 && $(head -1 list) == '1  scalar: A scalar expression' ]] || fail "list: $(cat list)"

# ---- Every block of C++ in the README is part of a step ---------------------------------------------------------
awk '/^```cpp$/ { on = 1; file = "block" ++count; next } /^```$/ { on = 0 } on { print > file }' "$folder/README.md"
blocks=0
for block in block*; do
  found=
  for source in "$folder"/step_*.cpp; do
    if [[ $(cat "$source") == *"$(cat "$block")"* ]]; then found=yes; fi
  done
  [[ $found ]] || fail "this block of the README is in no step: $(cat "$block")"
  blocks=$((blocks + 1))
done
[[ $blocks -ge 7 ]] || fail "$blocks blocks of C++ in the README"

# ---- ... and every output what the step prints, numbers to 10 % --------------------------------------------------
awk '/^```text$/ { on = 1; next } /^```$/ { on = 0 } on && /^\$ tour / { file = "expected" $3; printf "" > file; next } on { print > file }' "$folder/README.md"
for step in 1 2 3 4 5 6 7; do
  "$program" $step >printed 2>err || fail "exit code of tour $step"
  awk -v step="$step" '
    function number(word) { return word ~ /^-?[0-9.]+(e-?[0-9]+)?$/ }
    NR == FNR { line[FNR] = $0; lines = FNR; next }
    {
      here = FNR
      count = split(line[FNR], words)
      bad = count != NF
      for (i = 1; i <= NF; ++i)
        if (number($i) && number(words[i])) {
          difference = $i - words[i]
          if (difference < 0) difference = -difference
          size = words[i] < 0 ? -words[i] : words[i] + 0
          if (difference > 0.1 * size + 0.02) bad = 1
        } else if ($i != words[i]) bad = 1
      if (bad) { print "tour " step ": printed  " $0 "\n        README   " line[FNR]; failed = 1 }
    }
    END { exit failed || here != lines }
  ' "expected$step" printed || fail "tour $step prints something else than the README says"
done

# ---- Names, pages, report ---------------------------------------------------------------------------------------
"$program" 1 >by-number
"$program" scalar >by-name
cmp by-number by-name || fail "a step by its name"
"$program" all --out pages >out 2>err || fail "exit code of tour all"
[[ $(grep -c '^[1-7]\. ' out) -eq 7 ]] || fail "titles in $(cat out)"
for page in 1_scalar 2_regression 3_dead-relu 4_solver 5_rules 7_collapse_5; do
  grep -q '"format":"cotape inspection 1"' "pages/$page.html" && tail -1 "pages/$page.html" | grep -q '</html>' ||
    fail "pages/$page.html"
done
[[ $(grep -o '<iframe' pages/report.html | wc -l) -eq 10 && $(grep -o '<h2>[1-7]\. ' pages/report.html | wc -l) -eq 7 ]] ||
  fail "pages/report.html"

for bad in 8 0 none ""; do
  complain 'tour: ' $bad
  [[ ! -s out ]] || fail "tour '$bad' prints something"
done
lose_output --list
lose_output 1
