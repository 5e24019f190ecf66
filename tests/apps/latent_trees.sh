#!/usr/bin/env bash
# Finds trees behind moving points, for seconds: quality, files, every rule, the same bytes for any number of threads and
# after any kill, and what it says of broken files and options.
# Usage: latent_trees.sh FOLDER_OF_THE_PROGRAMS
apps=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../apps")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" latent_trees "$@"

time_columns=4 pictures="trees predictions"
examples=60 tests=20 batch=10
[[ ! $sanitized ]] || examples=10 tests=5 batch=5
small=(--nodes 6 --frames 5 --hidden 8 --train $examples --val $tests --test $tests --batch $batch)

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
images=3000
[[ ! $sanitized ]] || images=40
succeed --nodes 8 --frames 8 --hidden 32 --train $images --val 100 --test 200 --batch 20 --lr 1e-3 --rule identity --epochs 6 --out good
[[ $(grep -cE '^epoch [1-6]/6  ELBO train -[0-9.e+]+  test -[0-9.e+]+  right edges [0-9.]+ %  trees [0-9.]+ %  published [0-9.]+ % / [0-9.]+ %$' out) -eq 6 ]] ||
  fail "not one line an epoch"
# A tree of 8 nodes at random has a quarter of the edges.
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json test_precision) > 0.4" "right edges"
  check "$(column good val_elbo) > $(column good val_elbo 1)" "ELBO"
fi
has_entries good/summary.json app rule epochs seed best_epoch val_elbo val_precision test_elbo test_precision \
  test_exact_trees test_published_precision test_published_recall seconds
expect good/summary.json app=latent_trees rule=identity data=generated seed=1 finished=true
expect good/config.json hidden=32 noise=sog tau=0.1 projection=standardize rollout=0 frames=8
[[ $(head -1 good/metrics.csv) == epoch,train_elbo,*,tied_share,solver_share,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/{trees,predictions}.png
check_report good/report.html 8 2
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json metrics.csv predictions.png report.html summary.json trees.png ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
same_on_threads "${small[@]}"
differs --seed 2
differs --data-seed 2
differs --rollout 2
differs --variance 1e-3
differs --noise gumbel
differs --noise sog-as-published
differs --tau 1
differs --samples 2
differs --projection center
differs --decay-every 1

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
for rule in identity "identity --projection center" "identity --projection norm" "identity --projection none" blackbox lpgd \
  "straight-through --samples 2" "imle --samples 2" imle-central aimle "aimle-central --samples 2" "perturbed --samples 3" regularized \
  "sst --samples 2" "sst-hard --temperature 0.5"; do
  same_in_parts "${small[@]}" --rule $rule
done
succeed "${small[@]}" --rule imle-central --lambda 20 --epochs 1 --out imle
[[ $(column imle lambda),$(column imle solver_calls_forward),$(column imle solver_calls_backward) == 20,$examples,$((2 * examples)) ]] ||
  fail "diagnostics of imle-central: $(cat imle/metrics.csv)"

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
killing=(--nodes 6 --frames 5 --hidden 8 --train $((5 * examples)) --val $tests --test $tests --batch $batch --rule aimle --epochs 8)
same_when_interrupted "clock $((10 * examples / 3)) TERM" "${killing[@]}"
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${killing[@]/aimle/imle}" --resume

# ---- Files -----------------------------------------------------------------------------------------------------
refuse good 'nowhere is not a folder that can be read' --data nowhere
mkdir own
refuse good '0 files data_train*.npy; there must be one' --data own
echo "not an array" >own/data_train.npy
echo "not an array" >own/edges_train.npy
refuse good 'own/data_train.npy: ' --data own

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--nodes' --nodes 2
refuse_option '--frames' --frames 1
refuse_option '--hidden' --hidden 1
refuse_option '--variance' --variance 0
refuse_option '--lr' --lr nan
refuse_option '--rollout 10' --rollout 10
refuse_option '--samples 2' --rule identity --samples 2
refuse_option '--noise sog' --rule perturbed --noise sog
refuse_option '--noise sog' --rule sst --noise sog
refuse_option '--tau' --rule sst --tau 0.5
refuse_option '--projection center' --rule sst --projection center
refuse_option '--projection' --projection sideways
lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume nodes frames train val test data-seed hidden rollout variance \
  batch lr decay-every decay noise tau projection samples temperature lambda aimle-as-code aimle-nonzeros" \
  "--data=generated --epochs=26 --rule=aimle-central --nodes=10 --frames=10 --hidden=64 --batch=128 --lr=0.0005 \
  --lambda=10"

# ---- The study: every rule once, a table of them; nothing is trained twice; what fails is named ------------------
if [[ ! $sanitized ]]; then
  study=(bash "$apps/latent_trees/study.sh" "$programs")
  "${study[@]}" study 1 "${small[@]}" --epochs 1 >table 2>err || fail "exit code $? of study.sh"
  [[ $(grep -c '^| .* | 1 |' table),$(wc -l <err) == 12,12 ]] || fail "study.sh: $(cat table)"
  "${study[@]}" study 1 "${small[@]}" --epochs 1 >again 2>err || fail "exit code $? of study.sh, run again"
  cmp table again && [[ ! -s err ]] || fail "study.sh trains twice"
  code=0
  "${study[@]}" wrong 1 --frames 0 >out 2>err || code=$?
  [[ $code -ne 0 ]] && grep -q '^wrong/AIMLE__central_1: failed, see wrong/AIMLE__central_1.log$' err || fail "study.sh with a wrong option"
fi
echo "latent_trees: all good"
