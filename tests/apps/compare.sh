#!/usr/bin/env bash
# Runs compare on runs made by hand: means and deviations of several seeds, charts by epoch and by setting, bad input.
# Usage: compare.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" compare "$@"
threads=

# make_run FOLDER SIGMA SCORE SCORE...: one epoch a score
make_run() {
  local folder=$1 epoch=0 score
  mkdir "$folder"
  printf '{"sigma": %s, "rule": "identity"}\n' "$2" >"$folder/config.json"
  shift 2
  echo epoch,score >"$folder/metrics.csv"
  for score in "$@"; do echo "$((++epoch)),$score" >>"$folder/metrics.csv"; done
}

make_run a 0 1 2 3
make_run b 0 1 4 5 9
make_run c 0.5 7 8.1
succeed --table score "one=a" "two=a,b" "same=c,c,c"
diff out - <<'END' || fail "the table"
| run | epochs | score |
|---|---|---|
| one | 3 | 3 |
| two | 3 | 4.0 ± 1.4 |
| same | 2 | 8.1 ± 0 |
END
# Of each run the first epoch whose score is highest, or lowest.
make_run d 0 6 2 6 2
succeed --table score --highest score d=d "two=b,d"
diff out - <<'END' || fail "the table of the highest scores"
| run | epoch | score |
|---|---|---|
| d | 1 | 6 |
| two | 1–4 | 7.5 ± 2.1 |
END
succeed --table score --lowest score d=d
grep -qx '| d | 2 | 2 |' out || fail "the table of the lowest scores"
succeed --plot score --out epochs.png "two=a,b" c=c
succeed --plot score --against sigma --out sigmas.png "all=a,b,c"
check_png epochs.png sigmas.png
! cmp -s epochs.png sigmas.png || fail "--against changes nothing"

complain 'run "a" is not NAME=FOLDER' a
complain 'no number "rule"' --plot score --against rule --out x.png one=a
complain 'no number "epsilon"' --plot score --against epsilon --out x.png one=a
complain 'none/metrics.csv' one=none
complain '--plot and --out go together' --plot score one=a
complain '--highest and --lowest exclude each other' --table score --highest score --lowest score one=a
complain 'no column nothing' --table score --highest nothing one=a

# Rows are those of their epochs, however many are missing.
mkdir gap far empty late
printf 'epoch,score\n2,20\n5,50\n7,70\n' >gap/metrics.csv
printf 'epoch,score\n999999999999999,1\n' >far/metrics.csv
printf 'epoch,score\n1,8\n2,10\n5,40\n' >late/metrics.csv
: >empty/metrics.csv
succeed --table score gap=gap far=far both=gap,late
diff out - <<'END' || fail "the table of epochs that are missing"
| run | epochs | score |
|---|---|---|
| gap | 7 | 70 |
| far | 999999999999999 | 1 |
| both | 5 | 45.0 ± 7.1 |
END
succeed --plot score --out gap.png gap=gap far=far both=gap,late
check_png gap.png
complain 'run "none": its folders have no epoch in common' --table score none=a,far
complain 'empty/metrics.csv line 1: ' --table score one=empty
complain 'no column nothing' --table nothing one=a
lose_output --table score one=a
[[ ! -e x.png ]] || fail "a picture in spite of an error"
echo "compare: all good"
