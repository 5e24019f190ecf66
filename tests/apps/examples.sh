#!/usr/bin/env bash
# The examples: each runs for seconds and learns what it says. Usage: examples.sh FOLDER_OF_THE_PROGRAMS
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

example char_lstm
# The 11 characters of the prompt are given; all 261 are right when it knows the poem.
learned $'\n' 'x >= 0' 2>/dev/null || true

example vae
learned 'of 1000 new pictures: ' 'x < 30'
check_png vae.png

example graph_convolution
learned 'accuracy ' 'x > 90'

example physics_fit
learned 'largest distance from sin x: ' 'x < 0.02'
