#!/usr/bin/env bash
# Fetches the versions of d3's modules named here with npm and bundles them into d3.js, their licences in front.
# Called by `make vendor-web`.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund d3-zoom@3.0.0 d3-selection@3.0.0
for p in node_modules/d3-*; do
  echo "$(basename "$p") $(node -p "require('./$p/package.json').version")"
  echo
  cat "$p/LICENSE"
  echo
done >"$here/LICENSE"
echo 'export {zoom, zoomIdentity} from "d3-zoom"; export {select} from "d3-selection";' >entry.js
(cd "$here" && go tool esbuild "$work/entry.js" --bundle --format=esm --minify --legal-comments=none --log-level=warning --outfile="$work/d3.js")
{
  echo '/*! Parts of d3, bundled.'
  echo
  sed 's/[[:space:]]*$//' "$here/LICENSE"
  echo '*/'
  cat "$work/d3.js"
} >"$here/d3.js"
