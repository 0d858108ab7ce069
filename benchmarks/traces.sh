#!/bin/sh
# Looking back over what crossed: searches, figures and sheets of a town with so many files, on a real cluster.
#   benchmarks/traces.sh [FILES]     default 1,000,000; takes about 3 GB of disk under $TMPDIR while it runs
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll traces "$@"
