#!/bin/sh
# People who hand files over at once, on a real cluster that writes durably and with sandboxed workers: times from the drop to the harmless file.
#   benchmarks/crossing.sh FOLDER [PEOPLE]     files up to 1 MB of the folder, one after another to each person; default 200 people
#   … --steps: what each step costs alone; --minute RATE: small requests at that rate for a minute; --rounds N: memory over N rounds; --statements: what PostgreSQL is asked
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll crossing "$@"
