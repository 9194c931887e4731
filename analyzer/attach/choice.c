/* attach/choice.c - sorts the threads of a process by what they do. */
#include "attach/choice.h"

#include "attach/thread_stop.h"
#include "base/array.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct candidate {
	pid_t tid;
	int rank;
	uint32_t salt;
};

/* 0: sleeps, and its call restarts; 1: runs; 2: its call would return EINTR; 3: unknown. */
static int rank_of(pid_t pid, pid_t tid)
{
	char path[80], text[64] = "";
	long number;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", (int)pid, (int)tid);
	file = fopen(path, "re");
	if (!file)
		return 3;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	if (text[0] == 'r') /* "running" */
		return 1;
	if (sscanf(text, "%ld", &number) != 1 || number < 0)
		return 3;
	return thread_stop_is_never_restarted((uint64_t)number) ? 2 : 0;
}

static int candidates_compare(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->salt < b->salt ? -1 : a->salt > b->salt;
}

static size_t candidates_read(pid_t pid, struct candidate **list)
{
	size_t count = 0, capacity = 0;
	const struct dirent *entry;
	DIR *directory;
	char path[64];

	*list = NULL;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		pid_t tid = atoi(entry->d_name);

		if (tid <= 0)
			continue;
		if (array_reserve(*list, capacity, count + 1))
			break;
		(*list)[count++] = (struct candidate){ tid, rank_of(pid, tid),
			                                   (uint32_t)random() };
	}
	if (directory)
		closedir(directory);
	return count;
}

size_t choice_threads(pid_t pid, pid_t **tids)
{
	struct candidate *list;
	size_t count = candidates_read(pid, &list), i;

	*tids = count ? malloc(count * sizeof(**tids)) : NULL;
	if (*tids)
		qsort(list, count, sizeof(*list), candidates_compare);
	else
		count = 0;
	for (i = 0; i < count; i++)
		(*tids)[i] = list[i].tid;
	free(list);
	return count;
}
