#!/bin/bash
# Segments over time, of programs whose memory grows by known steps at known times.
cat >steps.c <<'C'
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char *volatile blocks[4][1000], *volatile kept[100];
int main(int count, char **words)
{
	unsigned step_ms = count > 1 ? (unsigned)atoi(words[1]) : 400;
	int i, j;

	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 1000; j++)
			memset(blocks[i][j] = malloc(10000), 1, 10000);
		usleep(step_ms * 1000);
	}
	/* all freed but every tenth: fragments keep the heap as it is */
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 1000; j++) {
			if (j % 10)
				free(blocks[i][j]);
		}
	}
	usleep(1100000);
	return 0;
}
C
gcc -O1 -g -fno-builtin -o steps steps.c || exit 1
# Snapshots may use 1 % of a processor: where one is slow, a run has few, and a step may be over
# before the next. Then again with longer steps.
settled='.samples[] | select(.heap.blocks >= 1000 and .heap.blocks % 1000 == 0)'
for step_ms in 400 800 1600 3200; do
	"$OUTLIVE" run -q --segments-every 50 -o steps.outlive -- ./steps $step_ms 2>reported || cat reported
	snapshots=$("$OUTLIVE" segments -f json steps.outlive | jq '.samples | length')
	steps=$("$OUTLIVE" segments -f json steps.outlive |
		jq "[$settled | .heap.blocks] | unique | length")
	info=$("$OUTLIVE" info -f json steps.outlive | jq '.processes[0].segment_samples')
	main=$("$OUTLIVE" segments --phase main -f json steps.outlive | jq '.samples | length')
	[ "$snapshots" -gt 20 ] && [ "$info" -gt 20 ] && [ "$main" -gt 20 ] && [ "$steps" = 4 ] && break
	echo "steps of $step_ms ms: $snapshots snapshots, $main of them in main; $steps steps" >&2
done
segments() { "$OUTLIVE" segments "$@"; }
segments -f json steps.outlive >json || exit 1
echo "schema: $(jq -r .schema json), $(jq '.samples | length > 20' json)"

# Every step of 10,000,000 bytes is seen: heap and live blocks agree at each.
jq -c "[$settled | .heap.blocks] | unique" json
jq -c "[$settled | .heap.live == .heap.blocks * 10000, .heap.rss - .heap.live +
	(.heap.live_absent // 0) - .heap.overhead_estimated == .heap.kept] | unique" json
jq -c '[.samples[] | select(.heap.blocks == 4000) | .heap | (.rss - .live) < 500000,
	.kept < 400000] | unique' json
echo "freed but kept:"
jq -c '.samples[-1].heap | [.blocks, .live, .rss > 39000000, .kept > 35000000]' json
jq -c '[.oddities[].kind]' json
segments steps.outlive | grep -c 'freed but kept by the allocator'
"$OUTLIVE" report steps.outlive | grep -c '^  kept  '
"$OUTLIVE" report steps.outlive | grep -cE '^  resident  .* at the peak: heap 3[89]\.'
"$OUTLIVE" info steps.outlive | grep -c '^    segments   .*, as a rule every '
"$OUTLIVE" info -f json steps.outlive | jq '.processes[0].segment_samples > 20'

echo "by phase:"
segments --phase main -f json steps.outlive | jq -c '([.samples[].phase] | unique),
	(.samples | length > 20)'
segments --phase warm-up steps.outlive 2>&1 | sed 's/.*steps/steps/'
segments --phase main --at 1s steps.outlive 2>&1 | head -n 1
echo "order, first and last:"
jq -c '[.samples[].time_ns] | . == sort' json
jq -c '[.samples[0].reasons[0], (.samples[-1].reasons | index("last") != null),
	([.samples[].reasons[] | select(. == "first" or . == "last")] | length)]' json
# The kernel adds up pages in batches per processor; the most it remembers may be short of one.
jq -c '(.peak.rss == if .peak.by == "size" then ([.sizes[].resident] | max) else
	([.samples[].total.rss] | max) end), .segments.heap.peak_rss ==
	([.samples[].segments.heap.rss // 0] | max),
	.peak.kernel_rss + 262144 >= .peak.rss' json
# the segments of a sample are its total
jq -c '[.samples[] | (.segments | del(.outlive)) as $all | ([$all[].rss] | add) == .total.rss, ([$all[].size] | add) ==
	.total.size] | unique' json

echo "between two times:"
at() { jq "[.samples[] | select(.heap.blocks == $1) | .time_ns][-1]" json; } # BLOCKS
segments --between "$(at 1000)ns:$(at 2000)ns" -f json steps.outlive |
	jq -c '[.samples[0, -1].heap.blocks, (.samples[-1].segments.heap.rss -
		.samples[0].segments.heap.rss) / 10000000 | round]'
segments --between "$(at 1000)ns:$(at 2000)ns" steps.outlive |
	grep -cE '^ +before +after +grew +size grew  seg|\+9\.[0-9]+ MiB +\+9\.[0-9]+ MiB  heap$'
segments --between 500ms: steps.outlive | grep -c '^growth between '
segments --at 1m steps.outlive | grep -cE '^at [0-9.]* s  the nearest snapshot'
segments -f csv steps.outlive | head -n 1 | tr -d '\r'
[ "$(segments -f csv steps.outlive | grep -c ',total,')" = "$(jq '.samples | length' json)" ] &&
	echo "csv has all"
segments --by thread -f json steps.outlive | jq -c '[.threads[].name]'
[ "$(segments --tables steps.outlive | wc -l)" -lt 90 ] && echo "one screen"
[ "$(segments steps.outlive | wc -l)" -lt 20 ] && echo "a few sentences"
segments steps.outlive | tr -s '\n ' ' ' | grep -oE 'At the peak, [^:]*: heap [0-9]+|, it grew by [^:]*: heap \+[0-9]+|that no block uses|none of these figures' |
	sed -E 's/[0-9.]+ m?s|[0-9.]+ MiB/N/g; s/[1-4][0-9]$/N/' 
segments --top 0 steps.outlive | grep -c 'snapshots (--top 0'

echo "who asks for a time gets the answer first:"
COLUMNS=100 segments --at 500ms steps.outlive | sed -n '3p;/^how this/,$p' | grep -oE '^(at|how this was measured|  process|  snapshots|  peak)'

echo "a peak between two snapshots:"
cat >between.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	char *volatile block = malloc(100);
	char *memory;

	usleep(250000);
	memory = mmap(NULL, 40 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, 40 << 20);
	munmap(memory, 40 << 20);
	usleep(150000);
	free(block);
	return 0;
}
C
gcc -O1 -fno-builtin -o between between.c || exit 1
# A reading may fall into it, on a busy machine more often than not: then again.
for _ in {1..25}; do
	"$OUTLIVE" run -q --segments-every 60000 -o between.outlive -- ./between 2>reported || cat reported
	"$OUTLIVE" report between.outlive >between.report
	tr -s '\n ' ' ' <between.report | grep -q 'at the peak, between two snapshots' && break
done
peak=$(tr -s '\n ' ' ' <between.report | grep -oE 'resident [0-9.]+ MiB at the peak, between' | grep -oE '[0-9.]+ MiB')
segments between.outlive | tr -s '\n ' ' ' |
	grep -oE 'At its peak the program had [0-9.]+ MiB resident \(between two snapshots\); the largest snapshot, ' |
	sed "s/had $peak/had AS IN THE REPORT/"

echo "by size:"
# Ten times by 4 MiB, then 50 MiB more for 60 ms: each is there, with its time.
cat >rises.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char *touch(size_t mib)
{
	char *memory = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memset(memory, 1, mib << 20);
}
int main(int count, char **words)
{
	char *volatile block = malloc(100);
	unsigned step_ms = count > 1 ? (unsigned)atoi(words[1]) : 100;

	free(block);
	for (int i = 0; i < 10; i++) {
		usleep(step_ms * 1000);
		touch(4);
	}
	usleep(250000);
	block = touch(50);
	usleep(60000);
	munmap(block, 50 << 20);
	usleep(300000);
	return 0;
}
C
gcc -O1 -fno-builtin -o rises rises.c || exit 1
# The size is read every 100 ms; where other work delays a reading, a step may be over before it.
# Then again with longer steps.
for step_ms in 100 200 400 800; do
	"$OUTLIVE" run -q -o rises.outlive -- ./rises $step_ms 2>reported || cat reported
	segments -f json rises.outlive >rises.json
	steps=$(jq -c '(.sizes[0].resident) as $first | [range(1; 11) as $step | any(.sizes[];
		(.resident - $first) / 4194304 | . > $step - 0.2 and . < $step + 0.2)]' rises.json)
	[ "$(jq all <<<"$steps")" != true ] || break
	echo "steps of $step_ms ms that were seen: $steps" >&2
done
jq -c all <<<"$steps"
jq -c '(.sizes | max_by(.resident)) as $most | [$most.resident > .sizes[0].resident + 93 * 1000000,
	$most.time_ns > 1200000000, .peak.rss > .sizes[0].resident + 93 * 1000000]' rises.json
jq -c '[.sizes[] | .shared <= .resident and .resident <= .size] | all' rises.json
jq -c '[.sizes[].time_ns] | . == (sort | unique)' rises.json
jq -c '[.size_interval_ns, .size_readings > 12, .sizes[-1].time_ns > 1500000000]' rises.json
segments --tables rises.outlive | tr -s '\n ' ' ' | grep -cE ' snapshots [0-9]+.*; the size alone every 100 ms \([0-9]* times'
segments --at 900ms rises.outlive | grep -cE '^  size alone   after [0-9.]* ms: [0-9.]* MiB resident, '
segments --between 200ms:900ms rises.outlive | grep -c '^  size alone  '
[ "$(segments -f csv rises.outlive | grep -c ',all,')" = "$(jq '.sizes | length' rises.json)" ] &&
	echo "csv has all"
"$OUTLIVE" info rises.outlive | grep -c '^    segments   .*; the size .* times, every 100 ms'
# one snapshot, and the size is read all the same
"$OUTLIVE" run -q --segments-every 60000 -o once.outlive -- ./rises 2>reported || cat reported
segments -f json once.outlive | jq -c '[(.sizes | length > 1), .peak.rss > .sizes[0].resident + 93000000]'
"$OUTLIVE" run -q --segments-every 0 -o nothing.outlive -- ./rises 2>reported || cat reported
segments -f json nothing.outlive | jq -c .sizes
# a trace of an older day has none
segments -f json "$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive" 2>/dev/null | jq -c '.sizes'
segments "$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive" 2>&1 | grep -c 'size alone'

echo "at rest:"
# Snapshots get ever rarer; that nothing changed meanwhile is recorded at small cost.
"$OUTLIVE" run -q --segments-every 10 -o rest.outlive -- sleep 2.5 2>reported || cat reported
segments -f json rest.outlive >rest.json
jq -c '[.samples[].reasons | index("same") != null] | any' rest.json
jq -c '[range(1; .samples | length) as $i | select(.samples[$i].reasons | index("same")) |
	.samples[$i].segments == .samples[$i - 1].segments] | all' rest.json
jq -c '.pictures[-1].time_ns - .samples[-1].time_ns < 150000000' rest.json
# ... and at its end it looks itself, once; one more from outside may follow, while it ends
jq -c '[.samples[] | select(.reasons | index("own")) | .phase],
	(.samples[-1] | [.phase, (.reasons | index("last") != null)])' rest.json
segments --tables rest.outlive | tr -s '\n ' ' ' | grep -cE ' end .* resident; .* mapped, .* \(.*own snapshot\)'

echo "what cannot be:"
# Its last snapshot of itself was not taken either.
cat >killed.c <<'C'
#include <signal.h>
#include <stdlib.h>
int main(void)
{
	char *volatile block = malloc(100);

	(void)block;
	return raise(SIGKILL);
}
C
gcc -o killed killed.c || exit 1
"$OUTLIVE" run -q --segments-every 0 -o none.outlive -- ./killed 2>reported
segments --at 1s none.outlive 2>&1; echo "status $?"
"$OUTLIVE" run --segments-every 5 -- true 2>&1 | head -n 1
"$OUTLIVE" run --segments-every 60001 -- true 2>&1 | head -n 1
for words in '--between 2s' '--between 3s:2s' '--between x:' '--at 1s --between 1s:' \
	'--by symbol' '--watch 1' '--process 7' '--at 1y'; do
	# shellcheck disable=SC2086
	segments $words steps.outlive 2>&1 | head -n 1
done
segments --at 1s $$ 2>&1 | sed "s/$$/PID/" | head -n 1
segments reported 2>&1 | head -n 1

echo "what the process saw of itself:"
# The sizes of ELF segments are those that are seen from outside.
jq -c '.pictures[-1] as $last | [.pictures[0].reason, $last.reason, $last.whole, ([("code", "rodata",
	"data", "bss") | [$last.sizes[.]]] | length)]' json
jq -c '. as $all | [("code", "rodata", "data", "bss") | . as $name |
	$all.pictures[-1].sizes[$name] == $all.segments[$name].size]' json
segments none.outlive | tr -s '\n ' ' ' | grep -c 'the resident size is not known'
segments none.outlive | grep -oE '(code|data|bss|stack|total)$' | tr '\n' ' '; echo
segments -f json none.outlive | jq -c '[has("samples"), (.pictures[-1].reason | IN("start", "modules"))]'
mkdir rings
OUTLIVE_DIR=$PWD/rings OUTLIVE_POLICY=flight LD_PRELOAD=$OUTLIVE_LIBRARY ./killed 2>/dev/null & wait $! 2>/dev/null
segments rings/*.ring | tr -s '\n ' ' ' | grep -cE 'that it took itself, the last \((start|modules)\)'
# its own ring is no file of the program's, wherever it is
segments -f json rings/*.ring | jq -c '.pictures[-1].sizes | [.outlive > 67000000, .file]'

echo "stacks, the recorder's own apart:"
cat >threads.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *run(void *block)
{
	free(malloc(10));
	usleep(400000);
	return block;
}
int main(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
C
gcc -pthread -o threads threads.c || exit 1
"$OUTLIVE" run -q -o threads.outlive -- ./threads 2>reported || cat reported
segments -f json threads.outlive >threads.json
jq -c '[.samples[] | select(.stacks | length == 4) | .segments.stack.size ==
	([.stacks[].size] | add)] | unique' threads.json
# threads that ended leave their stacks to libc
jq -c '.pictures[-1].sizes | [.stack < 25 * 1048576, .outlive > 67 * 1048576]' threads.json
# The kernel may join one to its neighbour, by where it put them: not every time.
for _ in 1 2 3 4 5; do
	"$OUTLIVE" run -q --segments-every 0 -o apart.outlive -- true 2>reported || cat reported
	segments -f json apart.outlive | jq -c '.pictures[-1].sizes.stack < 200000'
done | sort | tail -n 1

echo "exec and fork:"
"$OUTLIVE" run -q -o exec.outlive -- sh -c 'sleep 0.3; exec sleep 0.4' 2>reported || cat reported
"$OUTLIVE" info -f json exec.outlive | jq -c '[.processes[] | .segment_samples > 0]'
segments -f json exec.outlive | jq -c '[(.samples[0].reasons), (.samples | length > 2)]'
exit 0
