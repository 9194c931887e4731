#!/bin/bash
# --why takes what the screen shows: numbers of paths and functions, names, names that were cut, and any
# part of a name that no other function has. Where several are meant they are listed.
cat >program.cc <<'END'
#include <cstdlib>
static void *volatile kept;
template <class A, class B> struct a_template_with_a_long_name_of_its_own {
	__attribute__((noipa)) static void allocate_something(int size) { kept = malloc(size); free(kept); asm(""); }
};
__attribute__((noipa)) void render_page(int size) { kept = malloc(size); free(kept); asm(""); }
__attribute__((noipa)) void render_line(int size) { kept = malloc(size); free(kept); kept = malloc(size); free(kept); asm(""); }
int main()
{
	a_template_with_a_long_name_of_its_own<int, char>::allocate_something(1000);
	a_template_with_a_long_name_of_its_own<char, int>::allocate_something(500);
	render_page(100);
	render_line(200);
	return 0;
}
END
g++ -g -O1 -fno-builtin -o program program.cc || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
why() { # WHICH: the title and how much, or what is printed
	echo "=== $1"
	"$OUTLIVE" report --why "$1" trace >text 2>err && sed -n '1p; s/^  allocated  */  /p' text
	sed 's/[0-9][0-9]*f /Nf /' err
}
why render_page
why 'render_page()'
why 'render_page(int)'
why page
why render
why 'allocate_something'
why 'char, int>'
why 'a_templ..ing()'
why 'render_l..'
why nobody
why ''
why 99999f
why 0
echo "=== numbers of the tables"
COLUMNS=60 "$OUTLIVE" report --by function trace | grep -c '^ *[0-9]*f  '
COLUMNS=140 "$OUTLIVE" report --by function trace | sed -n 's/.* \([0-9]*f\)  \([^ ]*\).*/\1 \2/p' | while read -r number name; do
	"$OUTLIVE" report --why "$number" trace | grep -qE "^(.*:)?$(printf '%s' "${name#..::}" | sed 's/[()]/\\&/g')" && echo "$name"
done
COLUMNS=140 "$OUTLIVE" report --by path trace | sed -n 's/.* \([0-9][0-9]*\)  \([^ ]*\).*/\1 \2/p' | while read -r number name; do
	"$OUTLIVE" report --why "$number" trace | grep -qE "^(.*:)?$(printf '%s' "${name#..::}" | sed 's/[()]/\\&/g')" && echo "$name"
done
COLUMNS=140 "$OUTLIVE" report --class stack-like --by function trace | grep -c ' [0-9]*f  [a-z.]'
echo "=== advice leads to all of its call paths"
cat >paths.c <<'END'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noipa)) static void works(void) { kept = malloc(50); free(kept); asm(""); }
__attribute__((noipa)) static void one(void) { works(); asm(""); }
__attribute__((noipa)) static void other(void) { works(); asm(""); }
int main(void)
{
	for (int i = 0; i < 5000; i++)
		one(), other();
	return 0;
}
END
gcc -g -O1 -fno-builtin -o paths paths.c || exit 1
"$OUTLIVE" run -q -o trace -- ./paths 2>/dev/null
number=$("$OUTLIVE" report trace | sed -n 's/.*(--why \([0-9]*c\))$/\1/p')
"$OUTLIVE" report --why "$number" trace | sed -n '1p; s/^  allocated  */  /p'
echo "=== a number is no part of a nameless function's address"
strip -o nameless program 2>/dev/null && "$OUTLIVE" run -q -o nameless.outlive -- ./nameless 2>/dev/null
"$OUTLIVE" report --why 0 nameless.outlive 2>&1 | cut -d, -f 1
