#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# What is pointed out, each with a program that has it and what else must not be reported. What
# modified code and stacks of threads look like is in samples/, huge pages in test_hard.sh.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
cat >odd.c <<'C'
#include <alloca.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	char *block;

	if (!strcmp(what, "stack"))
		memset(alloca(bytes), 1, bytes);
	if (!strcmp(what, "library") && !dlopen(argv[2], RTLD_NOW))
		return 1;
	for (size_t i = 0; !strcmp(what, "writable") && i < bytes; i++)
		mmap((void *)(0x10000000 + i * 0x10000), 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!strcmp(what, "map")) {
		block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(block, 1, bytes);
	}
	if (!strcmp(what, "swap")) {
		block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(block, 1, bytes);
		madvise(block, bytes, 21 /* MADV_PAGEOUT */);
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
C
gcc -O1 -D_GNU_SOURCE -o odd odd.c -ldl || exit 1
echo 'int of_library = 1;' >library.c
gcc -shared -fPIC -o library.so library.c && cp library.so other.so && cp library.so third.so || exit 1

odd() { # ARGUMENT...: start one and wait until it is ready
	rm -f ready
	start ./odd "$@" >ready
	await grep -q ready ready
}
oddities() { # PID -> kinds
	"$OUTLIVE" segments -f json "$1" | jq -c '[.oddities[].kind]'
}
says() { # PID EXPECTED-LINE...
	"$OUTLIVE" segments "$1" | sed -n '/^unusual/,$p' | grep '^  - ' >reported
	shift
	printf '%s\n' "$@" | sed '/^$/d' | cmp -s - reported ||
		{ complain "expected: $*"; cat reported; }
}
export COLUMNS=200

odd nothing
says "$pid" ""

limit=$(ulimit -s)
ulimit -s 4096
odd stack 2000000
says "$pid" ""
odd stack 3800000
"$OUTLIVE" segments "$pid" | grep -qE '^  - the stack of the main thread has used 3\.[67][0-9] MiB of its 4\.00 MiB$' ||
	complain "a stack near its limit: $("$OUTLIVE" segments "$pid" | tail -n 2)"
[ "$(oddities "$pid")" = '["stack_limit"]' ] || complain "$(oddities "$pid")"
ulimit -s "$limit" 2>/dev/null

odd writable 2
says "$pid" \
	"  - 4.00 KiB at 10000000 is writable and executable at once: what can write there can run anything" \
	"  - 4.00 KiB at 10010000 is writable and executable at once: what can write there can run anything"
odd writable 30
says "$pid" "  - 120 KiB in 30 mappings is writable and executable at once: what can write there can run anything"

odd map 900000
says "$pid" ""
odd map 8388608
"$OUTLIVE" segments "$pid" | grep -qE '^  - 8\.0[0-9] MiB of other is anonymous memory that the program, or a runtime in it, mapped itself; large blocks of malloc may be among it$' ||
	complain "much in other: $("$OUTLIVE" segments "$pid" | tail -n 2)"
[ "$(oddities "$pid")" = '["other_memory"]' ] || complain "$(oddities "$pid")"
cp odd python3.99
rm -f ready
start ./python3.99 map 8388608 >ready
await grep -q ready ready
"$OUTLIVE" segments "$pid" | grep -qE "^  - 8\.0[0-9] MiB of other is most likely the arenas of Python's own allocator: with PYTHONMALLOC=malloc its objects are blocks of malloc$" ||
	complain "Python: $("$OUTLIVE" segments "$pid" | tail -n 2)"

odd library "$PWD/library.so"
says "$pid" ""
rm library.so
says "$pid" "  - $PWD/library.so was deleted since it was loaded, and still runs"
expect "$pid" module '[.modules[] | select(.path | endswith("/library.so"))][0] | .deleted and .data.size > 0'
cp other.so library.so
says "$pid" "  - $PWD/library.so was replaced since it was loaded: the old one runs until a restart"

if [ "$(wc -l </proc/swaps)" -gt 1 ]; then
	odd swap 64000000
	if [ "$(awk '/VmSwap/ { print ($2 > 30000) }' "/proc/$pid/status")" = 1 ]; then
		hold "much swapped" "$pid"
		"$OUTLIVE" segments "$pid" | grep -qE '^  - [0-9.]+ MiB are in swap, beside [0-9.]+ [KM]iB in memory: what is swapped waits for the disk$' ||
			complain "swapped: $("$OUTLIVE" segments "$pid" | tail -n 2)"
	else
		echo "swap: the kernel swapped nothing out"
	fi
else
	echo "swap: this machine has none"
fi
