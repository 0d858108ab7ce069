#!/bin/bash
# benchmarks/zones.sh [FOLDER]   proofs over generated rule sets of 1,000 to 100,000 lines; the console's pages over a town of twelve devices; cold runs of the command; z3 on the same question where it is installed
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
dotnet run -c Release --project "$here/benchmarks" -- zones "$folder"
dotnet "$here/benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll" zones-pages "$here/samples/zones-town/as-found/zones.yaml" "$here/samples/zones-town/as-found/devices"
if [ -x "$here/artifacts/app/sekisho" ]; then
  for size in 1000 10000 100000; do
    mkdir -p "$folder/cold$size"; cp "$folder/sep$size.rules" "$folder/cold$size/fw.rules"
    echo "cold, $size lines:"
    /usr/bin/time -f '%e s, %M KB' "$here/artifacts/app/sekisho" zones verify --policy "$folder/sep$size.yaml" --config "$folder/cold$size" --json > "$folder/cold$size.json" || true
  done
fi
if command -v z3 > /dev/null; then
  for shape in r sep; do for size in 1000 10000 100000; do
    echo "z3, $shape$size:"; /usr/bin/time -f '%e s, %M KB' timeout 900 z3 "$folder/$shape$size.smt2" | head -1
  done; done
fi
