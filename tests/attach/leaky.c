/*
 * leaky.c - a process that had blocks before it is attached to, frees them meanwhile, and keeps
 * what it allocates: known truth for the report.
 *
 * leaky; each line on stdin is a step: "free N" frees N old blocks, "keep N" allocates N blocks of
 * 100 bytes in keep(), "pair N" allocates and frees N. Prints "ok" after each.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OLD 1000

static void *old[OLD], *volatile kept[100000];
static int old_count, kept_count;

static __attribute__((noinline)) void keep(int count)
{
	while (count--)
		kept[kept_count++] = malloc(100);
}

static __attribute__((noinline)) void pair(int count)
{
	while (count--) {
		char *block = malloc(200);

		memset(block, count, 8);
		__asm__ volatile("" ::"r"(block) : "memory");
		free(block);
	}
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	char line[64];
	pthread_t thread;
	int count;

	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IONBF, 0);
	while (old_count < OLD)
		old[old_count++] = malloc(50);
	pthread_create(&thread, NULL, idle, NULL);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "free %d", &count) == 1) {
			while (count-- && old_count)
				free(old[--old_count]);
		} else if (sscanf(line, "keep %d", &count) == 1) {
			keep(count);
		} else if (sscanf(line, "pair %d", &count) == 1) {
			pair(count);
		}
		puts("ok");
	}
	return 0;
}
