#!/bin/bash
# selftest.sh: `make mutants` in a small tree: which mutants there are, which one survives, and what an explanation does. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{build,src/toy,entrypoint,tests/unit/toy}
cp -r Makefile mk "$tree"
cp -r tests/mutation "$tree/tests"
cp entrypoint/licenses.h "$tree/entrypoint"
cp -r build/inih-59 "$tree/build"
cd "$tree" || exit 1
unset MAKEFLAGS MAKELEVEL
count=0

cat >src/toy/toy.h <<'C'
int ep_toy(int a, int b);
C
cat >src/toy/toy.c <<'C'
#include "toy/toy.h"

#include <stdbool.h>

#define ONE 1 /* 0 == 1 */

static const char text[] = "a == b && !c + 1";

int ep_toy(int a, int b)
{
    if (a < b) { /* or a == 0 */
        return text[0] == 'a' ? ONE : 7;
    }
    return b - a;
}
C
cat >entrypoint/main.c <<'C'
#include "toy/toy.h"

int main(void)
{
    return ep_toy(1, 1);
}
C
cat >tests/unit/toy/test_toy.c <<'C'
#include "toy/toy.h"

int main(void)
{
    return ep_toy(1, 3) == 1 && ep_toy(5, 2) == -3 ? 0 : 1;
}
C
echo 'src/toy/toy.c | toy/test_toy | ' >tests/mutation/targets
: >tests/mutation/equivalent

report() { # report DESCRIPTION PATTERN: a line of what was said matches it
    count=$((count + 1))
    if grep -qE -- "$2" <<<"$said"; then
        echo "ok $count - $1"
    else
        printf 'not ok %d - %s\n# no line matches: %s\n# %s\n' "$count" "$1" "$2" "${said//$'\n'/$'\n# '}"
    fi
}

mutants() {
    said=$(make --no-print-directory mutants JOBS=1 2>&1)
    said+=$'\n'"status $?"
}

echo 1..11
said=$(perl -Itests/mutation -MMutants -e 'local $/; print "$_->{line} $_->{function}: $_->{change}\n" for Mutants::of(<STDIN>)' <src/toy/toy.c)
report "a comparison is shifted" '^11 ep_toy: if \(a \[< => <=\] b\) \{$'
report "a condition is made always true" '^11 ep_toy: if \(\[a < b => true\]\) \{$'
report "a return value is negated" '^14 ep_toy: return \[b - a => -\(b - a\)\];$'
said=$(grep -cvE '^(11|12|14) ep_toy' <<<"$said")
report "comments, strings, preprocessor lines and what is at file scope are left alone" '^0$'

mutants
# No call of the test has a == b. What text begins with is known to the compiler: always true is the same program.
report "all are killed that the test tells apart, and the one is named that it does not" \
    '^src/toy/toy\.c:11: ep_toy: if \(a \[< => <=\] b\) \{$'
report "with the figures" '^killed 9 of 11; survivors:$'
report "and it fails" '^(status [1-9]|make: .*Error 1)'

printf '%s\n    %s\n' 'src/toy/toy.c ep_toy: if (a [< => <=] b) {' 'A toy.' >tests/mutation/equivalent
mutants
report "what was tried is not tried again" '^src/toy/toy\.c: [0-9]+ mutants, 0 to try$'
report "an explained survivor is none" 'survivors: none$'

printf '%s\n    %s\n' 'src/toy/toy.c ep_toy: return b [- => +] a;' 'A mistake.' >>tests/mutation/equivalent
mutants
report "an explanation of one that is killed is refused" 'is explained, but is: unit toy.test_toy$'

sed -i 's/a < b/b > a/' src/toy/toy.c
mutants
report "an explanation of one that is no more is refused" 'is explained, but is: not a mutant$'
