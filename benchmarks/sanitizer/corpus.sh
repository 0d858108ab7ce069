#!/usr/bin/env bash
# The sanitiser over real files, a row a format: out, opened by other programs, unchanged by a second pass, looks the same. Some minutes; files that differ are named on stderr.
#   benchmarks/sanitizer/corpus.sh [FOLDER] [--only KIND,KIND] [--policy FILE] [--keep FOLDER]      (default: ../shared/corpus/files)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

missing=()
for pair in qpdf=qpdf poppler-utils=pdftoppm libvips-tools=vips libxml2-utils=xmllint; do
  command -v "${pair#*=}" >/dev/null || missing+=("${pair%%=*}")
done
[[ -e /usr/lib/python3/dist-packages/PIL/Image.py ]] || missing+=(python3-pil)
if ((${#missing[@]})); then apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; fi

if [[ -z ${SEKISHO-} ]]; then "$root/sekisho" sanitize --help >/dev/null; export SEKISHO=$root/artifacts/app/sekisho; fi
if [[ -z ${DOTNET_ROOT-} ]]; then dotnet=$(readlink -f "$(command -v dotnet)"); export DOTNET_ROOT=${dotnet%/*}; fi
folder=$root/../shared/corpus/files
if [[ ${1-} && $1 != --* ]]; then folder=$1; shift; fi
exec /usr/bin/python3 "$here/corpus.py" "$(realpath "$folder")" "$@"
