#!/bin/bash
# shellcheck disable=SC2015 # A && B || C
# Split debug information in a .dwp file, as dwp joins .dwo files, or of one unit: what is reported
# of each block is what full debug information says. A damaged .dwp file costs names, and nothing
# else.
unset DEBUGINFOD_URLS
export COLUMNS=1000
for tool in gcc clang dwp objcopy readelf; do
	command -v $tool >/dev/null || { echo "no $tool" >&2; exit 77; }
done
cat >other.c <<'C'
#include <stdlib.h>
static void *volatile held;
static inline void *fresh(size_t size) { return malloc(size + 3); }
static inline void drop(void *block) { free(block); }
void other(int count)
{
	for (int i = 0; i < count; i++) {
		held = fresh(i);
		if (i & 1) {
			void *second = fresh(50);
			drop(held);
			drop(second);
		} else {
			drop(held);
		}
	}
}
C
cat >program.c <<'C'
#include <stdlib.h>
#ifdef ONE
#include "other.c"
#endif
static void *volatile sink;
void other(int count);
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
	other(9);
	for (int i = 0; i < 20; i++)
		once(i);
	for (int i = 0; i < 5; i++)
		kept[i] = make(i);
	for (int i = 0; i < 5; i++)
		free(kept[i]);
	return 0;
}
C
said() { # TRACE: of each call path its functions, lines, and what became of its blocks
	"$OUTLIVE" report -f json --by path --top 0 "$1" | jq -c '.sites[]
		| [[.frames[] | select(.module | endswith("/program"))
			| [.function, (.file | sub(".*/"; "")), .line, .inlined]], .allocations, .classes]' | sort
}
same() { # WHAT TRACE
	if said "$2" | diff full - >difference; then
		echo "$1: the same"
	else
		echo "$1:"
		cat difference
	fi
}
record() { # TRACE
	"$OUTLIVE" run -q -o "$1" -- ./program 2>/dev/null
}
word() { # NUMBER: its 4 bytes
	printf '%b' "$(printf '\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) \
		$(($1 >> 24 & 255)))"
}
words() {
	local number
	for number; do word "$number"; done
}
bytes_of() { # SECTION of program.dwo
	readelf -SW program.dwo | awk -v name="$1" '{ sub(/^ *\[ *[0-9]+\]/, "") } $1 == name { print $5 }'
}
pack() { # program.dwo becomes a .dwp file with an index of one unit
	local section id
	local -a sizes=()
	id=$(readelf --debug-dump=info program.dwo 2>/dev/null | sed -n 's/.*DWO ID: *0x//p' | head -n 1)
	for section in info abbrev line str_offsets rnglists; do
		sizes+=("0x0$(bytes_of .debug_$section.dwo)")
	done
	id=$(printf '%016x' "0x$id")
	{
		words 5 5 1 2 # version, columns, units, slots
		for slot in 0 1; do
			[ $((0x${id:15:1} & 1)) = $slot ] && words "0x${id:8}" "0x${id:0:8}" || words 0 0
		done
		[ $((0x${id:15:1} & 1)) = 0 ] && words 1 0 || words 0 1
		words 1 3 4 6 8
		words 0 0 0 0 0
		words "${sizes[@]}"
	} >index
	objcopy --add-section .debug_cu_index=index program.dwo program.dwp
}

for compiler in gcc clang; do
	# with all code in one section, ranges count from where the unit begins
	one=(-O2 -DONE)
	[ $compiler = clang ] || one+=(-fno-reorder-functions)
	rm -f program.dwp
	$compiler -g -O2 -o program program.c other.c && record full.trace
	said full.trace >full
	[ "$(grep -c '"wrap"' full)" -ge 2 ] || echo "$compiler: no inlined wrap()"
	$compiler -gdwarf-4 -gsplit-dwarf -O2 -c program.c other.c &&
		$compiler -o program program.o other.o && dwp -e program -o program.dwp || exit 1
	rm -f ./*.dwo
	record with.trace
	same "$compiler, DWARF 4, two units" with.trace

	$compiler -g "${one[@]}" -o program program.c && record full.trace
	said full.trace >full
	rm -f program.dwp
	$compiler -gdwarf-5 -gsplit-dwarf "${one[@]}" -c program.c &&
		$compiler -o program program.o && pack || exit 1
	rm -f ./*.dwo
	record with.trace
	same "$compiler, DWARF 5, one unit" with.trace
	mv program.dwp away.dwp
	record without.trace
	"$OUTLIVE" report without.trace | grep 'is split' | sed "s:$PWD/::g"
	mv away.dwp program.dwp
	cp without.trace again.trace
	"$OUTLIVE" symbols again.trace | sed "s:$PWD/::g"
	same "$compiler, afterwards" again.trace

	cp program.dwp whole.dwp
	size=$(stat -c %s whole.dwp)
	for ((i = 1; i <= 16; i++)); do
		cp whole.dwp program.dwp
		if [ $((i % 4)) = 0 ]; then
			truncate -s $((size * i / 17)) program.dwp
		else
			for ((k = 1; k <= 4; k++)); do
				printf "\xff" |
					dd of=program.dwp bs=1 conv=notrunc seek=$(((i * 7919 + k * 104729) % size)) 2>/dev/null
			done
		fi
		cp without.trace again.trace
		timeout 60 "$OUTLIVE" symbols again.trace >symbols.out 2>&1 &&
			"$OUTLIVE" report again.trace >report.out 2>&1 ||
			{ echo "damage $i: exit status $?"; cat symbols.out; }
	done
done
