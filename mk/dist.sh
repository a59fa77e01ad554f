#!/bin/bash
# dist.sh BINARY VERSION ARCH OUT: what is released of one machine: OUT (the binary), OUT.tar.gz (with the manual page,
# completions, licences), OUT.spdx.json, and SHA256SUMS beside them. The same sources give the same bytes: every time is
# that of the last commit, or $SOURCE_DATE_EPOCH.
set -euo pipefail
binary=$1 version=$2 arch=$3 out=$4
folder=$(dirname "$out")
name=$(basename "$out")
mk=$(cd "$(dirname "$0")" && pwd)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH LC_ALL=C

mkdir -p "$folder"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
"$mk/install.sh" "$binary" "$tree/$name"
"$mk/licenses.sh" static >"$tree/$name/THIRD-PARTY-LICENSES.txt"
cp LICENSE README.md examples/entrypoint.ini "$tree/$name/"
find "$tree" -type d -exec chmod 755 {} + -o -name entrypoint -path '*/bin/*' -exec chmod 755 {} + -o -exec chmod 644 {} +

cp "$binary" "$out"
tar -C "$tree" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -9n >"$out.tar.gz"
"$mk/sbom.sh" "$binary" "$version" "$arch" >"$out.spdx.json"
(cd "$folder" && sha256sum entrypoint-"$version"-linux-*[!S] >SHA256SUMS)
(cd "$folder" && wc -c "$name"* SHA256SUMS)
