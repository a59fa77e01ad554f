#!/bin/bash
# selftest.sh: each lint passes a small tree that is in order, and finds the violations planted in it. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cp -r Makefile mk .clang-format .clang-tidy "$tree"
mkdir -p "$tree/src/base" "$tree/src/format" "$tree/entrypoint" "$tree/tests"
cp src/LAYERS "$tree/src"
cp entrypoint/licenses.h "$tree/entrypoint"
cp -r tests/lint "$tree/tests"
cd "$tree" || exit 1

cat >src/base/sum.h <<'C'
#ifndef EP_BASE_SUM_H
#define EP_BASE_SUM_H

#define EP_SUM_START 1

int ep_sum(const int *values, int count);

#endif
C
cat >src/base/sum.c <<'C'
#include "base/sum.h"

int ep_sum(const int *values, int count)
{
    int sum = EP_SUM_START;

    for (int i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}
C
cat >entrypoint/main.c <<'C'
#include "base/sum.h"

int main(void)
{
    const int values[] = {-1};

    return ep_sum(values, 1);
}
C
cp src/base/sum.c sum.c.good
mkdir .ci
printf '#!/bin/sh\nexec make test\n' >.ci/run
chmod +x .ci/run
mkdir examples # to documentation, this program says nothing
: >examples/entrypoint.ini
: >entrypoint/entrypoint.1
mkdir entrypoint/completions
for shell in bash zsh fish; do : >entrypoint/completions/entrypoint.$shell; done
count=0

report() { # report DESCRIPTION WHETHER: with what the lint said as diagnostics
    count=$((count + 1))
    echo "${2:+not }ok $count - $1"
    [ -z "$2" ] || printf '# %s\n' "${said//$'\n'/$'\n# '}"
}

passes() { # passes LINT
    said=$("tests/lint/$1.sh" 2>&1)
    report "$1 passes what is in order" "${?#0}"
}

finds() { # finds LINT PATTERN DESCRIPTION FILE: FILE's contents, with the violation, from stdin; the tree is mended afterwards
    local kept=
    [ ! -e "$4" ] || { kept=$tree/kept && cp "$4" "$kept"; }
    mkdir -p "$(dirname "$4")"
    cat >"$4"
    if said=$("tests/lint/$1.sh" 2>&1); then
        report "$1 finds $3" missed
    elif grep -qE -- "$2" <<<"$said"; then
        report "$1 finds $3" ""
    else
        said="no line matches $2:"$'\n'"$said"
        report "$1 finds $3" elsewhere
    fi
    if [ -n "$kept" ]; then cp "$kept" "$4"; else rm "$4"; fi # cp: newer than its object
}

good() { cat sum.c.good; }
plain() { # plain LINE...: a C file
    printf '%s\n' "$@"
}
repeat() { # repeat N LINE
    local i
    for ((i = 0; i < $1; i++)); do echo "$2"; done
}

echo 1..42
for lint in layers headers symbols banned sizes format tidy analyzer cppcheck shell docs; do
    passes "$lint"
done

finds layers '^src/base/up\.h:1: .*format is not below base' "an include that goes up" src/base/up.h \
    < <(plain '#include "format/utf8.h"')
finds layers '^src/format/side\.h:1: .*system is not below format' "an include that goes sideways" src/format/side.h \
    < <(plain '#include "system/clock.h"')
finds layers '^src/format/top\.h:2: .*entrypoint is not below format' "an include of entrypoint/" src/format/top.h \
    < <(plain '' '#include "entrypoint/x.h"')
finds layers '^src/base/lost\.h:1: .*nowhere has no line' "an include of an unknown folder" src/base/lost.h \
    < <(plain '#  include "nowhere/x.h"')
finds layers '^src/newer/a\.c:1: folder newer has no line' "a folder without a line" src/newer/a.c < <(plain 'int ep_a;')
finds layers '^src/stray\.c:1: a file directly in src' "a file without a folder" src/stray.c < <(plain 'int ep_a;')
finds layers '^src/base/angled\.h:1: .*double quotes' "our own header in angle brackets" src/base/angled.h \
    < <(plain '#include <format/utf8.h>')

finds headers '^src/base/needy\.h:1: does not compile' "a header that needs another" src/base/needy.h \
    < <(plain '#ifndef N' '#define N' 'size_t ep_needy(void);' '#endif')
finds headers '^src/base/twice\.h:1: .*twice' "a header without a guard" src/base/twice.h < <(plain 'struct ep_twice {' '    int a;' '};')
finds headers '^entrypoint/needy\.h:1: does not compile' "such a header in entrypoint/" entrypoint/needy.h \
    < <(plain 'size_t ep_needy(void);')

finds symbols '^src/base/sum\.c:[0-9]*: exports sum_up' "a function without our prefix" src/base/sum.c \
    < <(good; plain 'int sum_up(void);' 'int sum_up(void)' '{' '    return 1;' '}')
finds symbols '^entrypoint/extra\.c:[0-9]*: exports table' "a table without our prefix" entrypoint/extra.c \
    < <(plain 'extern const int table[];' 'const int table[] = {1};')

finds banned '^src/base/copy\.c:3: .*strcpy' "strcpy in a file without our headers" src/base/copy.c \
    < <(plain '#include <string.h>' 'void ep_copy(char *to, const char *from);' 'void ep_copy(char *to, const char *from) { strcpy(to, from); }')
finds banned '^entrypoint/main\.c:1: .*atoi' "atoi in entrypoint/" entrypoint/main.c < <(plain 'int main(void) { return atoi("1"); }')
finds banned '^src/base/print\.c:1: .*printf' "printing in src/" src/base/print.c < <(plain 'void ep_print(void) { printf("x"); }')
finds banned '^src/base/type\.h:1: typedef struct' "typedef struct" src/base/type.h < <(plain 'typedef struct ep_a { int a; } ep_a_t;')
finds banned '^src/format/two\.c:1: libpq-fe\.h' "a second file that includes libpq-fe.h" src/format/two.c \
    < <(plain '#include <libpq-fe.h>' && plain '#include <libpq-fe.h>' >src/format/one.c)
rm -f src/format/one.c
said=$(plain '/* strcpy(a, b) */' 'static const char ep_text[] = "strcpy(a, b)"; // atoi(x)' >src/base/words.c && tests/lint/banned.sh 2>&1)
report "banned does not read comments and strings" "${?#0}"
rm src/base/words.c

finds sizes '^src/base/sum\.c:501: the file has 512 lines' "a file of 512 lines" src/base/sum.c < <(good; repeat 501 '/* more */')
finds sizes '^src/base/sum\.c:13: function ep_long has 71 lines' "a function of 71 lines" src/base/sum.c \
    < <(good; plain 'int ep_long(void);' 'int ep_long(void)' '{'; repeat 67 '    ep_sum(0, 0);'; plain '    return 0;' '}')

finds format '^src/base/sum\.c:12:.*clang-formatted' "a line that is not formatted" src/base/sum.c < <(good; plain 'int  ep_x( void );')

finds tidy 'src/base/sum\.c:[0-9]*:.*bugprone' "a suspicious semicolon" src/base/sum.c \
    < <(good; plain 'int ep_odd(int a);' 'int ep_odd(int a)' '{' '    if (a > 0);' '    {' '        a++;' '    }' '    return a;' '}')
finds tidy 'src/base/sum\.c:[0-9]*:.*clang-analyzer' "a null pointer that is followed" src/base/sum.c \
    < <(good; plain 'int ep_null(void);' 'int ep_null(void)' '{' '    int *a = 0;' '    return *a;' '}')

finds analyzer '^src/base/twice\.c:[0-9]*:.*double-free' "memory that is freed twice" src/base/twice.c \
    < <(plain '#include <stdlib.h>' 'void ep_twice(void);' 'void ep_twice(void)' '{' '    void *a = malloc(1);' '    free(a);' '    free(a);' '}')

finds cppcheck '^src/base/sum\.c:[0-9]*: error: .*arrayIndexOutOfBounds' "an index out of bounds" src/base/sum.c \
    < <(good; plain 'int ep_out(void);' 'int ep_out(void)' '{' '    int a[2] = {0};' '    return a[2];' '}')

finds shell '^tests/bad\.sh:2:.*SC2086' "an unquoted variable in a script" tests/bad.sh \
    < <(plain '#!/bin/sh' "rm \$1")
finds shell '^mk/bad\.sh:2:.*SC2086' "the same in mk/" mk/bad.sh < <(plain '#!/bin/sh' "rm \$1")
finds shell '^tests/bad\.bats:1:.*SC2086' "the same in a bats file" tests/bad.bats < <(plain "@test \"a\" { rm \$1; }")
finds shell '^\.ci/run:2:.*SC2086' "the same in a script without a suffix" .ci/run < <(plain '#!/bin/sh' "rm \$1")

finds docs '^examples/entrypoint\.ini differs' "an example that is out of date" examples/entrypoint.ini < <(plain '[database]')

rm entrypoint/main.c
echo 'int main(void) { return 0; } /* strcpy( */' >entrypoint/main.c
said=$(tests/lint/all.sh | grep -E '^1\.\.11$|^(not )?ok' | paste -sd ' ')
[[ $said == "1..11 ok 1 - layers ok 2 "*" not ok 6 - format "*" ok 10 - shell ok 11 - docs" ]]
report "all.sh says one line for each" "${?#0}"
