#!/usr/bin/env bash
# Installs the Debian packages that building, testing and the demo need; silent when nothing is missing.
# Usage: bash apps/setup.sh [ci|bench]      ci: also what the checks in .ci/run need; bench: what bench/run.sh needs
set -euo pipefail

packages=(g++ cmake ninja-build libopenblas-dev libtbb-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev coinor-libcbc-dev libopenmpi-dev
  openmpi-bin nlohmann-json3-dev libstb-dev libcli11-dev libcpp-httplib-dev doctest-dev python3 dataset-fashion-mnist
  iso-flags-png-320x240)
if [[ ${1:-} == ci ]]; then packages+=(clang-14 libclang-rt-14-dev clang-format-14 pkg-config); fi
if [[ ${1:-} == bench ]]; then packages+=(libbenchmark-dev libtorch-dev libboost-graph-dev liblemon-dev
  libadolc-dev libtrilinos-sacado-dev python3-scipy); fi

missing=()
for package in "${packages[@]}"; do
  # The state is asked for by name: a package that was removed is still known to dpkg.
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

stop() {
  echo "setup: $1. Please install these Debian packages and try again:" >&2
  echo "  ${missing[*]}" >&2
  exit 1
}

command -v apt-get >/dev/null || stop "there is no apt-get here"
as_root=(env)
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || stop "packages are missing, and this is neither root nor is there sudo"
  # Without a terminal nobody can type a password.
  sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; } || stop "packages are missing, and sudo is not allowed"
  as_root=(sudo env)
fi

echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq </dev/null || stop "apt-get update failed"
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
  </dev/null || stop "apt-get install failed"
