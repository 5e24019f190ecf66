#!/usr/bin/env bash
# Builds cotape's benchmarks and their peers, runs them by turns, and prints and writes tables.
# Usage: bash bench/run.sh [--rounds 9] [--out out/bench] [--solvers] [--quick] [--busy] [--bin FOLDER]
#   --rounds N    how often cotape and libtorch take turns on each training step
#   --out FOLDER  for bench.md, bench.json and the lines they are made from; replaced when all is measured
#   --solvers     only print the table of times of docs/solvers.md; keeps nothing
#   --quick       two rounds of few steps, to see that everything works: no numbers to quote
#   --busy        measure although other processes are at work: no numbers to quote either
#   --bin FOLDER  use the programs in there instead of building them
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

rounds=9 out=$root/out/bench solvers=0 quick=0 busy=0 bin=
usage() { sed -n '2,9s/^# \{0,1\}//p' "$root/bench/run.sh"; }
wrong() { echo "run.sh: $1" >&2 && usage >&2 && exit 100; }
while [[ $# -gt 0 ]]; do
  case $1 in
    --rounds | --out | --bin)
      [[ -n ${2:-} ]] || wrong "$1 wants a value"
      declare "${1#--}=$2"
      shift
      ;;
    --solvers) solvers=1 ;;
    --quick) quick=1 ;;
    --busy) busy=1 ;;
    --help) usage && exit ;;
    *) wrong "unknown option $1" ;;
  esac
  shift
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || wrong "--rounds $rounds: not a number of rounds"
if [[ $quick == 1 ]]; then rounds=2; fi

export GLOG_minloglevel=2  # libtorch's remarks on even filters say nothing new

# run COMMAND…: in the background, so that an interrupt ends it at once whoever sends it.
child=
run() {
  "$@" &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}
stop() {
  trap - INT TERM
  if [[ -n $child ]]; then
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  echo "run.sh: interrupted; unfinished results are in $work" >&2
  exit 130
}

work=$out/unfinished
trap stop INT TERM

if [[ -z $bin ]]; then
  bash "$root/apps/setup.sh" bench
  run cmake -S "$root" -B "$root/build/bench" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOTAPE_BUILD_BENCH=ON \
    -DCOTAPE_BUILD_APPS=ON -DCOTAPE_BUILD_TESTS=OFF >/dev/null
  run ninja -C "$root/build/bench" bench/all  # not through cmake, which would leave ninja behind when it is stopped
  bin=$root/build/bench/bin
fi
for program in bench_sgemm bench_steps bench_solvers bench_tapes bench_micro bench_table; do
  [[ -x $bin/$program ]] || { echo "run.sh: there is no $program in $bin" >&2 && exit 1; }
done
torch=1
[[ -x $bin/bench_torch ]] || { torch=0 && echo "run.sh: no bench_torch in $bin: cotape is measured alone" >&2; }

mkdir -p "$work"
rm -rf "${work:?}"/*

# ---- The machine -----------------------------------------------------------------------------------------------
# Prints the share of time, of all cores over two seconds, in which nothing ran.
idle_share() {
  local before after
  before=$(head -n 1 /proc/stat)
  sleep 2
  after=$(head -n 1 /proc/stat)
  awk -v before="$before" -v after="$after" 'BEGIN {
    split(before, b); n = split(after, a)
    for (i = 2; i <= n && i <= 9; ++i) total += a[i] - b[i]
    printf "%.3f", (a[5] - b[5] + a[6] - b[6]) / total
  }'
}
idle_before=$(idle_share)
if awk -v idle="$idle_before" 'BEGIN { exit idle >= 0.95 }'; then
  echo "run.sh: OTHER PROCESSES ARE AT WORK: this machine is idle $idle_before of the time only." >&2
  [[ $busy == 1 ]] || { echo "run.sh: stop them, or measure all the same with --busy" >&2 && exit 1; }
fi

if [[ $quick == 1 ]]; then seconds=0.02; else seconds=0.1; fi
if [[ $solvers == 1 ]]; then
  run "$bin/bench_micro" --threads=1 '--benchmark_filter=^solver/' "--benchmark_min_time=$seconds" \
    --benchmark_out_format=json "--benchmark_out=$work/micro_1.json" >&2
  "$bin/bench_table" "$work" --solvers
  rm -r "$work"
  exit
fi

for threads in 1 2; do run "$bin/bench_sgemm" --threads "$threads" >>"$work/sgemm.jsonl"; done
cat "$work/sgemm.jsonl"

# ---- Training steps ---------------------------------------------------------------------------------------------
steps=(dvae dvae-table combresnet-12 combresnet-30 pure-conv-12 globe latent-trees classify classify-fy retrieval lstm gpt cnn)
# Timed steps and steps to warm up: a second or so of libtorch, few for those that take long.
declare -A timed=([dvae]=50 [dvae-table]=100 [combresnet-12]=6 [combresnet-30]=8 [pure-conv-12]=15 [globe]=40 [latent-trees]=8
  [classify]=30 [classify-fy]=30 [retrieval]=15 [lstm]=20 [gpt]=30 [cnn]=120)
declare -A warmup=([dvae]=10 [dvae-table]=10 [combresnet-12]=2 [combresnet-30]=2 [pure-conv-12]=2 [globe]=3 [latent-trees]=2
  [classify]=3 [classify-fy]=3 [retrieval]=3 [lstm]=4 [gpt]=4 [cnn]=4)
if [[ $quick == 1 ]]; then
  for step in "${steps[@]}"; do timed[$step]=$(((timed[$step] + 3) / 4)) warmup[$step]=1; done
fi
median_of() { sed -nE 's/.*"median": *([-+.0-9eE]+).*/\1/p' "$1"; }
milliseconds() { awk -v seconds="$1" 'BEGIN { printf "%8.2f ms", 1000 * seconds }'; }
# time_step PROGRAM STEP THREADS [OPTION…]: leaves what the program prints in $work/line.
time_step() {
  run "$bin/$1" "$2" --threads "$3" --steps "${timed[$2]}" --warmup "${warmup[$2]}" "${@:4}" >"$work/line"
}

# What libtorch may choose from, FORMAT/WAITING/MEMORY: how images lie in memory, whether OpenMP's waiting threads spin, and
# what becomes of memory that a step frees: by default glibc gives large pieces back to the system, which has to clear new
# ones for the next step; kept, they stay with the process.
variants() {  # STEP THREADS
  local format waiting memory formats=(contiguous) waitings=(active)
  [[ $1 == dvae* || $1 == lstm || $1 == gpt ]] || formats+=(channels-last)
  [[ $2 == 1 ]] || waitings+=(passive)
  for format in "${formats[@]}"; do
    for waiting in "${waitings[@]}"; do
      for memory in default kept; do echo "$format/$waiting/$memory"; done
    done
  done
}
# time_torch STEP THREADS FORMAT/WAITING/MEMORY
time_torch() {
  local format waiting memory
  IFS=/ read -r format waiting memory <<<"$3"
  local -x OMP_WAIT_POLICY=$waiting
  if [[ $memory == kept ]]; then
    local -x MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=67108864
  fi
  time_step bench_torch "$1" "$2" --format "$format"
}
declare -A setting default_setting
if [[ $torch == 1 ]]; then
  echo "libtorch's settings, three processes each; from here on the one with the fastest median is used, and beside it the"
  echo "fastest with memory as it is by default"
  for step in "${steps[@]}"; do
    for threads in 1 2; do
      declare -A medians=()
      for _ in 1 2 3; do
        for variant in $(variants "$step" "$threads"); do
          time_torch "$step" "$threads" "$variant"
          cat "$work/line" >>"$work/calibration.jsonl"
          medians[$variant]+="$(median_of "$work/line")"$'\n'
        done
      done
      best=""
      best_default=""
      for variant in $(variants "$step" "$threads"); do
        median=$(sort -g <<<"${medians[$variant]%$'\n'}" | sed -n 2p)
        printf '  %-14s threads %d  %-30s %s\n' "$step" "$threads" "$variant" "$(milliseconds "$median")"
        if [[ -z $best ]] || awk -v a="$median" -v b="$best" 'BEGIN { exit !(a < b) }'; then
          best=$median setting[$step$threads]=$variant
        fi
        [[ $variant == */default ]] || continue
        if [[ -z $best_default ]] || awk -v a="$median" -v b="$best_default" 'BEGIN { exit !(a < b) }'; then
          best_default=$median default_setting[$step$threads]=$variant
        fi
      done
    done
  done
  echo "agreement of results and gradients"
  for step in "${steps[@]}"; do
    run "$bin/bench_torch" "$step" --check >"$work/line" || echo "run.sh: $step DISAGREES WITH LIBTORCH" >&2
    tee -a "$work/check.jsonl" <"$work/line"
  done
fi

for ((round = 1; round <= rounds; ++round)); do
  echo "round $round of $rounds"
  for step in "${steps[@]}"; do
    for threads in 1 2; do
      time_step bench_steps "$step" "$threads"
      cat "$work/line" >>"$work/rounds.jsonl"
      printf '  %-14s threads %d  cotape %s' "$step" "$threads" "$(milliseconds "$(median_of "$work/line")")"
      if [[ $torch == 1 ]]; then
        time_torch "$step" "$threads" "${setting[$step$threads]}"
        cat "$work/line" >>"$work/rounds.jsonl"
        printf '   libtorch %s' "$(milliseconds "$(median_of "$work/line")")"
        if [[ ${default_setting[$step$threads]} != "${setting[$step$threads]}" ]]; then
          time_torch "$step" "$threads" "${default_setting[$step$threads]}"
        fi
        cat "$work/line" >>"$work/default_rounds.jsonl"
        printf '   with default memory %s' "$(milliseconds "$(median_of "$work/line")")"
      fi
      echo
    done
  done
done

echo "where the time of cotape's steps goes"
for step in "${steps[@]}"; do
  for threads in 1 2; do
    time_step bench_steps "$step" "$threads" --profile
    { printf '### %s, threads %d\n\n' "$step" "$threads" && cat "$work/line" && echo; } >>"$work/profile.md"
  done
done
cat "$work/profile.md"
rm -f "$work/line"

# ---- Tapes, solvers and micro-benchmarks --------------------------------------------------------------------------------
if [[ $quick == 1 ]]; then few=(--quick); else few=(); fi
run "$bin/bench_tapes" "${few[@]}" >"$work/tapes"
grep '^{' "$work/tapes" >"$work/tapes.jsonl"
grep -v '^{' "$work/tapes"
rm "$work/tapes"

if [[ $quick == 1 ]]; then few=(--repeats 1 --entries 40000); else few=(); fi
mkdir -p "$work/instances"
run "$bin/bench_solvers" "${few[@]}" --save "$work/instances" >"$work/solvers"
grep '^{' "$work/solvers" >"$work/solvers.jsonl"
grep -v '^{' "$work/solvers"
if /usr/bin/python3 -c 'import scipy' 2>/dev/null; then  # Debian's
  run /usr/bin/python3 "$root/bench/peers/scipy/assignments.py" "$work/instances" >"$work/solvers"
  tee -a "$work/solvers.jsonl" <"$work/solvers"
else
  echo "run.sh: there is no SciPy (Debian: python3-scipy): assignments are not timed beside it" >&2
fi
rm -r "$work/instances" "$work/solvers"
for threads in 1 2; do
  run "$bin/bench_micro" "--threads=$threads" "--benchmark_min_time=$seconds" --benchmark_out_format=json \
    "--benchmark_out=$work/micro_$threads.json"
done

# ---- Tables ------------------------------------------------------------------------------------------------------
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1 | tr -d '"')
printf '{"processor":"%s","cores":%d,"rounds":%d,"quick":%s,"idle before":%s,"idle after":%s}\n' \
  "${processor:-unknown}" "$(nproc)" "$rounds" "$([[ $quick == 1 ]] && echo true || echo false)" \
  "$idle_before" "$(idle_share)" >"$work/machine.json"
"$bin/bench_table" "$work"
# Nothing of an earlier run may stay beside the new files.
rm -f "$out"/{bench.md,bench.json,profile.md,machine.json,{sgemm,calibration,check,rounds,solvers,tapes}.jsonl,micro_{1,2}.json}
mv "$work"/* "$out/"
rmdir "$work"
