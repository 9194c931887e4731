/*
 * bench_segments.c - what a snapshot of a process costs beside reading its smaps:
 * `bench_segments MAPPINGS [ROUNDS]` makes a child with so many mappings, then by turns
 * reads its smaps with read(2) alone and looks at it as `outlive segments` does, first and
 * again. Prints the medians, in ns, as "mappings smaps_ns first_ns again_ns". With ROUNDS
 * "wait" it prints the child's pid instead, and waits until it is killed.
 */
#include "segments/segment.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define ROUNDS_MAX 1001

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare(const void *one, const void *two)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)two;

	return a < b ? -1 : a > b;
}

static uint64_t median(uint64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

/* Neighbours differ in what may be done with them, so the kernel cannot join them. */
static pid_t child_start(size_t mappings)
{
	int ready[2];
	pid_t pid;
	char byte;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (pid == 0) {
		char *pages = mmap(NULL, mappings * PAGE, PROT_READ | PROT_WRITE,
		                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t i = 0; i < mappings; i++) {
			pages[i * PAGE] = 1;
			if (i % 2 && mprotect(pages + i * PAGE, PAGE, PROT_READ))
				_exit(1);
		}
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return -1;
	close(ready[0]);
	return pid;
}

static void smaps_read(pid_t pid)
{
	static char text[1 << 18];
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = open(path, O_RDONLY);
	while (file >= 0 && read(file, text, sizeof(text)) > 0)
		;
	close(file);
}

int main(int argc, char **argv)
{
	static uint64_t smaps[ROUNDS_MAX], first[ROUNDS_MAX], again[ROUNDS_MAX];
	size_t mappings = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 51, i;
	struct segments kept = { .pid = 0 }, fresh;
	struct error error;
	uint64_t begin;
	pid_t pid = child_start(mappings);

	if (argc > 2 && !strcmp(argv[2], "wait")) {
		printf("%d\n", (int)pid);
		fflush(stdout);
		pause();
	}
	if (pid < 0 || rounds > ROUNDS_MAX || segments_read(&kept, pid, &error))
		return 1;
	for (i = 0; i < rounds; i++) {
		begin = now_ns();
		smaps_read(pid);
		smaps[i] = now_ns() - begin;
		fresh = (struct segments){ .pid = 0 };
		begin = now_ns();
		if (segments_read(&fresh, pid, &error))
			return 1;
		first[i] = now_ns() - begin;
		segments_release(&fresh);
		begin = now_ns();
		if (segments_read(&kept, pid, &error))
			return 1;
		again[i] = now_ns() - begin;
	}
	printf("%zu %llu %llu %llu\n", kept.maps.count,
	       (unsigned long long)median(smaps, rounds),
	       (unsigned long long)median(first, rounds),
	       (unsigned long long)median(again, rounds));
	segments_release(&kept);
	kill(pid, SIGKILL);
	return 0;
}
