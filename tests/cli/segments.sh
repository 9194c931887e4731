#!/bin/bash
# What `outlive segments` says of a process, against what the kernel says of it, and of
# programs whose sizes are known by construction.
cat >known.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
char initialised[1 << 20] = { 1 };
char uninitialised[8 << 20];
static void *sleeper(void *name)
{
	char deep[200000];

	prctl(PR_SET_NAME, name);
	memset(deep, 1, sizeof(deep));
	__asm__ volatile("" : : "r"(deep) : "memory");
	pause();
	return NULL;
}
__attribute__((aligned(4096))) int modified(void)
{
	return 1;
}
int main(int argc, char **argv)
{
	static char name[] = "a b\nc\033[31m.map";
	pthread_t thread;
	FILE *file = fopen(name, "w+");
	char *block = malloc(3 << 20);

	(void)argc;
	(void)argv;
	memset(uninitialised, 1, 3 << 20);
	memset(block, 1, 1 << 20);
	if (ftruncate(fileno(file), 12288) || !mmap(NULL, 12288, PROT_READ, MAP_PRIVATE, fileno(file), 0))
		return 1;
	mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect((void *)modified, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	*(volatile char *)modified = *(volatile char *)modified;
	mprotect((void *)modified, 4096, PROT_READ | PROT_EXEC);
	pthread_create(&thread, NULL, sleeper, (char[]){ "deep one" });
	usleep(50000);
	puts("ready");
	fflush(stdout);
	pause();
}
C
gcc -O1 -pthread -o known known.c || exit 1
mkfifo ready
./known >ready &
known=$!
sleep 1000 &
sleeping=$!
trap 'kill $known $sleeping 2>/dev/null' EXIT
read -r _ <ready

# Fields of smaps, summed, in bytes. Not the proportional ones: those change with every
# process that comes and goes.
kernel() { # PID
	awk '/^Size:/ { s += $2 } /^Rss:/ { r += $2 } /^Private_Dirty:/ { d += $2 }
		/^Swap:/ { w += $2 } END { print s * 1024, r * 1024, d * 1024, w * 1024 }' "/proc/$1/smaps"
}
add='[.segments[]] | {size: (map(.size) | add), rss: (map(.rss) | add), pss: (map(.pss) | add),
	private_dirty: (map(.private_dirty) | add), swap: (map(.swap) | add)}'
for pid in $known $sleeping; do
	for ((try = 0; try < 20; try++)); do
		kernel "$pid" >before
		"$OUTLIVE" segments -f json "$pid" >json
		"$OUTLIVE" segments -b map -f csv "$pid" | tail -n 1 | tr -d '\r' | cut -d, -f3,4,6,7 |
			tr , ' ' >csv
		kernel "$pid" >after
		cmp -s before after && break # nothing happened meanwhile
	done
	jq -r '.total | "\(.size) \(.rss) \(.private_dirty) \(.swap)"' json >total
	cmp before total && cmp before csv &&
		jq "($add) == (.total | {size, rss, pss, private_dirty, swap})" json
done
# VmSize leaves the vsyscall page out, which no process has for itself.
echo "VmSize: $(($(awk '/VmSize/ { print $2 }' /proc/$known/status) * 1024 -
	$("$OUTLIVE" segments -b map -f json $known |
		jq '[.maps[] | select(.name != "[vsyscall]") | .use.size] | add')))"

echo "of known sizes:"
"$OUTLIVE" segments -b symbol -n 2 -f json $known |
	jq -c '.symbols[] | [.name, .segment, .size, (.touched / 1048576 | round)]'
"$OUTLIVE" segments -b map -f json $known | jq -c '.maps[]
	| select(.name | test("a b")) | [(.name | split("/")[-1]), .segment, .use.size]'
"$OUTLIVE" segments -b map $known | grep -c "$(printf '\033')"
"$OUTLIVE" segments -b thread -f json $known | jq -c '[.threads[] | [.name, .placed,
	if .name == "deep one" then (.use.rss > 200000 and .use.rss < 260000) else true end]] | sort'
"$OUTLIVE" segments -f json $known | jq -c '[.segments | .bss.size >= 8388608, .bss.rss >= 3145728,
	.bss.rss < 4194304, .data.size >= 1048576, .heap.size >= 3145728, .shared.size == 1048576,
	.jit.size == 8192, .file.size >= 12288], [.oddities[].kind]'
# a script given as an argument has lines, and a title has one
mkfifo never
sh -c 'read -r line <never
	true' & lines=$!
sleep 0.2
COLUMNS=100 "$OUTLIVE" segments $lines | head -n 1 | sed "s/$lines/PID/"
kill $lines
echo "of what is no process:"
"$OUTLIVE" segments 2>&1 | head -n 1
"$OUTLIVE" segments 99999999 2>&1
"$OUTLIVE" segments here 2>&1 | head -n 1
echo "watched to its end:"
(sleep 0.6; kill $known) &
"$OUTLIVE" segments -w 0.1 -f json $known >watched
echo "status $?"
jq -c .schema watched | sort -u
[ "$(jq -c .pid watched | wc -l)" -gt 2 ] && echo "more than once"
exit 0
