#!/bin/bash
# What the report says of lives: one class, owners, one site, one block.
cat >program.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void *make(void) { return sink = malloc(24); }
__attribute__((noinline)) static void user(void) { free(make()); sink = 0; }
__attribute__((noinline)) static void local(void) { free(sink = malloc(40)); sink = 0; }
int main(void)
{
	for (int i = 0; i < 100; i++) {
		user();
		local();
	}
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
export COLUMNS=100
says() { # WORDS... -- OPTIONS...: each on a line of the report
	local words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	"$OUTLIVE" report "$@" trace >said 2>&1 || cat said
	for word in "${words[@]}"; do
		grep -q -- "$word" said || { echo "$*: no '$word' in:"; cat said; }
	done
}
says 'stack-like *100 ' 'escaping *100 ' 'let user own the buffer' 'variable in local' \
	'^exact: 100% of' --
says '100  *100% .*make  program.c:3' -- --class escape
says '100  *100% .*local  program.c:5' -- --class stack
says 'no blocks' -- --class crossed
says '100  *100%  user  most from make' '100  *0%  local' -- --by owner
says 'verdict *escaping' 'always 24 B' '100 *100% .* user' 'let user own' 'main' -- --why make
says 'stack-like *200 ' 'peeled: make (--wrapper)' -- --wrapper 'mak*'
says 'block 1  outlived 1 frame, of user' 'ended *make' 'owner *user' 'running *main' -- \
	--explain 1
says 'block 2  stack-like: local was still running' -- --explain 2
"$OUTLIVE" report --why nobody trace 2>&1
"$OUTLIVE" report --explain 0x10 trace 2>&1
"$OUTLIVE" report --explain 12x trace 2>&1 | head -n 1
