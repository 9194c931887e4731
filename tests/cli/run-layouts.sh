#!/bin/bash
# However a linker laid the program out, its stacks are whole and named: segments aligned to
# more than a page leave gaps between the program's mappings. Linkers that are not installed
# are left out.
cat >program.c <<'C'
#include <stdlib.h>
#define NOIPA __attribute__((noipa))
static void *volatile kept;
static NOIPA void maker(void) { kept = malloc(4711); }
static NOIPA void caller(void) { maker(); kept = NULL; }
int main(void) { caller(); return 0; }
C
compiler=gcc
try() { # COMPILER FLAGS...
	"$@" -g -O1 -o program program.c 2>/dev/null && ./program 2>/dev/null || return
	"$OUTLIVE" run -q -o t.outlive -- ./program 2>/dev/null || echo "status $?"
	stack=$("$OUTLIVE" report -f json t.outlive |
		jq -r '.sites[] | select(.size_min == 4711).frames[:3] | map("\(.function):\(.line)") | join(" ")')
	[ "$stack" = "maker:4 caller:5 main:6" ] || echo "$*: $stack"
}
for size in 4096 8192 16384 65536 2097152; do
	try "$compiler" -Wl,-z,max-page-size=$size
	try "$compiler" -Wl,-z,max-page-size=$size -Wl,-z,noseparate-code
	try "$compiler" -no-pie -Wl,-z,max-page-size=$size
	for linker in gold lld mold; do
		try "$compiler" -fuse-ld=$linker -Wl,-z,max-page-size=$size
	done
done
try "$compiler" -no-pie -Wl,-Ttext-segment=0x40000000
try clang -fuse-ld=lld -Wl,--no-rosegment
try clang -fuse-ld=lld -Wl,-z,separate-loadable-segments
echo 'done'
