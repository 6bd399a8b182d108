#!/bin/sh
# The built viewer of OHIF (MIT; 48 MB, unpacked 200 MB) into the folder .ohif, which is not in git.
# tools/draw_ohif.py opens our results in it; the test that does so skips, and says so, where it is missing.
set -u
version=3.13.2
sha512=5997719a9986eeba85816f5924b71b82bdd70ad2e2d4a0cd3e831a798e4f3deea3e06e1f8c48e393271933a0ba664d85f3b04ac457e9abe8dde715d907d13c10
folder="$(dirname "$0")/../.ohif"

give_up() {
    echo "NOT INSTALLED: OHIF ($1); the test that needs it will be skipped." >&2
    exit 0
}

[ "$(cat "$folder/version" 2>/dev/null)" = "$version" ] && exit 0
command -v npm >/dev/null 2>&1 || give_up "there is no npm here"
scratch=$(mktemp -d) || give_up "no scratch folder can be made"
trap 'rm -rf "$scratch"' EXIT
npm pack --silent --pack-destination "$scratch" "@ohif/app@$version" >/dev/null 2>&1 || give_up "npm cannot get it"
archive="$scratch/ohif-app-$version.tgz"
[ "$(sha512sum "$archive" | cut -d ' ' -f 1)" = "$sha512" ] || give_up "the package is not the one that is expected"
tar -xzf "$archive" -C "$scratch" || give_up "it cannot be unpacked"
echo "$version" > "$scratch/package/version"
rm -rf "$folder"
mv "$scratch/package" "$folder"
