/*
 * trace/population.h - how many processes a recording is of, and how many programs they ran.
 *
 * Each ring is of one program: what a process runs from its start, or from an exec, on.
 * So a process has several if it called exec, and the numbers of the two differ.
 */
#ifndef OUTLIVE_TRACE_POPULATION_H
#define OUTLIVE_TRACE_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POPULATION_TEXT_BYTES 80

/* Zeroed is empty. */
struct population {
	struct program_start {
		uint32_t pid;
		bool is_fork; /* it began by fork, not by exec */
	} * starts;
	size_t programs, capacity;
};

/* Count a program. 0, or -1 when memory is out. */
int population_add(struct population *population, uint32_t pid, bool is_fork);
void population_release(struct population *population);

/*
 * How many processes: a fork begins another one, even of a pid that was there before;
 * an exec goes on with the one of its pid.
 */
size_t population_processes(struct population *population);

/* "1 process", "3 processes", "1,203 programs in 902 processes" */
char *population_text(char text[POPULATION_TEXT_BYTES], struct population *population);

#endif
