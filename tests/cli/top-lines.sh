#!/bin/bash
# The lines of `outlive top --format ndjson`: the last one of a recording that was followed from
# near its start to its end has the figures of `report --format json`, as has the one line of the
# complete file; so have its rows. On the way, counts never go down.
cat >work.c <<'END'
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOTS 512
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *slots[SLOTS];

__attribute__((noinline)) void *make(size_t bytes)
{
	void *volatile block = malloc(bytes);

	return block;
}

/* frees what another thread may have made */
__attribute__((noinline)) void put(unsigned *seed)
{
	void *block = make(16 + (*seed = *seed * 1103515245 + 12345) % 200), *old;
	unsigned slot = *seed >> 16 & (SLOTS - 1);

	pthread_mutex_lock(&lock);
	old = slots[slot];
	slots[slot] = block;
	pthread_mutex_unlock(&lock);
	free(old);
}

__attribute__((noinline)) void grow(void)
{
	char *volatile block = malloc(10);

	block = realloc(block, 5000);
	free(block);
}

static void *run(void *argument)
{
	unsigned seed = (unsigned)(long)argument;

	for (int i = 0; i < 60000; i++) {
		put(&seed);
		if (i % 500 == 0) {
			grow();
			usleep(2000);
		}
	}
	return argument;
}

/* threads end and others go on in their chunks */
int main(void)
{
	pthread_t threads[3];

	for (long round = 0; round < 4; round++) {
		for (long i = 0; i < 3; i++)
			pthread_create(&threads[i], NULL, run, (void *)(round * 3 + i + 1));
		for (long i = 0; i < 3; i++)
			pthread_join(threads[i], NULL);
	}
	return 0;
}
END
${CC:-gcc} -g -O1 -pthread -o work work.c

totals='[.allocations, .bytes, .frees, .live_blocks, .live_bytes, .peak_bytes, .peak_blocks, .events]'
figures='.allocations, .bytes, .frees, .live_blocks, .live_bytes'

compare() { # WHAT ONE OTHER: two files
	cmp -s "$2" "$3" || { echo "$1:"; diff "$2" "$3"; }
}

# The recording is small-ringed, so that chunks go from the ring to the trace all the time.
"$OUTLIVE" run -q --ring 4M -o w.outlive -- ./work 2>/dev/null &
for _ in $(seq 500); do
	"$OUTLIVE" top --format ndjson --count 1 w.outlive >/dev/null 2>&1 && break
	sleep 0.02
done
"$OUTLIVE" top --format ndjson --every 100ms --top 0 w.outlive >lines
wait
echo "status $?"
"$OUTLIVE" report --format json --by function w.outlive >report
jq -c ".totals | $totals" report >expected
tail -n 1 lines | jq -c "$totals" >found
compare "followed to the end" expected found
tail -n 1 lines | jq -c '[.still_running, .behind_ns, .lost_events, .thread_count]'
jq -es 'map(.allocations) | . == sort' lines >/dev/null || echo "calls went down"
jq -es 'map(.time_ns) | . == sort' lines >/dev/null || echo "time went back"
jq -es 'length > 3 and (.[:-1] | all(.still_running))' lines >/dev/null ||
	echo "only $(wc -l <lines) lines"

"$OUTLIVE" top --format ndjson --top 0 w.outlive >line
echo "$(wc -l <line) line of a complete file"
jq -c "$totals" line >found
compare "the complete file" expected found

jq -c ".groups | sort_by(.function, .module) | .[] | [.function, $figures]" report >expected
jq -c ".rows | sort_by(.function, .module) | .[] | [.function, $figures]" line >found
compare "by function" expected found
tail -n 1 lines | jq -c ".rows | sort_by(.function, .module) | .[] | [.function, $figures]" >found
compare "by function, followed" expected found

for by in module owner thread path; do
	"$OUTLIVE" report --format json --by $by w.outlive >report
	"$OUTLIVE" top --format ndjson --top 0 --by $by w.outlive >line
	case $by in
	module)
		jq -c ".groups | sort_by(.module) | .[] | [.module, $figures]" report >expected
		jq -c ".rows | sort_by(.module) | .[] | [.module, $figures]" line >found ;;
	owner)
		jq -c '.owners | sort_by(.function) | .[] | [.function, .blocks, .bytes]' report >expected
		jq -c '.rows | sort_by(.function) | .[] | [.function, .blocks, .bytes]' line >found ;;
	thread)
		jq -c ".threads | sort_by(.serial) | .[] | [.serial, .tid, .name, $figures]" report >expected
		jq -c ".rows | sort_by(.serial) | .[] | [.serial, .tid, .name, $figures]" line >found ;;
	path)
		jq -c ".sites | sort_by(.site) | .[] | [.site, $figures]" report >expected
		jq -c ".rows | sort_by(.site) | .[] | [.site, $figures]" line >found ;;
	esac
	[ -s expected ] || echo "$by: no rows"
	compare "by $by" expected found
	echo "by $by"
done
jq -c '.rows[0] | keys' line

"$OUTLIVE" top --format ndjson --top 2 --sort total w.outlive | jq -c '[.row_count > 2, (.rows | length)]'

echo "- refusals"
for words in "" "w.outlive other" "--every 3x w.outlive" "--every 1ms w.outlive" \
	"--output t w.outlive" "--pid 1 1" "/nonexistent" "$$" "999999999"; do
	# shellcheck disable=SC2086
	"$OUTLIVE" top --format ndjson $words 2>message
	echo "$? $(head -n 1 message | sed "s/$$/PID/g")"
done
"$OUTLIVE" top w.outlive </dev/null
echo "status $?"
