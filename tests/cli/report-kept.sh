#!/bin/bash
# What malloc keeps though it is free: malloc_trim(0), MALLOC_ARENA_MAX and mallinfo2() of the same
# program, not recorded, confirm what the report says of it.
cat >kept.c <<'C'
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#define COUNT 32768
#define THREADS 4
static void *blocks[COUNT], *volatile last[THREADS];
static pthread_barrier_t all;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
__attribute__((noinline)) static void *stay(void) { return memset(malloc(48), 1, 48); }
__attribute__((noinline)) static void *pass(void) { return memset(malloc(1000), 1, 1000); }
static void fill(int each)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = each && i % each == 0 ? stay() : pass();
	for (int i = 0; i < COUNT; i++)
		if (!each || i % each)
			free(blocks[i]);
}
static void *work(void *number)
{
	pthread_barrier_wait(&all);
	pthread_mutex_lock(&turn);
	for (int i = 0; i < COUNT; i++)
		blocks[i] = pass();
	last[(long)number] = malloc(24);
	for (int i = 0; i < COUNT; i++)
		free(blocks[i]);
	pthread_mutex_unlock(&turn);
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	return NULL;
}
static long resident(void)
{
	static char text[65536];
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	long kib = 0;

	setvbuf(file, text, _IOFBF, sizeof(text));
	while (fgets(text + 32768, 1000, file) && sscanf(text + 32768, "Rss: %ld", &kib) != 1)
		;
	fclose(file);
	return kib;
}
static void tell(void)
{
	struct mallinfo2 info = mallinfo2();
	long before = resident();

	malloc_trim(0);
	printf("%ld %ld %zu\n", before, before - resident(), info.fordblks / 1024);
}
int main(int count, char **arguments)
{
	pthread_t threads[THREADS];

	if (strchr(arguments[1], 'p'))
		fill(64);
	if (strchr(arguments[1], 'a')) {
		pthread_barrier_init(&all, NULL, THREADS + 1);
		for (long i = 0; i < THREADS; i++)
			pthread_create(&threads[i], NULL, work, (void *)i);
		pthread_barrier_wait(&all);
		pthread_barrier_wait(&all);
	}
	if (strchr(arguments[1], 'f') && fork())
		return wait(&count) < 0;
	free(stay());
	if (strchr(arguments[1], 'k')) {
		usleep(400000);
		kill(getpid(), 9);
	}
	if (strchr(arguments[1], 't'))
		tell();
	exit(0);
}
C
"${CC:-gcc}" -g -O1 -fno-builtin -pthread -w -o kept kept.c || exit 77

record() { # MODE: what the report says in JSON
	"$OUTLIVE" run -q -o "$1.outlive" -- ./kept "$1" >/dev/null 2>&1
	"$OUTLIVE" report -f json "$1.outlive" | jq .kept >"$1.json"
}

near() { # WHAT FOUND EXPECTED: within a tenth of the expected
	awk -v what="$1" -v a="$2" -v b="$3" 'BEGIN {
		good = a >= 0.9 * b && a <= 1.1 * b
		print what ": " (good ? "within a tenth" : a " is not near " b) }'
}

kib() { # FILE KEY
	jq -r "((.last | $2) / 1024 | floor)" "$1.json"
}

echo "-- one thread: each 64th block stays"
record p
read -r before trimmed free < <(./kept pt)
near "what malloc_trim(0) gives back" "$(kib p .trimmable)" "$trimmed"
near "what mallinfo2() calls free" "$(kib p .kept)" "$free"
COLUMNS=100 "$OUTLIVE" report --kept p.outlive |
	sed -nE '/^pinned by/,/^what helps/p' | sed -E 's/ +[0-9.]+ [KM]iB/ SIZE/g; s/ [0-9.]+k? / N /g; s/ [0-9]+c? +stay/ WHY stay/; s/ +/ /g'
why=$(jq -r .last.pins[0].why p.json)
"$OUTLIVE" report --why "$why" p.outlive | grep -o -m 1 'stay'
COLUMNS=100 "$OUTLIVE" report --full p.outlive | sed -n '/^  kept/,/--kept/p' | tr -s '\n ' ' ' |
	sed -E 's/[0-9.]+ [KM]iB/SIZE/g; s/[0-9.]+ (ms|s) after/TIME after/' && echo

echo "-- filters narrow what is pinned, not the heap"
for filter in '--size 7777' '--function stay' ''; do
	# shellcheck disable=SC2086 # two words
	COLUMNS=100 "$OUTLIVE" report --kept $filter p.outlive >filtered
	echo "'$filter': $(grep -c '^  unfiltered ' filtered) $(grep -c '^  pinned by: none' filtered) $(
		grep -c '^pinned by' filtered)"
done
COLUMNS=100 "$OUTLIVE" report --size 48 p.outlive | grep -o '^where .*not filtered'
COLUMNS=100 "$OUTLIVE" report --full p.outlive | grep -c '^where .*not filtered'
"$OUTLIVE" report --why pass p.outlive | tr -s '\n ' ' ' | grep -oE 'up to [0-9,]+ at once|at most 32,256 alive at once in the only activation'

echo "-- one block that malloc mapped"
printf '%s\n' '#include <stdlib.h>' '#include <string.h>' \
	'int main(void) { static void *b[2]; b[0] = memset(malloc(1 << 20), 1, 1 << 20);' \
	'return (b[1] = malloc(100)) == 0; }' >mapped.c
"${CC:-gcc}" -g -O1 -fno-builtin -w -o mapped mapped.c && "$OUTLIVE" run -q -o m.outlive -- ./mapped 2>/dev/null
"$OUTLIVE" report --kept m.outlive | tr -s '\n ' ' ' | grep -oE '1 block that malloc mapped on its own|gives it back, so'

echo "-- four threads, one after the other"
record a
read -r before trimmed free < <(./kept at)
near "what malloc_trim(0) gives back" "$(kib a .trimmable)" "$trimmed"
near "what mallinfo2() calls free" "$(kib a .kept)" "$free"
read -r one _ _ < <(MALLOC_ARENA_MAX=1 ./kept at)
near "what MALLOC_ARENA_MAX=1 saves" "$(kib a .arena_max_saves)" "$((before - one))"
"$OUTLIVE" report --kept a.outlive | grep -o 'MALLOC_ARENA_MAX=1 would save'

echo "-- killed: the pages are those that were seen last from outside"
record pk
near "whole pages" "$(kib pk .trimmable)" "$(kib p .trimmable)"
jq -c '[.last.exit, (.last | .resident == .live + .overhead + .kept)]' pk.json

echo "-- not known"
"$OUTLIVE" run -q -o pf.outlive -- ./kept pf >/dev/null 2>&1
child=$("$OUTLIVE" info -f json pf.outlive | jq '.processes[] | select(.forked) | .pid')
"$OUTLIVE" report --kept --pid "$child" pf.outlive | grep 'not known'
"$OUTLIVE" report --kept "$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive" | grep -o 'not known.*pages of the heap'

# The heap of a thread is not read: there is more memory that may be such heaps than the recorder reads
# the heads of, or system calls are filtered.
cat >unread.c <<'C'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
static void *volatile kept[20];
static void *work(void *unused) { kept[0] = memset(malloc(1000), 1, 1000); return unused; }
static int filter_set(void)
{
	struct sock_filter step = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &step };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
int main(int count, char **arguments)
{
	pthread_t thread;
	for (count = 1; count < 20; count++)
		kept[count] = malloc(100);
	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	usleep(100000);
	if (*arguments[1] == 'm' && mmap(NULL, 1100ul << 26, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		return 9;
	return *arguments[1] == 'f' && filter_set();
}
C
"${CC:-gcc}" -O1 -pthread -w -o unread unread.c || exit 77
for way in all much filter; do
	"$OUTLIVE" run -q -o $way.outlive -- ./unread $way 2>/dev/null
	echo "$way: status $?, at exit: $("$OUTLIVE" report -f json $way.outlive | jq '.kept.last.exit // false')"
done

echo "-- refused"
"$OUTLIVE" report --kept --by path a.outlive 2>&1 | head -n 1
"$OUTLIVE" report --kept --format csv a.outlive 2>&1 | head -n 1
"$OUTLIVE" report --kept --stacks a.outlive 2>&1 | head -n 1
