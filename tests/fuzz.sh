#!/usr/bin/env bash
# Fuzzes the readers of files with LLVM's libFuzzer, under the address and undefined-behaviour sanitizers: each for N
# seconds (N minutes), as many at once as there are processors, from small seeds, from tests/fuzz/inputs, and from what
# earlier runs left in build/fuzz/corpus. Prints how many inputs each read. An input that makes trouble is kept in
# build/fuzz/found, its report is shown, and the exit code is 1; once mended, it belongs in tests/fuzz/inputs/READER.
# Usage: bash tests/fuzz.sh --seconds N | --minutes N [READER...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^set/!s/^# \?//p}' tests/fuzz.sh >&2
  exit 2
}
[[ $# -ge 2 && $2 =~ ^[1-9][0-9]*$ ]] || usage
case $1 in
  --seconds) seconds=$2 ;;
  --minutes) seconds=$((60 * $2)) ;;
  *) usage ;;
esac
shift 2

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
build=$PWD/build/fuzz
readers=("$@")
if [[ $# -eq 0 ]]; then mapfile -t readers < <("$build/bin/fuzz_inputs" list); fi

work=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)  # inputs are files while they are read
trap 'rm -rf "$work"' EXIT
"$build/bin/fuzz_inputs" make "$work/seeds"

# Memory is used again soon, so that the system need not give new pages for every input.
export ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=8
fuzz() {
  local reader=$1 folders=("$build/corpus/$1" "$work/seeds/$1")
  mkdir -p "${folders[0]}" "$build/found"
  if [[ -d tests/fuzz/inputs/$reader ]]; then folders+=("tests/fuzz/inputs/$reader"); fi
  TMPDIR=$work "$build/bin/fuzz" "$reader" "${folders[@]}" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
    -rss_limit_mb=2048 -malloc_limit_mb=1100 -artifact_prefix="$build/found/$reader-" -print_final_stats=1 \
    >"$work/$reader.log" 2>&1 || touch "$work/$reader.failed"
}
for reader in "${readers[@]}"; do
  while [[ $(jobs -rp | wc -l) -ge $(nproc) ]]; do wait -n; done
  fuzz "$reader" &
done
wait

total=0
for reader in "${readers[@]}"; do
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$reader.log")
  printf '%-12s %12d inputs%s\n' "$reader" "${inputs:-0}" "$([[ ! -e $work/$reader.failed ]] || echo ', FAILED')"
  total=$((total + ${inputs:-0}))
done
printf '%-12s %12d inputs\n' total "$total"

faults=0
for reader in "${readers[@]}"; do
  if [[ -e $work/$reader.failed ]]; then
    echo "---- $reader"
    grep -v '^#[0-9]' "$work/$reader.log" | tail -40
    faults=1
  fi
done
exit "$faults"
