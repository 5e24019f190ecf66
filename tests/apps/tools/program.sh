# What the tests of the programs share. A test begins with
#   source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" NAME FOLDER
# and is then in a new folder, which goes at its end; $program is FOLDER/NAME.
set -euo pipefail
export LC_ALL=C

program_name=$1
[[ $# -eq 2 && -x $2/$program_name ]] || { echo "usage: $program_name.sh FOLDER, which holds the program $program_name"; exit 1; }
program=$(realpath "$2/$program_name")
threads=2
work=$(mktemp -d)
child=
clean_up() {
  [[ -z $child ]] || kill -9 "$child" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  for log in out err; do [[ ! -s $log ]] || sed "s/^/  std$log: /" "$log" | head -20; done
  exit 1
}

# succeed ARGUMENT...: a good run, which says nothing but plain lines
succeed() {
  "$program" "$@" --threads $threads >out 2>err || fail "exit code $? of $program_name $*"
  [[ ! -s err ]] || fail "stderr is not empty after $program_name $*"
  ! grep -q '[^ -~]' out || fail "control characters on stdout after $program_name $*"
}

snapshot() { if [[ -e $1 ]]; then find "$1" -exec ls -ld --time-style=full-iso {} + -type f -exec cksum {} + | sort; fi; }

# refuse FOLDER TEXT ARGUMENT...: one line on stderr that holds TEXT, exit code 2, nothing changed in FOLDER
refuse() {
  local folder=$1 text=$2 code=0 before
  shift 2
  before=$(snapshot "$folder")
  "$program" "$@" --out "$folder" >out 2>err || code=$?
  [[ $code -eq 2 ]] || fail "exit code $code, not 2, of $program_name $*"
  [[ $(wc -l <err) -eq 1 && ! -s out ]] || fail "not one line on stderr alone of $program_name $*"
  grep -qF -- "$text" err || fail "no '$text' in the error of $program_name $*"
  [[ $(snapshot "$folder") == "$before" ]] || fail "$program_name $* changed $folder"
}

# refuse_option TEXT ARGUMENT...: the usage on stderr, one of CLI11's exit codes, nothing written
refuse_option() {
  local text=$1 code=0
  shift
  "$program" "$@" --out none >out 2>err || code=$?
  [[ $code -ge 100 && ! -e none ]] || fail "exit code $code of $program_name $*"
  grep -qF -- "$text" err && grep -q "^Usage: $program_name" err || fail "no '$text' or no usage in the error of $program_name $*"
}

# without_times FOLDER COUNT: metrics.csv but its last columns
without_times() { awk -F, -v OFS=, -v count="$2" '{ NF -= count; print }' "$1/metrics.csv"; }

# same_run A B: checkpoint, metrics but their $time_columns, and $pictures are the same bytes
same_run() {
  cmp "$1/checkpoint.safetensors" "$2/checkpoint.safetensors" || fail "the checkpoints of $1 and $2 differ"
  [[ $(without_times "$1" "$time_columns") == "$(without_times "$2" "$time_columns")" ]] ||
    fail "the metrics of $1 and $2 differ"
  for picture in $pictures; do
    cmp "$1/$picture.png" "$2/$picture.png" || fail "$picture.png of $1 and $2 differ"
  done
}

# check_png FILE...: PNG files from their first bytes to their last
check_png() {
  for picture in "$@"; do
    [[ $(head -c 16 "$picture" | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a0000000d49484452 &&
      $(tail -c 12 "$picture" | od -An -tx1 | tr -d ' \n') == 0000000049454e44ae426082 ]] || fail "$picture is no PNG"
  done
}

# check_report FILE CHARTS PICTURES: a whole page with so many, or more, charts and so many pictures, which loads nothing
check_report() {
  grep -q '</html>' "$1" || fail "$1 has no end"
  [[ $(grep -o '<svg' "$1" | wc -l) -ge $2 && $(grep -o 'src="data:image/png;base64,' "$1" | wc -l) -eq $3 ]] ||
    fail "$1 lacks charts or pictures"
  ! grep -qE '<(script|link|iframe|base)|(src|href|action)=.?(https?:|//)|url\(|@import' "$1" || fail "$1 loads something"
}

# flip FILE: another byte in the middle
flip() {
  local place=$(($(stat -c %s "$1") / 2)) byte
  byte=$(od -An -tu1 -j "$place" -N 1 "$1")
  printf "\\$(printf %o $((byte ^ 255)))" | dd of="$1" bs=1 seek="$place" conv=notrunc status=none
}

# rows FOLDER: whole epochs in metrics.csv, -1 when there is none
rows() { if [[ -s $1/metrics.csv ]]; then echo $(($(wc -l <"$1/metrics.csv") - 1)); else echo -1; fi; }

# start FOLDER ARGUMENT...: a run in the background
start() {
  "$program" --threads $threads "${@:2}" --out "$1" >out 2>err &
  child=$!
}
running() { kill -0 "$child" 2>/dev/null; }
# stop SIGNAL: sends it, sets `code` to the exit code
stop() {
  kill "-$1" "$child" 2>/dev/null || true
  code=0
  wait "$child" 2>/dev/null || code=$?
  child=
}
