#!/usr/bin/env bash
# The examples: each runs for seconds and learns what it says. Usage: examples.sh FOLDER_OF_THE_PROGRAMS
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" examples/two_moons "$@"
threads= # no example has the option

# example NAME ARGUMENT...: a good run
example() {
  program=$programs/examples/$1
  program_name=$1
  shift
  succeed "$@"
}

# learned TEXT CONDITION: the number behind TEXT in its last line with it, as x in the condition
learned() {
  local found
  found=$(grep -F -- "$1" out | tail -1)
  found=${found#*"$1"}
  found=${found%%[!0-9.e+-]*}
  [[ $found ]] || fail "$program_name prints no '$1' with a number"
  [[ $sanitized ]] || check "${2//x/$found}" "$program_name: $1"
}

example two_moons
learned 'test accuracy ' 'x > 94'

# Sequences take minutes under the sanitizers; the tests of their layers run there.
if [[ ! $sanitized ]]; then
  example char_lstm
  grep -qx '261 of 261 characters are right' out || fail "char_lstm does not know the poem"
  example gpt
  learned 'loss ' 'x < 0.15'
  grep -q '^This is the cow with the crumpled horn that tossed the dog .* that Jack built\.$' out ||
    fail "gpt does not know the verse"
fi

example predict_then_optimise
[[ $sanitized ]] || check "$(sed -n 's/^step 0: regret \(.*\) %$/\1/p' out) > 20" "regret before"
learned 'step 100: regret ' 'x < 3'

example own_decision
learned 'pfyl: regret ' 'x > 50'
grep -q '^pfyl: regret .* % at first, [0-2]\.[0-9]* % after training$' out || [[ $sanitized ]] || fail "own_decision"
run nothing.npy nothing.npy
[[ $code -eq 2 ]] && grep -q 'nothing.npy' err || fail "own_decision without its files"

example own_op_and_optimizer
grep -qx 'gradient of snake: right' out || fail "the gradient check of snake"
learned 'mean squared error ' 'x < 0.02'

example vae
learned 'of 1000 new pictures: ' 'x < 30'
check_png vae.png

example graph_convolution
learned 'accuracy ' 'x > 90'

example transfer "$here/../../apps/examples/moons.safetensors"
check "$(sed -n 's/^as loaded: accuracy \(.*\) %$/\1/p' out) < 50" "accuracy as loaded"
learned 'after 100 steps: accuracy ' 'x > 85'
run nothing.safetensors
[[ $code -eq 2 ]] && grep -q 'nothing.safetensors' err || fail "transfer without its file"

example physics_fit
learned 'largest distance from sin x: ' 'x < 0.02'

fashion=/usr/share/datasets/fashion-mnist
if [[ -e $fashion/train-images-idx3-ubyte.gz ]]; then
  example fashion_cnn fashion-mnist 2000
  learned 'test accuracy ' 'x > 75'
else
  echo "SKIPPED: fashion_cnn, for want of the package dataset-fashion-mnist"
fi
