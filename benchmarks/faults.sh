#!/bin/sh
# kill -9 of workers, server, PostgreSQL and RabbitMQ, a full disk, a clock set back and two servers on one database, in the middle of many files: every file must end in exactly one result, its own.
#   benchmarks/faults.sh [FILES]     default 1000; needs what ./test needs (rabbitmq-server, root for the small disk)
set -e
cd "$(dirname "$0")/.."
dotnet build tests/Resilience.Tests/Resilience.Tests.csproj -v q --nologo >/dev/null
cd tests/Resilience.Tests/bin/Debug/net10.0
SEKISHO_FAULT_FILES=${1:-1000} exec ./Sekisho.Resilience.Tests -class "*FaultTests" -class "*MachineTests" -class "*TwoHostsTests" -parallel none
