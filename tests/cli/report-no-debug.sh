#!/bin/bash
# Modules without debug information are named once, with their build-ids; no others are named.
cat >program.c <<'END'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void make(void) { free(sink = malloc(24)); }
int main(void)
{
	for (int i = 0; i < 100; i++)
		make();
	return 0;
}
END
for debug in -g -g1 -g0; do
	"${CC:-gcc}" $debug -O1 -fno-builtin -Wl,--build-id -o program program.c || exit 77
	"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
	id=$(readelf -n program | sed -n 's/.*Build ID: //p')
	echo "with $debug"
	COLUMNS=1000 "$OUTLIVE" report trace | grep 'debug information' | sed "s:$PWD/::; s/$id/ITS-OWN/"
	"$OUTLIVE" report -f json trace |
		jq -r --arg id "$id" '.. | .no_debug_information? // empty | .[]
			| "\(.module | sub(".*/"; "")) \(.build_id == $id) \(.allocations) \(.bytes)"'
done
