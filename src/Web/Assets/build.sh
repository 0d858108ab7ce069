#!/bin/sh
# Fetches what the console takes from npm and lays it in wwwroot/vendor (not committed).
# Quick when nothing changed: one comparison, no npm. Node 18 with npm 9 is enough. MSBuild never calls this.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
vendor=$here/../wwwroot/vendor
stamp=$vendor/.lock

if [ -f "$stamp" ] && cmp -s "$here/package-lock.json" "$stamp" && [ -s "$vendor/tokens.css" ] && [ -s "$vendor/htmx.js" ]; then
  exit 0
fi

command -v npm >/dev/null 2>&1 || {
  echo "npm がありません。'apt-get install -y nodejs npm' で入れてから、もう一度実行してください。 / npm is missing: run 'apt-get install -y nodejs npm', then try again." >&2
  exit 3
}

cd "$here"
npm ci --loglevel=error --no-progress >/dev/null
mkdir -p "$vendor"
cp node_modules/@digital-go-jp/design-tokens/dist/tokens-simple.css "$vendor/tokens.css"
cp node_modules/@digital-go-jp/design-tokens/LICENSE "$vendor/tokens.LICENSE.txt"
# The reference to the source map goes: the map isn't served.
sed '/^\/\/# sourceMappingURL=/d' node_modules/htmx.org/dist/htmx.min.js > "$vendor/htmx.js"
cp node_modules/htmx.org/LICENSE "$vendor/htmx.LICENSE.txt"
cp package-lock.json "$stamp"
