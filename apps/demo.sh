#!/usr/bin/env bash
# Trains two models through combinatorial solvers, a few minutes each from a fresh clone on two cores: a discrete VAE on
# Fashion-MNIST through top-k, and a net that learns terrain costs from pictures through the cheapest path.
# Usage: bash apps/demo.sh [options of dvae, which override the ones below]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$root/apps/setup.sh"
(cd "$root" && cmake --preset release -DCOTAPE_BUILD_APPS=ON >/dev/null &&
  cmake --build --preset release --target dvae warcraft)
if [[ $PWD == "$root" ]]; then out=out; else out=$root/out; fi

arguments=("$@")
# default OPTION VALUE: adds the option unless it was given, and leaves the value in force in $value.
default() {
  local i
  for i in "${!arguments[@]}"; do
    case ${arguments[i]} in
      "$1") value=${arguments[i + 1]:-} && return ;;
      "$1="*) value=${arguments[i]#*=} && return ;;
    esac
  done
  value=$2
  arguments+=("$1" "$2")
}
default --data fashion-mnist
default --k 10
default --rule identity
default --epochs 5
default --out "$out/dvae"

"$root/build/release/bin/dvae" "${arguments[@]}"
if [[ ! -f $value/report.html ]]; then exit; fi  # --help and the like

echo
echo "Now terrain costs from pictures, by paths alone."
"$root/build/release/bin/warcraft" --rule identity --train 8000 --val 200 --test 400 --epochs 4 --out "$out/warcraft"

printf '\nDone. Open these:\n'
for folder in "$value" "$out/warcraft"; do
  echo "  $folder/report.html    the whole run on one page: curves and pictures"
  for picture in "$folder"/*.png; do echo "  $picture"; done
done
