/* segments_fixture.c - children that are sampled, and damaged records. */
#include "segments_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

void wait_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000 * MS) }, NULL);
}

static void ring_map(const char *ring)
{
	char path[128];
	int file;

	snprintf(path, sizeof(path), "/tmp/%s", ring);
	file = open(path, O_RDWR | O_CREAT, 0600);
	if (ftruncate(file, 4096) ||
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED)
		_exit(1);
	unlink(path);
}

pid_t child_start(const char *ring, void (*act)(void))
{
	int gate[2];
	pid_t child;
	char ready;

	assert_int_equal(pipe(gate), 0);
	child = fork();
	if (child == 0) {
		ring_map(ring);
		if (write(gate[1], "", 1) != 1)
			_exit(1);
		act();
		while (1)
			pause();
	}
	assert_int_equal(read(gate[0], &ready, 1), 1);
	close(gate[0]);
	close(gate[1]);
	return child;
}

void child_end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

char *memory_touch(size_t mib)
{
	char *memory = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 1, mib * MIB);
	return memory;
}

int self_view_of(const struct bytes *record, struct self_view *views,
                 struct error *error)
{
	struct self_view_loader *loader;
	int result;

	*views = (struct self_view){ .count = 0 };
	loader = self_view_loader_new(views);
	result = self_view_load(loader, record->data, record->count, error);
	self_view_loader_end(loader);
	return result;
}

static void bits_change(struct bytes *record, size_t byte)
{
	struct self_view views;
	struct error error;
	int bit;

	for (bit = 0; bit < 8; bit++) {
		record->data[byte] ^= (uint8_t)(1 << bit);
		self_view_of(record, &views, &error);
		assert_true(views.count <= 1);
		self_view_release(&views);
		record->data[byte] ^= (uint8_t)(1 << bit);
	}
}

void record_survives_damage(struct bytes *record)
{
	struct self_view views;
	struct bytes shorter;
	struct error error;
	size_t i;

	for (i = 0; i < record->count; i++) {
		bits_change(record, i);
		/* of exactly that size: a sanitizer sees a read beyond it */
		shorter = (struct bytes){ malloc(i ? i : 1), i, i };
		memcpy(shorter.data, record->data, i);
		self_view_of(&shorter, &views, &error);
		assert_true(!views.count || !views.views[0].snapshot);
		free(shorter.data);
		self_view_release(&views);
	}
}
