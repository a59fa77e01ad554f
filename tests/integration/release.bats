#!/usr/bin/env bats
# What is released: the same bytes from the same sources, their checksums, what is in them, and `make install`.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    ROOT=$(realpath "$BATS_TEST_DIRNAME/../..")
    export ROOT SOURCE_DATE_EPOCH=1700000000
    unset MAKEFLAGS MAKELEVEL
    make -s -C "$ROOT" static >/dev/null
    VERSION=$("$ROOT/build/static/entrypoint" version | cut -d ' ' -f 2)
    ARCH=$(uname -m)
    export VERSION ARCH
}

teardown_file() {
    :
}

setup() {
    name=entrypoint-$VERSION-linux-$ARCH
}

teardown() {
    :
}

# make dist in a copy of the sources in another folder, with another umask and another clock zone: dist_elsewhere FOLDER
dist_elsewhere() {
    mkdir -p "$1"
    (
        cd "$ROOT" || exit
        tar -cf - --exclude=./build --exclude=./.git --exclude=node_modules . | tar -C "$1" -xf -
        umask 077
        TZ=Pacific/Auckland LC_ALL=C make -s -C "$1" dist >/dev/null
    )
}

@test "two builds, in two folders, give the same bytes" {
    cd "$ROOT"
    make -s dist >/dev/null
    dist_elsewhere "$BATS_TEST_TMPDIR/another-folder/of-another-length"
    for file in "$name" "$name.tar.gz" "$name.spdx.json" SHA256SUMS; do
        cmp "build/dist/$file" "$BATS_TEST_TMPDIR/another-folder/of-another-length/build/dist/$file"
    done
}

@test "the checksums are those of the files, and the archive has everything" {
    cd "$ROOT/build/dist"
    sha256sum -c --quiet SHA256SUMS
    [ "$(grep -c "$name" SHA256SUMS)" -eq 3 ]
    assert_equal "$(tar -tzf "$name.tar.gz" | grep -v '/$' | sed "s|^$name/||" | LC_ALL=C sort)" "LICENSE
README.md
THIRD-PARTY-LICENSES.txt
bin/entrypoint
entrypoint.ini
share/bash-completion/completions/entrypoint
share/fish/vendor_completions.d/entrypoint.fish
share/man/man1/entrypoint.1
share/zsh/site-functions/_entrypoint"
    tar -C "$BATS_TEST_TMPDIR" -xzf "$name.tar.gz"
    cmp "$name" "$BATS_TEST_TMPDIR/$name/bin/entrypoint"
    [ "$(stat -c %s "$name")" -lt 5000000 ]
}

@test "the SBOM names what is linked, as mk/sources pins it" {
    cd "$ROOT/build/dist"
    assert_equal "$(jq -r '.packages[] | select(.name != "entrypoint") | "\(.name) \(.versionInfo) \(.checksums[0].checksumValue)"' "$name.spdx.json")" \
        "$(for library in inih jansson postgresql musl openssl; do
            sed -n "s/^$library-\([0-9.]*\)\.tar\.[a-z0-9]* \([0-9a-f]*\) .*/$library \1 \2/p" "$ROOT/mk/sources" | head -n 1
        done | sed 's/^postgresql/libpq/')"
    assert_equal "$(jq -r '.spdxVersion, .packages[0].checksums[0].checksumValue' "$name.spdx.json")" "SPDX-2.3
$(sha256sum <"$name" | cut -d ' ' -f 1)"
    assert_equal "$(jq '[.relationships[] | select(.relationshipType == "STATIC_LINK")] | length' "$name.spdx.json")" 5
    [ -z "$(jq -r '(.relationships[].relatedSpdxElement) as $id | select([.packages[].SPDXID] | index($id) | not) | $id' "$name.spdx.json")" ]
}

@test "version --licenses: the texts of the pinned sources" {
    "$ROOT/build/static/entrypoint" version --licenses >"$BATS_TEST_TMPDIR/licenses"
    "$ROOT/mk/licenses.sh" static | cmp - "$BATS_TEST_TMPDIR/licenses"
    for text in 'inih-59' 'jansson-2' 'musl-1' 'openssl-3' 'postgresql-17' 'Ben Hoyt' 'Petri Lehtinen' 'Rich Felker' 'Apache License' 'PostgreSQL Global Development Group'; do
        grep -Fq "$text" "$BATS_TEST_TMPDIR/licenses" || fail "not found: $text"
    done
}

@test "make install: below DESTDIR and PREFIX, and nowhere else" {
    make -s -C "$ROOT" install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
    assert_equal "$(cd "$BATS_TEST_TMPDIR/root" && find . -type f | LC_ALL=C sort)" "./usr/bin/entrypoint
./usr/share/bash-completion/completions/entrypoint
./usr/share/fish/vendor_completions.d/entrypoint.fish
./usr/share/man/man1/entrypoint.1
./usr/share/zsh/site-functions/_entrypoint"
    assert_equal "$("$BATS_TEST_TMPDIR/root/usr/bin/entrypoint" version)" "entrypoint $VERSION"
}
