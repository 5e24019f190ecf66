#!/usr/bin/env bash
# Compares ops, optimisers and schedules with PyTorch and SciPy. Exit code 77, a skip, where no Python has both.
# Usage: run.sh PROGRAM      the program peer_ops
set -euo pipefail
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import numpy, scipy, torch' 2>/dev/null; then
    exec "$python" -B "$(dirname "${BASH_SOURCE[0]}")/compare.py" "$1"
  fi
done
echo "peers: skipped, no python3 with torch and scipy (Debian packages python3-torch and python3-scipy)"
exit 77
