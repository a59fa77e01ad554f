# Edits to musl 1.2.5, applied by mk/deps.sh to the three files named here; it fails unless it finds all seven changes.

# tools/musl-gcc.specs.sh: know -static-pie, as Debian's patch does (Debian bug 996326).
s|^%{!shared: $libdir/Scrt1.o}|%{shared:;static-pie:$libdir/rcrt1.o; :$libdir/Scrt1.o}|
s|%{static:-static} %{rdynamic|%{static:-static} %{static-pie:-static -pie --no-dynamic-linker} %{rdynamic|

# src/locale/iconv.c: CVE-2025-26519. The EUC-KR decoder read past its table, and the UTF-8 writer trusted every decoder.
s/if (c >= 93 || c>=0xc6-0x81 && d>0x52)/if (c > 0xc6-0x81 || c == 0xc6-0x81 \&\& d > 0x52)/
s/} else k = wctomb_utf8(\*out, c);/&\n\t\t\tif (k > 4) goto ilseq;/

# src/stdlib/qsort.c: CVE-2026-40200. The lowest bit of the high word was not seen, and a shift by a whole word is undefined.
/^static inline int pntz(size_t p\[2\]) {/,/^}/c\
static inline int pntz(size_t p[2]) {\
	if (p[0] == 1) return p[1] ? 8*sizeof(size_t) + ntz(p[1]) : 0;\
	return ntz(p[0] - 1);\
}
s/^\t\tp\[[01]\] = 0;$/&\n\t\tif (!n) return;/
