/* trace/population.c - counts processes and programs. */
#include "trace/population.h"

#include "base/array.h"
#include "base/text.h"
#include "ring_format.h"

#include <stdio.h>
#include <stdlib.h>

int population_add(struct population *population, uint32_t pid, uint32_t flags)
{
	if (array_reserve(population->starts, population->capacity,
	                  population->programs + 1))
		return -1;
	population->starts[population->programs++] = (struct program_start){
		pid, flags & RING_FORKED
	};
	population->has_late |= flags & RING_WAITED;
	return 0;
}

void population_release(struct population *population)
{
	free(population->starts);
	*population = (struct population){ .starts = NULL };
}

static int pid_compare(const void *one, const void *two)
{
	const struct program_start *a = one, *b = two;

	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

/*
 * Sort by pid, then go through the programs of each pid: each fork among them began a
 * process. Without a fork, the first program of this pid was started by the recorder itself
 * or by a process that was not recorded: that is one process.
 */
size_t population_processes(struct population *population)
{
	const struct program_start *starts = population->starts;
	size_t i, at, forks, processes = 0;

	if (population->programs)
		qsort(population->starts, population->programs, sizeof(*starts), pid_compare);
	for (i = 0; i < population->programs; i = at) {
		forks = 0;
		for (at = i; at < population->programs && starts[at].pid == starts[i].pid; at++)
			forks += starts[at].is_fork;
		processes += forks ? forks : 1;
	}
	return processes;
}

char *population_text(char text[POPULATION_TEXT_BYTES], struct population *population)
{
	size_t processes = population_processes(population);
	char programs[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	const char *plural = processes == 1 ? "" : "es";

	text_count(count, processes);
	if (processes == population->programs)
		snprintf(text, POPULATION_TEXT_BYTES, "%s process%s", count, plural);
	else
		snprintf(text, POPULATION_TEXT_BYTES, "%s %s in %s process%s",
		         text_count(programs, population->programs),
		         population->has_late ? "recordings" : "programs", count, plural);
	return text;
}
