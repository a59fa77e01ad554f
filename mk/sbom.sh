#!/bin/bash
# sbom.sh BINARY VERSION ARCH: what the static binary is made of, as SPDX 2.3 in JSON, from mk/sources. Needs SOURCE_DATE_EPOCH.
set -euo pipefail
binary=$1 version=$2 arch=$3
mk=$(cd "$(dirname "$0")" && pwd)
sum=$(sha256sum "$binary" | cut -d ' ' -f 1)
name=entrypoint-$version-linux-$arch

# package ID NAME VERSION LICENSE ADDRESS SHA256 [COMMENT]
package() {
    cat <<JSON
    {
      "SPDXID": "SPDXRef-$1",
      "name": "$2",
      "versionInfo": "$3",
      "downloadLocation": "$5",
      "filesAnalyzed": false,
      "checksums": [{"algorithm": "SHA256", "checksumValue": "$6"}],
      "licenseConcluded": "$4",
      "licenseDeclared": "$4",
      "copyrightText": "NOASSERTION",
      "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:generic/$2@$3"}]
    }
JSON
}

# library NAME ARCHIVE-PREFIX LICENSE: of mk/sources, whose first line of that prefix counts
library() {
    local file sum address
    read -r file sum address _ < <(grep "^$2-" "$mk/sources")
    file=${file%.tar.*}
    package "$1" "$1" "${file##*-}" "$3" "$address" "$sum"
}

libraries=(inih jansson libpq musl openssl)
cat <<JSON
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "$name",
  "documentNamespace": "https://spdx.org/spdxdocs/$name-$sum",
  "creationInfo": {
    "created": "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)",
    "creators": ["Tool: mk/sbom.sh"]
  },
  "documentDescribes": ["SPDXRef-entrypoint"],
  "packages": [
$(package entrypoint entrypoint "$version" Apache-2.0 NOASSERTION "$sum"),
$(library inih inih BSD-3-Clause),
$(library jansson jansson MIT),
$(library libpq postgresql PostgreSQL),
$(library musl musl MIT),
$(library openssl openssl Apache-2.0)
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-entrypoint"}$(
    for library in "${libraries[@]}"; do
        printf ',\n    {"spdxElementId": "SPDXRef-entrypoint", "relationshipType": "STATIC_LINK", "relatedSpdxElement": "SPDXRef-%s"}' "$library"
    done)
  ]
}
JSON
