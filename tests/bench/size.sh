#!/bin/bash
# size.sh: what each part of build/static/entrypoint brings into it, from the linker's map: "bytes <tab> part", the largest first.
set -euo pipefail
deps=build/static/deps out=build/bench
mkdir -p "$out"
"$deps/bin/cc" -o "$out/mapped" build/static/obj/entrypoint/main.o build/static/libentrypoint.a build/static/obj/ini.o -static-pie -s \
    -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack -Wl,-z,pack-relative-relocs -Wl,-Map="$out/map" -L"$deps/lib" -lpq -ljansson -lssl -lcrypto
# Sections that are loaded; an input section's size stands behind its address, sometimes on the next line.
perl -ne '
    $mapping = 1 if /^Linker script and memory map/;
    next unless $mapping;
    $loaded = 1 if /^\.(text|rodata|data|init_array|rela|relr|eh_frame)/;
    $loaded = 0 if /^\.(bss|comment|debug|symtab)/;
    $_ .= <> if /^ \.\S+$/;
    next unless $loaded && /^ [.*]\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+)/;
    my ($size, $file) = (hex $1, $2);
    my ($member) = $file =~ /\((?:lib\w+-lib-)?(.*?)\)/;
    $part = "other";
    if ($file =~ /libcrypto\.a/) {
        $part = $member =~ /^(ec_|ecp_|ec|curve|f_impl|ed|nist)/ ? "elliptic curves"
            : $member =~ /^(bn_|rsa|dh_|ffc|x86_64-mont|rsaz)/ ? "big numbers, RSA, DH"
            : $member =~ /^(x509|x_|v3_|asn1|a_|ta|pem|p5|p8|p12|pk|d2i|i2d|by_|t_)|decode|encode|store/ ? "certificates, ASN.1, keys in files"
            : $member =~ /^(aes|cipher|gcm|ccm|chacha|poly|e_|evp_enc|bsaes|vpaes|ghash)/ ? "ciphers"
            : $member =~ /^(sha|md5|hmac|kdf|digest|keccak|mac|hkdf|pbkdf)/ ? "digests and key derivation"
            : $member =~ /^(obj_|err|cpt_)|_err\.o/ ? "names and messages" : "other";
        $part = "OpenSSL, libcrypto: $part";
    }
    elsif ($file =~ /libssl\.a/) { $part = "OpenSSL, libssl: TLS" }
    elsif ($file =~ /libpq\.a/) { $part = "libpq" }
    elsif ($file =~ /libjansson\.a/) { $part = "jansson" }
    elsif ($file =~ /libc\.a|crt|libgcc/) { $part = "musl" }
    elsif ($file =~ /libentrypoint|main\.o|ini\.o/) { $part = "entrypoint itself" }
    $part = "relocations and tables of the linker" if /^ \.(rela|relr|got|dyn|hash|gnu)/;
    $total{$part} += $size;
    END { printf "%d\t%s\n", $total{$_}, $_ for sort { $total{$b} <=> $total{$a} } keys %total }' "$out/map"
