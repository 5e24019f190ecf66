#!/usr/bin/env bash
# Draws every solver's picture: each is a PNG, the same bytes each time, and as docs/pictures/solvers has it.
# Usage: gallery.sh FOLDER_OF_THE_PROGRAMS
kept=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../docs/pictures/solvers")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" gallery "$@"

threads=
succeed --out one
succeed --out two
diff -r one two || fail "other pictures the second time"
[[ $(ls one) == "$(ls "$kept")" ]] || fail "not the pictures of docs/pictures/solvers: $(ls one)"
for picture in one/*.png; do check_png "$picture"; done
: >file
"$program" --out file/below >out 2>err && fail "wrote below a file"
grep -q '^gallery: ' err || fail "message: $(cat err)"
refuse_option 'extra' extra
echo "gallery: all good"
