#!/bin/sh
# Registers on a real cluster: 60 municipalities × (250 people, 3,333 assets) and 2 million entries of history; then a section's lists, the
# yearly confirmation of 500 assets and the import of 50,000 rows.
#   benchmarks/registers.sh [TOWNS] [ASSETS] [HISTORY]     smaller numbers to try it: 3 600 10000
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll registers "$@"
