#!/usr/bin/env bash
# Runs what uses threads under the thread sanitizer, on loops whose threads it can see (tests/tsan): the test cases about
# threads, and a program that trains for a few steps.
# Usage: bash tests/tsan.sh      after cmake --preset tsan && cmake --build --preset tsan --target tests_f32 warcraft
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

programs=$PWD/build/tsan/bin
export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1"
"$programs/tests_f32" --test-case="*thread*,*parallel*,*at the same time*,*oracle*"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$programs/warcraft" --net pure-conv --train 20 --val 5 --test 5 --batch 10 --epochs 1 --threads 4 --out "$work/run"
echo "tsan: all good"
