#!/bin/bash
# Debug information that is split (.dwo files), or that has lines only: what is reported of each block
# is what full debug information says. A .dwo file that is missing is named, and counts once it is back.
unset DEBUGINFOD_URLS
export COLUMNS=1000
cat >program.c <<'C'
#include <stdlib.h>
static void *volatile sink;
static inline void *wrap(size_t size) { return malloc(size); }
static inline void *make(int i)
{
	void *made = wrap(10 + i % 7);
	return sink = made;
}
static inline void once(int i) { free(make(i)); }
int main(void)
{
	void *kept[5];
	for (int i = 0; i < 20; i++)
		once(i);
	for (int i = 0; i < 5; i++)
		kept[i] = make(i);
	for (int i = 0; i < 5; i++)
		free(kept[i]);
	return 0;
}
C
reported() { # TRACE: of each call path its functions, lines, and what became of its blocks
	"$OUTLIVE" report -f json --by path --top 0 "$1" | jq -c '.sites[]
		| [[.frames[] | select(.module | endswith("/program"))
			| [.function, (.file | sub(".*/"; "")), .line, .inlined]], .allocations, .classes]' | sort
}
same() { # WHAT TRACE
	if reported "$2" | diff full - >difference; then
		echo "$1: the same"
	else
		echo "$1:"
		cat difference
	fi
}
record() { # TRACE
	"$OUTLIVE" run -q -o "$1" -- ./program 2>/dev/null
}
for compiler in gcc clang; do
	command -v $compiler >/dev/null || { echo "no $compiler" >&2; exit 77; }
	$compiler -g -O2 -o program program.c && record full.trace
	reported full.trace >full
	[ "$(grep -c '"wrap"' full)" -ge 2 ] || echo "$compiler: no inlined wrap()"
	for version in 4 5; do
		rm -f program.dwo
		# in two steps: clang names the file after the object
		$compiler -gdwarf-$version -gsplit-dwarf -O2 -c program.c &&
			$compiler -Wl,--build-id -o program program.o && record with.trace
		same "$compiler, DWARF $version, split" with.trace
		mv program.dwo away.dwo
		record without.trace
		reported without.trace | cmp -s full - && echo "the same without .dwo"
		"$OUTLIVE" report without.trace | grep 'is split' | sed "s:$PWD/::g"
		"$OUTLIVE" report -f json without.trace | jq -c '.. | .missing_debug_files? // empty' |
			sed "s:$PWD/::g"
		"$OUTLIVE" symbols without.trace | grep -o 'still missing:.*' | sed "s:$PWD/::g"
		mv away.dwo program.dwo
		"$OUTLIVE" symbols without.trace | sed "s:$PWD/::g"
		reported without.trace | diff full - && "$OUTLIVE" report without.trace | grep 'is split'
	done
	for lines in -g1 -gline-tables-only; do
		[ $compiler$lines != gcc-gline-tables-only ] || continue
		$compiler $lines -O2 -o program program.c && record lines.trace
		same "$compiler $lines" lines.trace
	done
done
