#!/bin/sh
# Verdicts on a real cluster: 60 municipalities × 40 obligations after one new piece of evidence; one board now and in the past.
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll verdicts
