/* process/threads.c - reads /proc/PID/task. */
#include "process/threads.h"

#include "base/array.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 3 /* attempts while a thread runs */

/* Read a small file of the thread. Returns its length, 0 if it cannot be read. */
static size_t file_read(pid_t pid, pid_t tid, const char *name, char *text, size_t room)
{
	char path[64];
	ssize_t bytes;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	bytes = read(file, text, room - 1);
	close(file);
	text[bytes > 0 ? bytes : 0] = 0;
	return bytes > 0 ? (size_t)bytes : 0;
}

/*
 * The last word but one of "0 0x3 .. 0x7fff80e65478 0x7f7147a162ad". A thread that runs has
 * "running" there: try again.
 */
static uint64_t stack_pointer_read(pid_t pid, pid_t tid)
{
	char text[256], *last, *before;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (!file_read(pid, tid, "syscall", text, sizeof(text)))
			return 0;
		last = strrchr(text, ' ');
		if (!last)
			continue;
		*last = 0;
		before = strrchr(text, ' ');
		if (before)
			return strtoull(before + 1, NULL, 16);
	}
	return 0;
}

/*
 * The stack pointer that an earlier reading found for this thread; 0: none. The kernel may
 * use a tid again, so it may be that of another thread which has ended.
 */
static uint64_t remembered(const struct process_thread *threads, size_t count,
                           pid_t tid)
{
	for (size_t i = 0; i < count; i++) {
		if (threads[i].tid == tid)
			return threads[i].stack_pointer;
	}
	return 0;
}

static int thread_compare(const void *one, const void *two)
{
	const struct process_thread *a = one, *b = two;

	return a->tid < b->tid ? -1 : a->tid > b->tid;
}

/* Read the current threads into *found. */
static int threads_list(DIR *directory, pid_t pid, struct process_threads *found,
                        const struct process_threads *before)
{
	const struct dirent *entry;
	struct process_thread *thread;
	pid_t tid;

	while ((entry = readdir(directory))) {
		tid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (tid <= 0)
			continue;
		if (array_reserve(found->threads, found->capacity, found->count + 1))
			return -1;
		thread = &found->threads[found->count++];
		*thread = (struct process_thread){ .tid = tid };
		if (file_read(pid, tid, "comm", thread->name, sizeof(thread->name)))
			thread->name[strcspn(thread->name, "\n")] = 0;
		thread->stack_pointer = stack_pointer_read(pid, tid);
		if (!thread->stack_pointer)
			thread->stack_pointer = remembered(before->threads, before->count, tid);
	}
	if (found->count)
		qsort(found->threads, found->count, sizeof(*found->threads), thread_compare);
	return 0;
}

/* A process that has ended has no directory: then there are no threads, which is no error. */
int process_threads_read(struct process_threads *threads, pid_t pid)
{
	struct process_threads found = { .count = 0 };
	DIR *directory;
	char path[64];
	int result = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	directory = opendir(path);
	if (directory) {
		result = threads_list(directory, pid, &found, threads);
		closedir(directory);
	}
	process_threads_release(threads);
	*threads = found;
	return result;
}

void process_threads_release(struct process_threads *threads)
{
	free(threads->threads);
	*threads = (struct process_threads){ .count = 0 };
}
