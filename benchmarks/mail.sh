#!/bin/sh
# Messages through the gateway, on a real cluster that writes durably and with sandboxed workers: how many a second, how long each takes, memory over time.
#   benchmarks/mail.sh [RATE] [SECONDS] [BYTES]     default 100 a second for 60 s, 20 kB each
#   benchmarks/mail.sh --large                      one message of 50 MB, one of 10,000 parts: seconds and memory of each
set -e
cd "$(dirname "$0")/.."
dotnet build benchmarks/Benchmarks.csproj -c Release -v q --nologo >/dev/null
exec dotnet benchmarks/bin/Release/net10.0/Sekisho.Benchmarks.dll mail "$@"
