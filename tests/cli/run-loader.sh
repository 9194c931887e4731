#!/bin/bash
# A program that the loader was asked to run ("ld.so ./program") has its names, though for the
# kernel it is the loader that runs; also where its own name has spaces in it.
cd "$TEST_DIR" || exit
cat >program.c <<'C'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noinline)) static void allocates(void) { kept = malloc(100); }
int main(void) { allocates(); return 0; }
C
"${CC:-gcc}" -g -O1 -o 'my program  1' program.c || exit
loader=$(python3 -c 'import re, sys
print(re.search(rb"/[!-~]*/ld-linux[!-~]*", open(sys.argv[1], "rb").read()).group().decode())' \
	'my program  1')
for start in "" "$loader"; do
	# shellcheck disable=SC2086 # nothing is no word
	"$OUTLIVE" run -q -o trace -- $start './my program  1'
	"$OUTLIVE" report --format json --top 0 trace | jq -r '.sites[] | select(.bytes == 100) |
		.frames[0] | "\(.function) \(.module | sub(".*/"; "")) \(.line)"'
done
