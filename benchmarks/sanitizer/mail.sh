#!/usr/bin/env bash
# Messages through the sanitiser as a gateway brings them: how many a second, what CPU each costs, with the start of the programs told apart.
#   benchmarks/sanitizer/mail.sh [--count N]      (about a minute on two idle cores)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

if [[ -z ${SEKISHO-} ]]; then "$root/sekisho" sanitize --help >/dev/null; export SEKISHO=$root/artifacts/app/sekisho; fi
if [[ -z ${DOTNET_ROOT-} ]]; then dotnet=$(readlink -f "$(command -v dotnet)"); export DOTNET_ROOT=${dotnet%/*}; fi
exec /usr/bin/python3 "$here/mail.py" "$@"
