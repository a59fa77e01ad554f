#!/bin/bash
# deps.sh [ARCH]: build what the static binary is linked with, once per machine, and print the folder that holds it:
# bin/cc (a musl compiler), include/, lib/{libpq,libssl,libcrypto,libjansson}.a.
# The folder's name is a digest of everything that shapes its contents; it lives in $DEPS_CACHE, beside the sources.
set -euo pipefail
arch=${1:-$(uname -m)}
mk=$(cd "$(dirname "$0")" && pwd)
export DEPS_CACHE=${DEPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-deps}

cross=
[ "$arch" = "$(uname -m)" ] || cross=$arch-linux-gnu-
command -v "${cross}gcc" >/dev/null || { echo "deps.sh: ${cross}gcc is not installed" >&2; exit 1; }

# Nothing here unwinds a stack, and the tables for it would be a tenth of the binary.
cflags="-Os -fno-asynchronous-unwind-tables -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections"

# What libpq needs of TLS 1.2, TLS 1.3, SCRAM and client certificates stays. no-cached-fetch must not be added: a SCRAM login
# then takes 0.4 s. no-sock, no-stdio, no-md5, no-err and no-deprecated would break libpq or lose messages.
openssl_options="no-shared no-pic no-tests no-apps no-docs no-legacy no-engine no-dso no-module no-async no-secure-memory
    no-autoload-config no-ui-console no-ssl3 no-tls1 no-tls1_1 no-dtls no-quic no-srp no-psk no-srtp no-nextprotoneg no-sctp
    no-ssl-trace no-comp no-ct no-ocsp no-cms no-ts no-cmp no-rfc3779 no-http no-idea no-seed no-camellia no-aria no-bf no-cast
    no-rc2 no-rc4 no-rc5 no-mdc2 no-md2 no-md4 no-rmd160 no-whirlpool no-sm2 no-sm3 no-sm4 no-blake2 no-dsa no-gost no-ec2m
    no-scrypt no-argon2 no-ocb no-siv no-siphash no-des no-ml-kem no-ml-dsa no-slh-dsa no-multiblock no-unit-test
    no-thread-pool no-default-thread-pool no-tls-deprecated-ec no-integrity-only-ciphers no-sslkeylog"

# The files of PostgreSQL that a client consists of; its own SHA-256 and MD5, which are used once or twice for a login, because
# OpenSSL's would first be looked up, and our own source of random bytes.
libpq_files="interfaces/libpq/fe-auth-scram interfaces/libpq/fe-auth interfaces/libpq/fe-cancel interfaces/libpq/fe-connect
    interfaces/libpq/fe-exec interfaces/libpq/fe-lobj interfaces/libpq/fe-misc interfaces/libpq/fe-print
    interfaces/libpq/fe-protocol3 interfaces/libpq/fe-secure-common interfaces/libpq/fe-secure-openssl
    interfaces/libpq/fe-secure interfaces/libpq/fe-trace interfaces/libpq/libpq-events interfaces/libpq/pqexpbuffer
    common/base64 common/cryptohash common/encnames common/ip common/link-canary common/md5
    common/md5_common common/pg_prng common/saslprep common/sha1 common/sha2 common/string common/unicode_norm common/wchar
    port/chklocale port/getpeereid port/inet_net_ntop port/pgstrcasecmp port/snprintf port/strerror port/strong_random
    port/timingsafe_bcmp port/user"
# The loop that a SCRAM login spends its time in, with our own HMAC in the place of hmac_openssl.
libpq_fast_files="common/hmac_midstates common/scram-common"

# What jansson's configure finds on any Linux.
jansson_defines="HAVE_STDINT_H HAVE_UNISTD_H HAVE_FCNTL_H HAVE_SCHED_H HAVE_SYS_STAT_H HAVE_SYS_TIME_H HAVE_SYS_TYPES_H
    HAVE_SYS_PARAM_H HAVE_ENDIAN_H HAVE_OPEN HAVE_CLOSE HAVE_READ HAVE_GETPID HAVE_GETTIMEOFDAY HAVE_SCHED_YIELD
    HAVE_ATOMIC_BUILTINS USE_URANDOM"

key=$({
    echo "$arch"
    "${cross}gcc" -v 2>&1 | tail -n 1
    cat "$mk/deps.sh" "$mk/sources" "$mk"/*.sed "$mk"/libpq/*
} | sha256sum | cut -c1-16)
dir=$DEPS_CACHE/$arch-$key
src=$dir/src

jobs=-j$(nproc)
case ${MAKEFLAGS-} in *jobserver*) jobs= ;; esac

unpack() { # unpack FILE TAR-ARGUMENT...
    local file
    file=$("$mk/fetch.sh" "$1")
    shift
    tar -C "$src" -xf "$file" "$@"
}

edit() { # edit SCRIPT COUNT FILE...: apply the edits of mk/SCRIPT, which must be COUNT
    local script=$1 count=$2 file changes=0
    shift 2
    for file; do
        cp "$file" "$file.orig"
        sed -i -f "$mk/$script" "$file"
        changes=$((changes + $(diff "$file.orig" "$file" | grep -c '^[0-9]' || true)))
    done
    [ "$changes" = "$count" ] || { echo "mk/$script made $changes changes, not $count" >&2; return 1; }
}

archive() { # archive LIBRARY FOLDER CFLAGS FILE...: compile FOLDER/FILE.c, all at once, into lib/LIBRARY
    local library=$1 folder=$2 flags=$3
    shift 3
    mkdir -p "$src/$library"
    # shellcheck disable=SC2016 # the inner shell expands them
    printf '%s\n' "$@" | OUT=$src/$library FOLDER=$folder FLAGS="$flags -ffile-prefix-map=$src/=" CC=$dir/bin/cc xargs -P "$(nproc)" -I{} \
        sh -c '$CC $FLAGS -c -o "$OUT/$(basename {}).o" "$FOLDER/{}.c"'
    "${cross}ar" rcs "$dir/lib/$library" "$src/$library"/*.o
}

build_musl() {
    unpack musl-1.2.5.tar.gz
    cd "$src/musl-1.2.5"
    edit musl.sed 7 tools/musl-gcc.specs.sh src/locale/iconv.c src/stdlib/qsort.c
    CC=${cross}gcc ./configure ${cross:+--target="$arch-linux-musl" CROSS_COMPILE="$cross"} --prefix="$dir/musl" \
        --disable-shared CFLAGS="-Os -ffunction-sections -fdata-sections"
    # shellcheck disable=SC2086 # empty or one word
    make $jobs install
    ln -s ../musl/bin/musl-gcc "$dir/bin/cc"
}

build_openssl() {
    unpack openssl-3.5.7.tar.gz --exclude='*.pod' --exclude='*/test/*' --exclude='*/demos/*' --exclude='*/fuzz/corpora' \
        --exclude='*/doc/designs' --exclude='*/krb5' --exclude='*/cloudflare-quiche' --exclude='*/oqs-provider' \
        --exclude='*/pkcs11-provider' --exclude='*/pyca-cryptography' --exclude='*/python-ecdsa' --exclude='*/tlsfuzzer' \
        --exclude='*/tlslite-ng' --exclude='*/wycheproof'
    cd "$src/openssl-3.5.7"
    # To OpenSSL the assembler is an old one, so that it leaves out the AVX-512 code: 700 KB that a login does not need.
    cat >"$src/cc-old-assembler" <<SH
#!/bin/sh
case " \$* " in *" -Wa,-v "*) echo "GNU assembler version 2.18"; exit 0 ;; esac
exec $dir/bin/cc "\$@"
SH
    chmod +x "$src/cc-old-assembler"
    # shellcheck disable=SC2086 # one word for each
    CC=$src/cc-old-assembler AR=${cross}ar RANLIB=${cross}ranlib CFLAGS=$cflags SOURCE_DATE_EPOCH=0 \
        ./Configure "linux-$arch" --openssldir=/etc/ssl --libdir=lib $openssl_options
    # shellcheck disable=SC2086 # empty or one word
    SOURCE_DATE_EPOCH=0 make $jobs build_generated libcrypto.a libssl.a
    cp libcrypto.a libssl.a "$dir/lib/"
    cp -r include/openssl "$dir/include/"
}

build_libpq() {
    local top=$src/postgresql-17.11 inc=$src/libpq-include flags
    unpack postgresql-17.11.tar.bz2 postgresql-17.11/src/{include,common,port,interfaces/libpq,backend/utils}
    mkdir -p "$inc/utils"
    cp "$mk"/libpq/*.h "$inc/"
    cp "$top/src/include/port/linux.h" "$inc/pg_config_os.h"
    perl "$top/src/backend/utils/generate-errcodes.pl" --outfile "$inc/utils/errcodes.h" "$top/src/backend/utils/errcodes.txt"
    edit libpq.sed 2 "$top"/src/interfaces/libpq/fe-{auth-scram,secure-openssl}.c
    cp "$mk/libpq/hmac_midstates.c" "$top/src/common/"
    cp "$mk/libpq/strong_random.c" "$top/src/port/"
    flags="$cflags -fno-strict-aliasing -fwrapv -fexcess-precision=standard -DFRONTEND -D_GNU_SOURCE
        -I$inc -I$top/src/include -I$top/src/interfaces/libpq -I$top/src/port -I$dir/include"
    # shellcheck disable=SC2086 # one word for each
    archive libpq.a "$top/src" "$flags" $libpq_files
    # shellcheck disable=SC2086 # one word for each
    archive libpq.a "$top/src" "$flags -O2" $libpq_fast_files
    cp "$top"/src/interfaces/libpq/libpq-{fe,events}.h "$top/src/include/postgres_ext.h" "$inc/pg_config_ext.h" "$dir/include/"
}

build_jansson() {
    unpack jansson-2.14.tar.gz
    local top=$src/jansson-2.14/src
    sed 's/@json_inline@/inline/; s/@json_have_localeconv@/0/; s/@json_have_sync_builtins@/0/; s/@json_have_[a-z_]*@/1/' \
        "$top/jansson_config.h.in" >"$dir/include/jansson_config.h"
    cp "$top/jansson.h" "$dir/include/"
    # shellcheck disable=SC2086 # one word for each
    printf '#define %s 1\n' $jansson_defines >"$top/jansson_private_config.h"
    # shellcheck disable=SC2046 # one word for each
    archive libjansson.a "$top" "$cflags -DHAVE_CONFIG_H -I$top -I$dir/include" $(cd "$top" && printf '%s\n' *.c | sed 's/\.c$//')
}

mkdir -p "$DEPS_CACHE"
exec 9>"$dir.lock"
flock 9 # a second build of the same waits for the first
if [ ! -e "$dir/ok" ]; then
    rm -rf "$dir"
    mkdir -p "$dir/bin" "$dir/include" "$dir/lib" "$src"
    trap 'tail -n 30 "$dir/$part.log" >&2; echo "deps.sh: $part failed; all its output: $dir/$part.log" >&2' ERR
    for part in musl openssl libpq jansson; do
        echo "building $part for $arch, once, into $dir" >&2
        ("build_$part") >"$dir/$part.log" 2>&1
    done
    rm -rf "$src"
    touch "$dir/ok"
fi
echo "$dir"
