#!/bin/sh
# Registers on a real cluster that writes durably: municipalities with people, assets, terminals, risks, a campaign and years of history; then
# lists of a section and of the whole, the pages over HTTP, confirmation, bulk edit, and the largest sheet in and out.
#   benchmarks/registers.sh [TOWNS] [PEOPLE] [ASSETS] [HISTORY]     all municipalities together; default: 60 15000 200000 2000000
#   benchmarks/registers.sh 1                                       one city that has all of it
#   benchmarks/registers.sh 3 300 1800 10000                        to try it
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll registers "$@"
