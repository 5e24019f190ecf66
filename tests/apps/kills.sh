#!/usr/bin/env bash
# Kills every program that trains, again and again, at random moments: at a write to a file, in the middle of one, before
# and after a rename, within a step. Resumes it each time, and compares what it leaves with a run that nobody disturbed,
# byte for byte but for times. The moments follow from the seed, not from the speed of the machine.
# Usage: kills.sh FOLDER_OF_THE_PROGRAMS [KILLS_OF_EACH_PROGRAM [SEED]]
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
folder=$1 kills=${2:-} seed=${3:-1}
set -- "$1"
source "$tools/program.sh" dvae "$folder"
source "$tools/made_up_data.sh"
[[ $kills || ! $sanitized ]] || kills=3
kills=${kills:-6}
RANDOM=$seed

events=(open write half flush rename renamed clock clock clock)
times=(seconds steps_per_second images_per_second solver_seconds solver_seconds_forward solver_seconds_backward solver_share)

# same_bytes A B: the same files with the same bytes; only times differ, and config.json says where the run is
same_bytes() {
  local file
  diff <(ls "$1") <(ls "$2") || fail "$1 and $2 have other files"
  for file in $(ls "$1"); do
    case $file in
      report.html) ;; # shows times
      config.json) "$json" --same "$1/$file" "$2/$file" out resume || fail "$file of $1 and $2" ;;
      summary.json) "$json" --same "$1/$file" "$2/$file" "${times[@]}" || fail "$file of $1 and $2" ;;
      metrics.csv)
        [[ $(without_times "$1" "$time_columns") == "$(without_times "$2" "$time_columns")" ]] ||
          fail "the metrics of $1 and $2 differ"
        ;;
      *) cmp "$1/$file" "$2/$file" || fail "$file of $1 and $2" ;;
    esac
  done
}

# disturb NAME PROGRESS_FILE TIME_COLUMNS ARGUMENT...: a run can be resumed when its PROGRESS_FILE is there
disturb() {
  program_name=$1 program=$programs/$1 time_columns=$3
  local progress=$2 killed=0 runs=0 event number total resume moments
  shift 3
  rm -rf whole
  END_AT_COUNTS=$work/counts end_at "" "$@" --out whole
  [[ $code -eq 0 ]] || fail "exit code $code of $program_name $*"
  while ((killed < kills)); do
    rm -rf broken
    resume=() moments=
    while ((killed < kills)); do
      event=${events[RANDOM % ${#events[@]}]}
      total=$(awk -v event="$event" '$1 == event { print $2 }' counts)
      number=$((1 + (RANDOM * 32768 + RANDOM) % (total / 2 + 1)))
      end_at "$event $number KILL" "$@" --out broken "${resume[@]}"
      moments+=" $event $number,"
      if [[ $code -eq 0 ]]; then break; fi
      [[ $code -eq 137 ]] || fail "exit code $code of $program_name, killed at$moments"
      killed=$((killed + 1))
      if [[ -e broken/$progress ]]; then resume=(--resume); fi
    done
    if [[ $code -ne 0 ]]; then
      END_AT= end_at "" "$@" --out broken "${resume[@]}"
      [[ $code -eq 0 ]] || fail "exit code $code of $program_name, resumed after$moments"
    fi
    (same_bytes whole broken) || fail "$program_name, killed at$moments"
    runs=$((runs + 1))
  done
  echo "$program_name: $killed kills in $runs runs, and not a byte that differs"
}

make_images images
mkdir sets
make_table sets/easy.csv 60 0 1
make_table sets/noisy.csv 41 20 2
make_pictures alphabets 8

disturb dvae checkpoint.safetensors 3 --data images --validation 100 --batch 5 --epochs 3
disturb warcraft checkpoint.safetensors 4 --net pure-conv --train 60 --val 5 --test 5 --batch 10 --rule aimle \
  --noise-margin 0.1 --mirror --epochs 4
disturb globe_tsp checkpoint.safetensors 4 --codes AT,BR,CA,DE,EG,FR,GB,IN,JP,KE,NZ,US --train 300 --val 10 --test 20 \
  --batch 10 --rule aimle --noise-margin 0.2 --gradient-noise 0.1 --epochs 4
disturb label_ranking summary.json 0 --data sets --folds 4 --inner-folds 3 --rates 0.01,0.1 --epsilons 0.1,0.5 --steps 100 \
  --batch 16
disturb decide summary.json 0 --problems path,knapsack --losses spo-plus,pfyl,aimle --seeds 2 --train 40 --test 20 --epochs 2
disturb latent_trees checkpoint.safetensors 4 --nodes 6 --frames 5 --hidden 8 --train 300 --val 10 --test 20 --batch 10 \
  --rule aimle --epochs 4
disturb graph_matching checkpoint.safetensors 4 --points 4 --outliers 1 --train 16 --test 2 --batch 2 --hidden 8 \
  --search-steps 20 --rule aimle --epochs 4
disturb explain checkpoint.safetensors 5 --train 300 --val 10 --test 20 --batch 10 --length 12 --planted 2 --fillers 20 --width 8 \
  --min-count 1 --rule aimle --epochs 4
disturb retrieval checkpoint.safetensors 4 --data alphabets --batch 16 --memory 2 --channels 4 --tasks 5 --rule aimle \
  --noise-margin 0.1 --epochs 4
disturb retrieval summary.json 0 --data alphabets --batch 16 --memory 1 --channels 4 --tasks 5 --study blackbox,triplet \
  --seeds 2 --epochs 2

disturb classify checkpoint.safetensors 2 --data images --train 40 --test 10 --batch 10 --loss fenchel-young --samples 10 --epochs 3
