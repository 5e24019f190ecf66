# Sourced by the studies that are shell scripts.

# study PROGRAM OUT SEEDS TABLE OPTIONS SETTING...: trains PROGRAM with OPTIONS under every SETTING, "NAME|more options",
# from the seeds 1 to SEEDS, as many runs at once as there are processors, one thread and one folder in OUT each. Then prints
# the table that compare makes by the words of TABLE, columns and options, mean ± standard deviation over the seeds. What
# a run prints goes to OUT/RUN.log. Finished runs are not repeated, interrupted ones go on.
study() {
  local program=$1 out=$2 seeds=$3 table=$4 options=$5 setting folder seed runs=() rows=()
  for ((seed = 1; seed <= seeds; ++seed)); do  # one of each setting first
    for setting in "${@:6}"; do
      runs+=("$(study_folder "$out" "$setting")_$seed" "$options ${setting#*|} --seed $seed")
    done
  done
  for setting in "${@:6}"; do
    folder=$(study_folder "$out" "$setting")
    rows+=("${setting%%|*}=$(for ((seed = 1; seed <= seeds; ++seed)); do echo "${folder}_$seed"; done | paste -s -d ,)")
  done
  mkdir -p "$out"
  printf '%s\0' "${runs[@]}" | xargs -0 -n 2 -P "$(nproc)" bash -c "$(declare -f study_run)"'; study_run "$@"' study "$program"
  # shellcheck disable=SC2086  # several words
  "$(dirname "$program")/compare" --table $table "${rows[@]}"
}

# study_run PROGRAM FOLDER OPTIONS: one run.
study_run() {
  if grep -qs '"finished": true' "$2/summary.json"; then return; fi
  echo "$2" >&2
  # shellcheck disable=SC2086  # several words
  "$1" $3 --threads 1 --out "$2" $([[ ! -e $2/checkpoint.safetensors ]] || echo --resume) >>"$2.log" 2>&1 && return
  echo "$2: failed, see $2.log" >&2
  return 255  # no further run is begun
}

# study_folder OUT SETTING: where its runs are, but for _SEED.
study_folder() { echo "$1/$(tr -c 'A-Za-z0-9.\n' '_' <<<"${2%%|*}")"; }
