#!/usr/bin/env bash
# Opens pages of inspections in headless Chromium and uses them: nodes are clicked, the slider moves, nothing may be said
# on the console. Leaves pictures at 1280 and 400 pixels, light and dark, to look at. Not part of the default tests.
# Usage: browser.sh FOLDER_OF_THE_PROGRAMS OUT [PAGE.html...]      without pages: those of the tour, and the playground
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
programs=$(realpath "${1:?folder of the programs}")
mkdir -p "${2:?folder for pictures}"
out=$(realpath "$2")
shift 2
if ! command -v chromium >/dev/null; then
  if [[ $(id -u) -eq 0 ]]; then apt-get install -y --no-install-recommends chromium; else sudo apt-get install -y --no-install-recommends chromium; fi
fi
playground=
if [[ $# -eq 0 ]]; then
  "$programs/tour" all --out "$out/tour" >/dev/null
  set -- "$out"/tour/[1-9]*.html
  playground=yes
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# browse ARGUMENT...: Chromium on a fresh profile; what pages say on the console goes to $work/console
browse() {
  timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
    --virtual-time-budget=20000 --enable-logging=stderr "$@" 2>"$work/log"
  grep 'CONSOLE' "$work/log" >"$work/console" || true
}

# framed PAGE WIDTH HEIGHT HASH: a page around a frame of that size, narrower than a window of Chromium can be
framed() {
  printf '<!DOCTYPE html><body style="margin:0;background:#888"><iframe style="border:0;display:block" width=%d height=%d src="file://%s#%s"></iframe>' \
    "$2" "$3" "$1" "$4" >"$work/framed.html"
}

failed=0
for page in "$@"; do
  page=$(realpath "$page")
  name=$(basename "$page" .html)
  # The last </body> is the page's own; the test goes before it.
  awk -v test="$here/browser/selftest.js" '
    /<\/body>/ && !done { print "<script>"; while ((getline line < test) > 0) print line; print "</script>"; done = 1 } { print }
  ' "$page" >"$work/$name.html"
  for width in 1280 600; do
    browse --window-size=$width,900 --dump-dom "file://$work/$name.html" >"$work/dom"
    title=$(grep -o '<title>[^<]*' "$work/dom" | head -1)
    if [[ $title != '<title>PASSED' || -s $work/console ]]; then
      echo "$name at $width: ${title#<title>} $(cat "$work/console")"
      failed=1
    fi
  done
  for width in 1280 400; do
    for theme in light dark; do
      framed "$page" $width 900 "$theme&step=2"
      browse --window-size=$((width < 600 ? 600 : width)),1000 --screenshot="$out/$name-$width-$theme.png" "file://$work/framed.html"
    done
  done
  echo "$name: $(stat -c %s "$page") bytes"
done
if [[ $playground ]]; then python3 "$here/browser/playground.py" "$programs/playground" "$out/playground" || failed=1; fi
exit $failed
