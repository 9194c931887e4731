#!/bin/bash
# A recording that was cut short: every view, and `segments`, says so on the screen, not only on stderr;
# JSON says it, too.
cat >many.c <<'EOF'
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) static void *make(int i) { void *volatile made = malloc(i % 999 + 1); return made; }
int main(void)
{
	for (int i = 0; i < 200000; i++) {
		free(make(i * 7919 % 65536));
		if (i % 50000 == 10000)
			usleep(150000); /* for snapshots */
	}
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o many many.c || exit 77
"$OUTLIVE" run -q -o whole -- ./many 2>/dev/null
head -c "$(($(stat -c %s whole) / 2))" <whole >cut.outlive
for trace in whole cut.outlive; do
	for view in "" --full "--by function" "--class escaping" --advice "--why 1" --kept --mappings; do
		# shellcheck disable=SC2086 # two words
		echo "${trace%.*} $view: $("$OUTLIVE" report $view $trace 2>/dev/null | grep -o 'the recording was .*')"
	done
	for command in report info; do
		"$OUTLIVE" $command --format json $trace 2>/dev/null | jq -c '[.complete, .incomplete]'
	done
	for options in "" --tables "--by thread"; do
		# shellcheck disable=SC2086 # two words
		echo "${trace%.*} segments $options: $("$OUTLIVE" segments $options $trace 2>/dev/null | grep -o 'the recording was .*')"
	done
	"$OUTLIVE" segments --format json $trace 2>/dev/null | jq -c .incomplete
	"$OUTLIVE" info $trace 2>/dev/null | grep -oE 'cut short: .*|complete: .*'
done
