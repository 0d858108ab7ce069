#!/usr/bin/env bash
# The sanitiser beside what one would use instead, in one run, on the same files: medians, CPU and peak memory as tables of Markdown.
#   benchmarks/sanitizer/compare.sh [--rounds N] [--only NAME,NAME] [--every N]      (about ten minutes on two idle cores)
#   benchmarks/sanitizer/compare.sh --large [--bytes N]                              (2 GiB inputs and bombs: limits of time and memory)
# Peers are installed here, never by the product. Files: ../shared/corpus and what is made for the purpose, under /tmp.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

missing=()
for pair in mat2=mat2 qpdf=qpdf ghostscript=gs poppler-utils=pdftoppm libvips-tools=vips libimage-exiftool-perl=exiftool; do
  command -v "${pair#*=}" >/dev/null || missing+=("${pair%%=*}")
done
[[ -e /usr/lib/python3/dist-packages/PIL/Image.py ]] || missing+=(python3-pil)
if ((${#missing[@]})); then apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; fi

export SEKISHO=${SEKISHO:-$root/sekisho}
"$SEKISHO" --version >/dev/null   # builds when it must, outside of what is measured
# The program itself, not the script that looks whether it must be built.
[[ $SEKISHO == "$root/sekisho" ]] && export SEKISHO=$root/artifacts/app/sekisho
if [[ -z ${DOTNET_ROOT-} ]]; then dotnet=$(readlink -f "$(command -v dotnet)"); export DOTNET_ROOT=${dotnet%/*}; fi
if [[ ${1-} == --large ]]; then shift; exec /usr/bin/python3 "$here/large.py" "$@"; fi
exec /usr/bin/python3 "$here/compare.py" "$@"
