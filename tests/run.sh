#!/usr/bin/env bash
# Builds everything in Release and runs every test.
# Usage: bash tests/run.sh [options of ctest]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash apps/setup.sh
cmake --preset release -DCOTAPE_BUILD_TESTS=ON -DCOTAPE_BUILD_APPS=ON
cmake --build --preset release
exec ctest --preset release --parallel "$(nproc)" "$@"
