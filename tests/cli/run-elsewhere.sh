#!/bin/bash
# A program of a file system that only it sees (a mount namespace of its own), and that ends
# at once: nobody can open its files after it, and all the same it has its names.
user=()
[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
unshare "${user[@]}" --mount true 2>/dev/null || { echo "no mount namespaces here" >&2; exit 77; }
cat >program.c <<'C'
#include <stdlib.h>
__attribute__((noinline)) static void *inner(void)
{
	void *block = malloc(7001);

	__asm__ volatile("" : "+r"(block));
	return block;
}
int main(void)
{
	void *volatile kept = inner();

	return !kept;
}
C
gcc -g -O1 program.c -o program && mkdir hidden || exit 2
for _ in 1 2 3; do
	"$OUTLIVE" run -q -o trace -- unshare "${user[@]}" --mount bash -c \
		'mount -t tmpfs none hidden && cp program hidden/only-here && exec hidden/only-here' 2>stderr
	echo "status $?"
	for number in $("$OUTLIVE" info -f json trace | jq '.processes[].number'); do
		"$OUTLIVE" report -f json --top 0 --process "$number" trace
	done | jq -rs '.[].sites[] | select(.size_min == 7001) | .frames[0] |
		"\(.function) \(.file | split("/") | last):\(.line)"'
done
