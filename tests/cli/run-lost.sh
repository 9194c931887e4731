#!/bin/bash
# Events that were lost are reported in the one line at the end, with or without a report, and
# what helps against it does.
cat >threads.c <<'END'
#include <pthread.h>
#include <stdlib.h>
static pthread_barrier_t together;
static void *run(void *argument)
{
	for (int i = 0; i < 300; i++)
		free(malloc(20 + i));
	pthread_barrier_wait(&together); /* all live at the same time */
	return argument;
}
int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1;
	pthread_t *threads = calloc(count, sizeof(*threads));
	pthread_barrier_init(&together, NULL, count);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	return 0;
}
END
${CC:-gcc} -O1 -fno-builtin -pthread -o threads threads.c
say() {
	grep '^outlive: ' stderr |
		sed -E 's/[0-9,]+ event(s?) of/N event\1 of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/
			s/; [0-9,]+ more/; N more/; s/\([0-9.]+%/(P%/'
}
echo "- more threads than chunks"
"$OUTLIVE" run -q --ring 1M -o trace -- ./threads 40 2>stderr; say
"$OUTLIVE" run --ring 1M -o trace -- ./threads 40 2>stderr; say
reported=$(sed -nE 's/^outlive: .*; ([0-9,]+) more .*/\1/p' stderr | tr -d ,)
counted=$("$OUTLIVE" info -f json trace | jq '.processes[0].lost | [.events, .ring_full] | unique[]')
[ "$reported" = "$counted" ] && echo "as many as info says"
"$OUTLIVE" info trace | sed -n 's/^ *[0-9,]* \(the ring\)/\1/p'
echo "- 64 KiB for each of them, and one chunk for the names of modules"
"$OUTLIVE" run -q --ring 4M -o trace -- ./threads 40 2>stderr; say
echo "- one event"
echo '#include <stdlib.h>
int main(void) { return !malloc(10); }' >one.c
${CC:-gcc} -O1 -fno-builtin -o one one.c
"$OUTLIVE" run -q -o trace -- ./one 2>stderr; sed 's/ (.*//' stderr
echo "- overwritten"
cat >busy.c <<'END'
#include <stdlib.h>
int main(void)
{
	volatile unsigned random = 1;
	for (long i = 3000000; i; i--) {
		random = random * 1103515245 + 12345;
		free(malloc(16 + (random >> 16 & 1023)));
	}
	return 0;
}
END
${CC:-gcc} -O1 -fno-builtin -o busy busy.c
"$OUTLIVE" run -q --flight --ring 1M -o trace -- ./busy 2>stderr; say
echo "- more frames than stubs: each counts once, whatever happens under it"
cat >deep.c <<'END'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static int descend(int levels)
{
	int result;
	free(sink = malloc(16));
	result = levels > 1 ? descend(levels - 1) : 0;
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}
int main(void) { return descend(75000) != 75000; }
END
${CC:-gcc} -O1 -fno-builtin -o deep deep.c
"$OUTLIVE" run -q -o trace -- ./deep 2>stderr
"$OUTLIVE" info -f json trace | jq -c '.processes[0].lost.stubs | [. > 9000, . < 11000]'
