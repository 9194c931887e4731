/*
 * trace/population.h - counts the processes of a recording, and the programs that they ran.
 *
 * Each ring holds one program: what a process runs from its start, or from an exec, on. A
 * process that called exec has several programs, so the two numbers differ.
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
		bool is_fork; /* began by fork, not by exec */
	} * starts;
	size_t programs, capacity;
	bool has_late; /* recordings that began later than their program */
};

/* Count a program, by its enum ring_flags. 0, or -1 when memory is out. */
int population_add(struct population *population, uint32_t pid, uint32_t flags);
void population_release(struct population *population);

/*
 * Count the processes: each fork begins another process, even if its pid was used before; an
 * exec goes on in the process of its pid.
 */
size_t population_processes(struct population *population);

/* "1 process", "3 processes", "1,203 programs in 902 processes" */
char *population_text(char text[POPULATION_TEXT_BYTES], struct population *population);

#endif
