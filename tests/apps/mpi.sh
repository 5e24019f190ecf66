#!/usr/bin/env bash
# Every program that works in several processes, under mpirun: the same bytes in 1, 2, 4 and 8 processes, also of a run
# whose process was killed or stopped and that was resumed with another number of them; jobs that are spread; who prints,
# and what is said of what is wrong.
# Usage: mpi.sh FOLDER_OF_THE_PROGRAMS
tools=$(realpath "$(dirname "${BASH_SOURCE[0]}")/tools")
source "$tools/program.sh" latent_trees "$@"
source "$tools/made_up_data.sh"

skip() {
  echo "mpi: skipped, $1"
  exit 77
}
command -v mpirun >/dev/null || skip "there is no mpirun"
[[ $(mpirun --version) == *'Open MPI'* ]] || skip "this mpirun is not Open MPI's, whose options are used here"
[[ $(ldd "$program") == *libmpi* ]] || skip "built without MPI"

export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 # Open MPI's own
export OMPI_MCA_btl=self,vader OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_mpi_yield_when_idle=1 # there are more processes than cores
counts=(2 4 8)
[[ ! $sanitized ]] || counts=(4)

# together COUNT PROGRAM ARGUMENT...: in so many processes, each of one thread; code, out and err as run leaves them
together() {
  local count=$1
  program_name=$2
  shift 2
  code=0
  timeout 300 mpirun --allow-run-as-root --oversubscribe -np "$count" ${before[@]+"${before[@]}"} \
    "$programs/$program_name" "$@" --threads 1 >out 2>err || code=$?
}
before=() # what comes before the program

# all_succeed COUNT PROGRAM ARGUMENT...: a good run, which says nothing on stderr
all_succeed() {
  together "$@"
  [[ $code -eq 0 ]] || fail "exit code $code of $*"
  [[ ! -s err ]] || fail "stderr is not empty after $*"
}

# same_training NAME TIME_COLUMNS PICTURES ARGUMENT...: the bytes of a training in 8 shards do not depend on the
# processes: one that was started without mpirun, and so many as `counts` has under it
same_training() {
  local name=$1 count
  time_columns=$2 pictures=$3
  shift 3
  rm -rf "$name".*
  program=$programs/$name threads=1 succeed "$@" --shards 8 --out "$name.alone"
  local lines
  lines=$(grep -c '^epoch' out)
  for count in "${counts[@]}"; do
    all_succeed "$count" "$name" "$@" --shards 8 --out "$name.$count"
    [[ $(grep -c '^epoch' out) -eq $lines ]] || fail "$name in $count processes prints other lines"
    same_run "$name.alone" "$name.$count"
    [[ $(ls "$name.alone") == "$(ls "$name.$count")" ]] || fail "files of $name in $count processes"
  done
}

make_images images
make_pictures alphabets 8
trees=(--nodes 6 --frames 5 --hidden 8 --train 40 --val 10 --test 10 --batch 20 --rule aimle)
same_training latent_trees 4 "trees predictions" "${trees[@]}" --epochs 2 --inspect 2,2
cmp latent_trees.alone/inspect.html latent_trees.4/inspect.html || fail "inspect.html"
all_succeed 1 latent_trees "${trees[@]}" --epochs 2 --shards 8 --out latent_trees.1 # one process, under mpirun
same_run latent_trees.alone latent_trees.1
# Every program that trains, with what a rule learns, noise, statistics of batches, dropout, or a memory. The first of a
# program runs twice an epoch, as the others hear of the first one's state between two epochs.
retrieval=(--data alphabets --batch 32 --channels 8 --tasks 20 --noise-margin 0.1)
if [[ ! $sanitized ]]; then
  # Batches of 12 in 8 shards: of one example and of two; 20 examples leave a last batch of 8.
  same_training warcraft 4 maps --net combresnet --size 4 --train 20 --val 4 --test 4 --batch 12 --rule aimle --mirror \
    --noise-margin 0.1 --epochs 2
  same_training dvae 3 "" --data images --validation 500 --batch 50 --k 3 --rule aimle --epochs 2
  same_training globe_tsp 4 map --codes AT,BR,CA,DE,EG,FR,GB,IN,JP,KE,NZ,US --train 40 --val 5 --test 5 --batch 20 \
    --rule aimle --noise-margin 0.2 --gradient-noise 0.1 --reduction sum --epochs 2
  same_training explain 5 words --train 40 --val 10 --test 10 --batch 20 --length 12 --planted 2 --fillers 20 --width 8 \
    --min-count 1 --rule aimle --epochs 2
  same_training graph_matching 4 matches --points 4 --train 16 --test 2 --batch 12 --hidden 8 --search-steps 20 --rule aimle --epochs 2
  same_training classify 2 "examples mistakes" --data images --train 40 --test 10 --batch 20 --loss discrete --rule aimle --epochs 2
  same_training retrieval 4 "neighbours mistakes" "${retrieval[@]}" --rule aimle --epochs 2
  # What else a rule or a loss may need of all shards.
  counts=(4)
  same_training warcraft 4 maps --net pure-conv --train 20 --val 4 --test 4 --batch 16 --rule imle --samples 2 --epochs 1
  same_training dvae 3 "" --data images --validation 500 --batch 50 --rule score-function --epochs 1
  same_training classify 2 "examples mistakes" --data images --train 20 --test 10 --batch 20 --loss fenchel-young --samples 3 --epochs 1
  same_training retrieval 4 "neighbours mistakes" "${retrieval[@]}" --rule sigmoid --epochs 1
fi
program_name=latent_trees program=$programs/latent_trees time_columns=4 pictures="trees predictions"

# ---- Shards are part of a run's settings, one of them is none -----------------------------------------------------
expect latent_trees.4/config.json shards=8
succeed "${trees[@]}" --epochs 1 --out whole-batches
! grep -q shards whole-batches/config.json || fail "config.json without --shards"
! cmp -s whole-batches/checkpoint.safetensors latent_trees.alone/checkpoint.safetensors || fail "--shards changes nothing"
refuse latent_trees.4 '--resume: shards is 4 now but 8' "${trees[@]}" --epochs 2 --shards 4 --resume
refuse_option '--shards' --shards 3
refuse_option '--shards' --shards 0
program_name=retrieval program=$programs/retrieval
refuse_option '--shards 16' "${retrieval[@]}" --shards 16
refuse_option '--shards' "${retrieval[@]}" --shards 2 --study sigmoid
program_name=classify program=$programs/classify
refuse_option '--shards' --data images --shards 2 --study
program_name=latent_trees program=$programs/latent_trees

# ---- A process that dies ends all; the run goes on in another number of processes ---------------------------------
cat >victim.sh <<'END'
if [[ $OMPI_COMM_WORLD_RANK == "$VICTIM" ]]; then
  export END_AT=$MOMENT LD_PRELOAD=$FOLDER/end_at.so ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
fi
exec "$@"
END
export FOLDER=$programs
many=("${trees[@]/#40/200}") # steps, to be in the midst of
succeed "${many[@]}" --epochs 3 --shards 4 --out undisturbed
for moment in "1 clock 300 KILL" "0 rename 4 KILL" "3 clock 900 KILL" "2 clock 400 TERM" "0 clock 300 TERM"; do
  [[ ! $sanitized || $moment == "1 clock"* ]] || continue
  rm -rf broken
  export VICTIM=${moment%% *} MOMENT=${moment#* }
  before=(bash victim.sh)
  together 4 latent_trees "${many[@]}" --epochs 3 --shards 4 --out broken
  before=()
  if [[ $moment == *TERM ]]; then
    [[ $code -eq 130 ]] && grep -q '^interrupted in epoch' out || fail "exit code $code after a signal: $moment"
  else
    [[ $code -eq 137 ]] && grep -q "process rank $VICTIM .*exited on signal 9 (Killed)" err ||
      fail "exit code $code, or no word of the dead process: $moment"
  fi
  all_succeed 2 latent_trees "${many[@]}" --epochs 3 --shards 4 --out broken --resume
  same_run undisturbed broken
done

# ---- Errors, in one line -------------------------------------------------------------------------------------------
# complains COUNT CODE TEXT PROGRAM ARGUMENT...: one process alone says so, beside what mpirun says
complains() {
  local count=$1 expected=$2 text=$3
  shift 3
  together "$count" "$@"
  [[ $code -eq $expected ]] || fail "exit code $code, not $expected, of $*"
  [[ $(grep -c "^$program_name: " err) -eq 1 ]] || fail "not one message of $*"
  grep -qF -- "$text" err || fail "no '$text' in the error of $*"
}
complains 2 2 '--shards 1: too few for 2 processes' latent_trees "${trees[@]}" --out none
complains 3 2 '3 processes for 4 shards' latent_trees "${trees[@]}" --shards 4 --out none
complains 2 2 'nowhere is not a folder' latent_trees --data nowhere --shards 2 --out none
complains 2 105 '--rule' latent_trees --rule magic --out none
[[ ! -e none ]] || fail "a run that was refused wrote something"
# What goes wrong in one process alone is told too.
cat >elsewhere.sh <<'END'
[[ $OMPI_COMM_WORLD_RANK == 0 ]] || cd /
exec "$@"
END
if [[ ! $sanitized ]]; then
  before=(bash elsewhere.sh)
  complains 2 2 'process 1: ' dvae --data images --validation 100 --batch 50 --epochs 1 --shards 2 --out alone
  before=()
fi

# ---- Jobs: any number of processes ---------------------------------------------------------------------------------
mkdir sets
make_table sets/easy.csv 60 0 1
make_table sets/noisy.csv 41 20 2
# same_jobs NAME FILES ARGUMENT...: these files are the same bytes in 1, 3 and 8 processes; of study.csv all but the times
same_jobs() {
  local name=$1 files=$2 count file
  shift 2
  rm -rf "$name".*
  program_name=$name program=$programs/$name threads=1 succeed "$@" --out "$name.alone"
  for count in 3 8; do
    [[ ! $sanitized || $count -eq 3 ]] || continue
    all_succeed "$count" "$name" "$@" --out "$name.$count"
    for file in $files; do
      cmp <(table_of "$name.alone/$file") <(table_of "$name.$count/$file") || fail "$file of $name in $count processes"
    done
  done
}
table_of() { if [[ $1 == */study.csv ]]; then sed 's/,[^,]*$//' "$1"; else cat "$1"; fi; }
ranking=(--data sets --folds 4 --inner-folds 3 --rates 0.01,0.1 --epsilons 0.1,0.5 --steps 20 --batch 16)
same_jobs label_ranking "table.csv folds.csv" "${ranking[@]}"
all_succeed 3 label_ranking "${ranking[@]}" --out label_ranking.3 --resume
same_jobs decide "table.csv curves.csv" --problems path,knapsack --losses spo-plus,pfyl,aimle --seeds 2 --train 40 --test 20 --epochs 2
if [[ ! $sanitized ]]; then
  study=(--study --data images --train 20 --test 10 --batch 10 --epochs 2 --sample-counts 1 --epsilons 0.1 --seeds 2)
  same_jobs classify study.csv "${study[@]}"
  for run in classify.alone/runs/*; do
    cmp "$run/checkpoint.safetensors" "classify.8/runs/${run##*/}/checkpoint.safetensors" || fail "$run of classify in 8 processes"
  done
  all_succeed 3 classify "${study[@]}" --out classify.8 --resume
  cmp <(table_of classify.alone/study.csv) <(table_of classify.8/study.csv) || fail "a study that is resumed in 3 processes"
  methods=("${retrieval[@]}" --study sigmoid,blackbox:noise=0.1 --seeds 2 --epochs 1)
  same_jobs retrieval table.csv "${methods[@]}"
  [[ $("$json" retrieval.3/summary.json finished) == true ]] || fail "the study of retrieval is not finished"
  program_name=retrieval program=$programs/retrieval
  threads=1 interrupt_at "clock 20 TERM" "${methods[@]}" --out retrieval.parts
  all_succeed 3 retrieval "${methods[@]}" --out retrieval.parts --resume
  cmp retrieval.alone/table.csv retrieval.parts/table.csv || fail "a study of retrieval that is resumed in 3 processes"
fi
[[ $sanitized ]] || same_jobs gradients "gradients.csv sweep.csv" --n 4 --subset-n 0 --seeds 5 --sweep-seeds 5 --sweep-samples 20 \
  --samples 1,10 --lambdas 1,2 --warm-ups 10 --warm-up 10

# ---- Programs that do not share their work: the first process alone does it ----------------------------------------
"$programs/compare" --table train_elbo trees=latent_trees.alone >table
[[ -s table ]] || fail "compare prints nothing"
mpirun --allow-run-as-root --oversubscribe -np 3 "$programs/compare" --table train_elbo trees=latent_trees.alone >out 2>err || fail "compare in three processes"
cmp table out || fail "compare prints otherwise in three processes"
echo "mpi: all good"
