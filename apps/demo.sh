#!/usr/bin/env bash
# Trains the discrete VAE on Fashion-MNIST through a top-k solver: a few minutes from a fresh clone on two cores.
# Usage: bash apps/demo.sh [options of dvae, which override the ones below]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$root/apps/setup.sh"
(cd "$root" && cmake --preset release -DCOTAPE_BUILD_APPS=ON >/dev/null && cmake --build --preset release --target dvae)

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
if [[ $PWD == "$root" ]]; then default --out out/dvae; else default --out "$root/out/dvae"; fi

"$root/build/release/bin/dvae" "${arguments[@]}"
if [[ ! -f $value/report.html ]]; then exit; fi  # --help and the like
cat <<END

Done. Open these:
  $value/report.html    the whole run on one page: curves and pictures
END
for picture in "$value"/*.png; do
  if [[ -f $picture ]]; then echo "  $picture"; fi
done
