#!/bin/sh
# All rows that need a CUDA GPU, in under 8 minutes; leaves one result file, $1 (from the
# repository's root) or benchmarks/results/gpu.md, which holds what was measured so far if
# the time runs out. PYTHON names an interpreter with the extra `export`.
set -eu
cd "$(dirname "$0")/.."
exec timeout 470 "${PYTHON:-.venv/bin/python}" -m benchmarks.bench_gpu \
  --output "${1:-benchmarks/results/gpu.md}"
