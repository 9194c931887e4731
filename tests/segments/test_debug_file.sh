#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# Debug information in a file of its own: none of its sections hold anything, and still an
# initialised variable is data, not bss.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs objcopy
cat >split.c <<'C'
#include <unistd.h>
int initialised[1000] = { 1 };
int uninitialised[2000];
int main(void)
{
	for (;;)
		pause();
}
C
gcc -g -O1 -Wl,--build-id -o split split.c || exit 1
objcopy --only-keep-debug split split.debug
objcopy --strip-all --add-gnu-debuglink=split.debug split
start ./split
hold split "$pid"
expect "$pid" symbol '[.symbols[] | select(.name | test("^(un)?initialised$")) |
	[.name, .segment, .section, .size]] | sort ==
	[["initialised", "data", ".data", 4000], ["uninitialised", "bss", ".bss", 8000]]'
