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
# a program that was stripped may have been kept as it was: the screen says so, in short, too
mkdir -p kept && "${CC:-gcc}" -g -O1 -fno-builtin -Wl,--build-id -o kept/program program.c && strip -o stripped kept/program
"$OUTLIVE" run -q -o trace -- ./stripped 2>/dev/null
for columns in 100 40; do # the narrow screen is shortened to fit
	COLUMNS=$columns "$OUTLIVE" report trace | tr -d '\n' | tr -s ' ' | grep -o 'no debug information:.*unstripped .*build-id' |
		sed -E "s: *[^ ]*/::; s/build-id [0-9a-f ]+\)/build-id ITS-OWN)/"
done
COLUMNS=100 "$OUTLIVE" report --symbols kept trace | grep -c 'no debug information'
"$OUTLIVE" report --symbols kept -f json trace | jq -r '[.sites[].frames[].function] | index("make") != null'
"${CC:-gcc}" -g0 -O1 -fno-builtin -Wl,--build-id=none -o unknown program.c
"$OUTLIVE" run -q -o trace -- ./unknown 2>/dev/null
COLUMNS=1000 "$OUTLIVE" report trace | grep 'debug information' | sed "s:$PWD/::"
# many are named in one sentence, two of them by name
calls='' libraries=''
for i in 1 2 3 4 5; do
	echo "#include <stdlib.h>
void make$i(void) { void *volatile block = malloc(500); free(block); }" >part$i.c
	"${CC:-gcc}" -g0 -O1 -fno-builtin -shared -fPIC -o libpart$i.so part$i.c || exit 77
	calls+="void make$i(void); " libraries+=" ./libpart$i.so"
done
echo "$calls int main(void) { for (int i = 0; i < 50; i++) make1(), make2(), make3(), make4(), make5(); return 0; }" >parts.c
# shellcheck disable=SC2086 # several words
"${CC:-gcc}" -g -O1 -fno-builtin -o parts parts.c $libraries || exit 77
"$OUTLIVE" run -q -o trace -- ./parts 2>/dev/null
COLUMNS=1000 "$OUTLIVE" report trace | grep 'debug information' | grep -o 'libpart' | wc -l
COLUMNS=1000 "$OUTLIVE" report trace | grep -o 'and 3 more; functions are shown'
