#!/usr/bin/env bash
# Runs the steps of the Dockerfile in a clean directory, without a Docker engine: production
# dependencies only, the same files, an unprivileged layout, then the program from there.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
app="$(mktemp -d)"
trap 'rm -rf "$app"' EXIT
node24="$root/node_modules/.bin/node"
[ -x "$node24" ] || node24=node

cd "$app"
cp "$root"/package.json "$root"/package-lock.json "$root"/.npmrc .
npm ci --omit=dev --ignore-scripts --no-audit --no-fund >/dev/null
cp -r "$root"/LICENSE "$root"/schemas "$root"/examples "$root"/src .
echo "files: $(find . -type f | wc -l), size: $(du -sm . | cut -f1) MiB"

# The root file system is read-only in the image: only the journal's volume is written.
mkdir -p "$app/volume"
chmod -R a-w "$app/src" "$app/schemas" "$app/examples" "$app/node_modules"
export NODE_ENV=production TRUEUP_JOURNAL="$app/volume/journal.db"
"$node24" src/main.ts --version
"$node24" src/main.ts validate examples/desired-state
# The Dockerfile's own words, so that a step that fails there fails here.
path24="$(cd "$(dirname "$node24")" && pwd):$PATH"
sed -n 's/^RUN \(node src.*\)/\1/p' "$root/Dockerfile" | PATH="$path24" bash -e
"$node24" src/main.ts apply examples/desired-state --local --only net-hr,net-search --journal "$TRUEUP_JOURNAL" --log-format text --yes
"$node24" src/main.ts status >/dev/null
chmod -R u+w "$app"
echo "image steps: ok"
