#!/bin/bash
# The kernel aligns large mappings, and once in a while one of 64 MiB lies where only an arena of
# glibc would: it is the program's own memory all the same, and an arena is heap.
cat >aligned.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA (64ul << 20)
#define TOUCHED (24ul << 20)
#define BLOCKS 3000

static char *blocks[BLOCKS];

/* Small blocks of another thread: they are in an arena of its own. */
static void *in_an_arena(void *unused)
{
	(void)unused;
	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = memset(malloc(4000), 1, 4000);
	printf("ready\n");
	fflush(stdout);
	usleep(600000);
	return NULL;
}

int main(void)
{
	char *all = mmap(NULL, 2 * ARENA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *own = all + (ARENA - (unsigned long)all % ARENA) % ARENA;
	pthread_t thread;

	munmap(all, own - all);
	munmap(own + ARENA, all + 2 * ARENA - (own + ARENA));
	mprotect(own, ARENA, PROT_READ | PROT_WRITE);
	memset(own, 1, TOUCHED);
	pthread_create(&thread, NULL, in_an_arena, NULL);
	pthread_join(thread, NULL);
	usleep(200000);
	return 0;
}
C
gcc -O1 -fno-builtin -pthread -o aligned aligned.c || exit 1
sizes='[(.other.rss / 1048576 | floor), (.heap.rss / 1048576 | floor)]'
echo "from outside:"
./aligned >ready &
for ((i = 0; i < 100; i++)); do [ -s ready ] && break; sleep 0.05; done
"$OUTLIVE" segments -f json $! | jq -c ".segments | $sizes"
wait
echo "recorded:"
"$OUTLIVE" run -q --segments-every 50 -o a.outlive -- ./aligned >out 2>&1
"$OUTLIVE" segments -f json a.outlive | jq -c ".samples[-1].segments | $sizes"
