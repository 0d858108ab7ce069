#!/usr/bin/env bash
# Real and hostile files, changed at random and put through every rebuilder for longer than the tests do: only typed refusals, or an output that a second pass leaves as it is.
#   benchmarks/sanitizer/fuzz.sh [ROUNDS] [SEED]      (ROUNDS changes of each of some 400 hostile files, of each metafile, and thrice ROUNDS × 20 of PDF; 200 take about a quarter of an hour)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-200}
dotnet build "$root/tests/Sanitizer.Tests" -c Release -v q -nologo
tests=$root/tests/Sanitizer.Tests/bin/Release/net10.0/Sekisho.Sanitizer.Tests
SEKISHO_FUZZ_SEED=${2:-20261121} SEKISHO_FUZZ_ROUNDS=$rounds "$tests" -class '*GalleryFuzzTests' -class '*MetafileTests'
SEKISHO_FUZZ_ROUNDS=$((20 * rounds)) "$tests" -class '*PdfFuzzTests'
