# What the tests of the programs share. A test begins with
#   source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" NAME FOLDER
# and is then in a new folder, which goes at its end; $program is FOLDER/NAME.
set -euo pipefail
export LC_ALL=C

program_name=$1
[[ $# -eq 2 && -x $2/$program_name ]] || { echo "usage: $program_name.sh FOLDER, which holds the program $program_name"; exit 1; }
programs=$(realpath "$2")
program=$programs/$program_name
json=$programs/test_json
# The sanitizers make everything some ten times slower: under them a script trains less, and asks nothing of what was learned.
sanitized=
! grep -qa __asan_init "$program" || sanitized=yes
threads=2 # empty: the program has no such option
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  for log in out err; do [[ ! -s $log ]] || sed "s/^/  std$log: /" "$log" | head -20; done
  exit 1
}

# run ARGUMENT...: its exit code in `code`, what it says in the files out and err
run() {
  code=0
  "$program" "$@" >out 2>err || code=$?
}

# succeed ARGUMENT...: a good run, which says nothing on stderr and nothing but plain lines
succeed() {
  run "$@" ${threads:+--threads "$threads"}
  [[ $code -eq 0 ]] || fail "exit code $code of $program_name $*"
  [[ ! -s err ]] || fail "stderr is not empty after $program_name $*"
  ! grep -q '[[:cntrl:]]' out || fail "control characters on stdout after $program_name $*"
}

snapshot() { if [[ -e $1 ]]; then find "$1" -exec ls -ld --time-style=full-iso {} + -type f -exec cksum {} + | sort; fi; }

# complain TEXT ARGUMENT...: one line on stderr that holds TEXT, exit code 2
complain() {
  local text=$1
  shift
  run "$@"
  [[ $code -eq 2 ]] || fail "exit code $code, not 2, of $program_name $*"
  [[ $(wc -l <err) -eq 1 ]] || fail "not one line on stderr of $program_name $*"
  ! grep -q '[[:cntrl:]]' err || fail "control characters on stderr of $program_name $*"
  grep -qF -- "$text" err || fail "no '$text' in the error of $program_name $*"
}

# refuse FOLDER TEXT ARGUMENT...: the same with --out FOLDER, where nothing changes, and nothing on stdout
refuse() {
  local folder=$1 text=$2 before
  shift 2
  before=$(snapshot "$folder")
  complain "$text" "$@" --out "$folder"
  [[ ! -s out ]] || fail "$program_name $* prints something"
  [[ $(snapshot "$folder") == "$before" ]] || fail "$program_name $* changed $folder"
}

# refuse_option TEXT ARGUMENT...: the usage on stderr, one of CLI11's exit codes, nothing written
refuse_option() {
  local text=$1
  shift
  run "$@" --out none
  [[ $code -ge 100 && ! -e none ]] || fail "exit code $code of $program_name $*"
  grep -qF -- "$text" err && grep -q "^Usage: $program_name" err || fail "no '$text' or no usage in the error of $program_name $*"
}

# lose_output ARGUMENT...: exit code 2 and a word of it when stdout takes nothing
lose_output() {
  code=0
  "$program" "$@" >/dev/full 2>err || code=$?
  [[ $code -eq 2 ]] && grep -q 'cannot write to stdout' err || fail "exit code $code of $program_name $* on a full stdout: $(cat err)"
}

# check CONDITION WHAT: of awk, with numbers in place
check() { awk "BEGIN { exit !($1) }" || fail "$2: not $1"; }

# ---- JSON and tables -------------------------------------------------------------------------------------------
# number FILE KEY: an entry of a JSON file
number() { "$json" "$1" "$2" || fail "$2 in $1"; }

# has_entries FILE KEY...: they are there, and not empty
has_entries() {
  "$json" "$@" >entries || fail "entries of $1"
  ! grep -qxE '|null' entries || fail "an entry of $1 is empty"
}

# expect FILE KEY=VALUE...: entries and what they must be
expect() {
  local file=$1 entry found
  shift
  for entry in "$@"; do
    found=$("$json" "$file" "${entry%%=*}") || fail "${entry%%=*} in $file"
    [[ $found == "${entry#*=}" ]] || fail "$file: ${entry%%=*} is $found, not ${entry#*=}"
  done
}

# column FOLDER NAME [ROW]: a value in metrics.csv, of the last row
column() {
  awk -F, -v name="$2" -v row="${3:-}" '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) at = i }
    row == "" || NR == row + 1 { value = $at }
    END { print value }' "$1/metrics.csv"
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

# ---- Pictures and pages ----------------------------------------------------------------------------------------
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

# check_help OPTIONS [DEFAULTS]: --help has these options, and shows these defaults, --NAME=VALUE
check_help() {
  local name default
  threads= succeed --help
  for name in $1; do
    grep -qE "^ +(-h,)?--$name( |\$)" out || fail "no --$name in --help"
  done
  for default in ${2:-}; do
    grep -qE -- "^ +${default%=*} .*=${default#*=}( |\$)" out || fail "--help does not show the default $default"
  done
}

# flip FILE: another byte in the middle
flip() {
  local place=$(($(stat -c %s "$1") / 2)) byte
  byte=$(od -An -tu1 -j "$place" -N 1 "$1")
  printf "\\$(printf %o $((byte ^ 255)))" | dd of="$1" bs=1 seek="$place" conv=notrunc status=none
}

# ---- A signal at a chosen moment -------------------------------------------------------------------------------
# end_at "EVENT NUMBER SIGNAL" ARGUMENT...: a run that is sent the signal then (end_at.cpp names the events); its exit
# code in `code`, out and err as run leaves them
end_at() {
  code=0
  # A sanitizer's library would have to come first.
  { END_AT=$1 ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$programs/end_at.so \
    "$program" "${@:2}" ${threads:+--threads "$threads"} >out 2>err || code=$?; } 2>/dev/null # no word of the shell's
}

# interrupt_at "EVENT NUMBER SIGNAL" ARGUMENT...: the same, of a run that saves what it has and says so
interrupt_at() {
  end_at "$@"
  [[ $code -eq 130 && ! -s err ]] || fail "exit code $code after a signal at $1 of $program_name ${*:2}"
  tail -1 out | grep -q '^interrupted' || fail "no word of the interruption"
}

# ---- Trainings -------------------------------------------------------------------------------------------------
# same_on_threads ARGUMENT...: two epochs are the same bytes on two threads and on one, in two-threads and one-thread
same_on_threads() {
  reference=("$@" --epochs 2)
  rm -rf two-threads one-thread
  succeed "${reference[@]}" --out two-threads
  threads=1 succeed "${reference[@]}" --out one-thread
  same_run two-threads one-thread
}

# differs OPTION [VALUE]: an option that changes what the run of same_on_threads computes; under the sanitizers --seed
# stands for all
differs() {
  [[ ! $sanitized || $1 == --seed ]] || return 0
  rm -rf other
  succeed "${reference[@]}" "$@" --out other
  ! cmp -s two-threads/checkpoint.safetensors other/checkpoint.safetensors || fail "$* changes nothing"
}

# same_in_parts ARGUMENT...: an epoch, and another one when it is resumed, are the same bytes as two, in parts and whole
same_in_parts() {
  rm -rf whole parts
  succeed "$@" --epochs 1 --out parts
  succeed "$@" --epochs 2 --out parts --resume
  [[ ! $sanitized ]] || return 0
  succeed "$@" --epochs 2 --out whole
  same_run whole parts
}

# same_when_interrupted "EVENT NUMBER SIGNAL" ARGUMENT...: a run that is sent the signal then, and resumed, ends with the
# bytes of one that is not, in interrupted and unbroken
same_when_interrupted() {
  local moment=$1
  shift
  succeed "$@" --out unbroken
  interrupt_at "$moment" "$@" --out interrupted
  succeed "$@" --out interrupted --resume
  same_run unbroken interrupted
}
