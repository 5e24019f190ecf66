#!/usr/bin/env bash
# A program outside of the project, built by hand against what pkg-config says of the installed library, and against the
# Debian package, unpacked into an empty folder; both precisions.
# Usage: packages.sh BUILD_FOLDER FOLDER_OF_PC_FILES COMPILER CPACK FLAGS
set -euo pipefail
build=$1 pc_files=$2 compiler=$3 cpack=$4 flags=$5
here=$(dirname "${BASH_SOURCE[0]}")
for tool in pkg-config dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: there is no $tool" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check FOLDER_OF_PC_FILES: float has 4 bytes, double 8; the program compares with what it is given
check() {
  local library bytes=4
  for library in cotape cotape_f64; do
    [[ $(PKG_CONFIG_PATH=$1 pkg-config --variable=prefix "$library") == "$1"/* ]] || { echo "another $library is found" && exit 1; }
    # The flags are words.
    # shellcheck disable=SC2046,SC2086
    "$compiler" -O1 "$here/main.cpp" $flags $(PKG_CONFIG_PATH=$1 pkg-config --cflags --libs "$library") -o "$work/main"
    "$work/main" $bytes
    bytes=8
  done
}
check "$pc_files"

"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" || { cat "$work/log" && exit 1; }
package=$(echo "$work"/*.deb)
[[ $(dpkg-deb -f "$package" Package) == libcotape-dev && $(dpkg-deb -f "$package" Depends) == *libopenblas-dev* ]]
dpkg-deb -x "$package" "$work/root"
[[ -s $work/root/usr/share/doc/cotape/copyright ]]
check "$(dirname "$(find "$work/root/usr" -name cotape.pc)")"
