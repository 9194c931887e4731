#!/bin/bash
# --suppressions hides what a file names, in every list of what was never freed, and says so;
# --all shows it, by rule. What is wrong in a file is reported with its line.
cat >program.c <<'EOT'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) void keeps(void) { sink = malloc(100); sink = NULL; }
__attribute__((noinline)) void leaks(void) { sink = malloc(7); sink = NULL; }
int main(void)
{
	for (int i = 0; i < 3; i++)
		keeps(), leaks();
	return 0;
}
EOT
"${CC:-gcc}" -g -O0 -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
printf '# what is kept\nleak:^keeps$\nleak:nothing\n' >file

checked=0
says() { # PATTERN... -- [OPTION]...
	local patterns=() pattern
	while [ "$1" != -- ]; do patterns+=("$1"); shift; done
	shift
	checked=$((checked + ${#patterns[@]}))
	"$OUTLIVE" report "$@" trace >output 2>&1 || cat output
	for pattern in "${patterns[@]}"; do
		grep -qE -- "$pattern" output || echo "'report $*' does not say: $pattern"
	done
}
never() { # PATTERN [OPTION]...
	local pattern=$1
	shift
	"$OUTLIVE" report "$@" trace 2>&1 | grep -E -- "$pattern" && echo "says 'report $*'"
}
says 'never freed  321 B in 6 blocks$' 'live at exit +6 ' -- --all
says 'never freed  321 B in 6 blocks, 300 B in 3 blocks of them hidden$' 'live at exit +3 ' \
	'^  never freed, but not growing: 21 B: leaks 21 B \(once, --why [0-9]+f\); ' '^300 B suppressed by file is hidden; --all shows it' -- --suppressions file
says 'kept on purpose' '^ +300 B +3  file:2: leak:\^keeps\$' 'live at exit +6 ' -- \
	--suppressions file --all
says 'verdict +suppressed$' 'kept +file:2: leak:\^keeps' 'suppressed +3 ' \
	'never freed, on purpose$' -- --suppressions file --why keeps
says 'program.c:4' -- --suppressions file --class live-at-exit
never 'program.c:3|keeps' --suppressions file --class live-at-exit
never 'of them hidden|hidden, --all' --all --suppressions file --class live-at-exit
printf 'leak:leaks\n' >other
says 'never freed  321 B in 6 blocks, all of them hidden$' '^300 B suppressed by file is hidden' \
	'^21 B suppressed by other is hidden' -- --suppressions file --suppressions other
echo 'leak:program.c' >all
says 'never freed  321 B in 6 blocks, all of them hidden$' -- --suppressions all
never 'live at exit|^never freed|what became of' --suppressions all
"$OUTLIVE" report --format json --suppressions file trace | jq -c '.suppressions[],
	.totals.live_bytes, .classes.live, .classes.suppressed,
	(.sites[] | [.live_bytes, .hidden_bytes, .verdict])'

printf 'leak:a\n\nrace:b\n' >wrong
printf 'leak:\n' >empty
for file in wrong empty none; do
	"$OUTLIVE" report --suppressions $file trace >output 2>&1
	echo "status $?: $(cat output)"
done
echo "$checked patterns checked"
