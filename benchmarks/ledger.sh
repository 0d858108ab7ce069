#!/bin/sh
# Durable appends, proofs and verification of a ledger on a real cluster.
#   benchmarks/ledger.sh [ENTRIES] [FOLDER]     FOLDER is kept and grown further; without it everything is removed
#   benchmarks/ledger.sh 10000000 FOLDER --bulk build it by COPY (minutes), then measure single appends, proofs and verification
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll ledger "$@"
