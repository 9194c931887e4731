/* replay/thread_choice.c - some threads of a process, as a user names them. */
#include "replay/thread_choice.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ways to match a thread. The first way that matches any thread decides. */
enum meaning { BY_NUMBER, BY_NAME, BY_GLOB, BY_PART, MEANINGS };

static bool is_meant(const struct thread *thread, const char *which,
                     enum meaning meaning)
{
	char *end;
	unsigned long long tid;

	switch (meaning) {
	case BY_NUMBER:
		tid = strtoull(which, &end, 10);
		return *which >= '0' && *which <= '9' && !*end && thread->tid == tid;
	case BY_NAME: return !strcmp(thread->name, which);
	case BY_GLOB: return !fnmatch(which, thread->name, 0);
	/* a number is meant as one, even if a name has it */
	default: return which[strspn(which, "0123456789")] && strstr(thread->name, which);
	}
}

static int serial_compare(const void *one, const void *two)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	return a < b ? -1 : a > b;
}

/* Whether all threads that are meant have one name. */
static bool have_one_name(struct thread *const *threads, size_t thread_count,
                          const char *which, enum meaning meaning)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < thread_count; i++) {
		if (threads[i]->goroutine || !is_meant(threads[i], which, meaning))
			continue;
		if (name && strcmp(name, threads[i]->name))
			return false;
		name = threads[i]->name;
	}
	return true;
}

/* List as many threads whose names have this part as there is room for. */
static void threads_text(char *text, size_t bytes, struct thread *const *threads,
                         size_t thread_count, const char *part)
{
	size_t used = 0, i;

	*text = 0;
	for (i = 0; i < thread_count && used < bytes; i++) {
		if (!threads[i]->goroutine && strstr(threads[i]->name, part))
			used += (size_t)snprintf(text + used, bytes - used, "%s%u %s",
			                         used ? ", " : "", threads[i]->tid,
			                         threads[i]->name);
	}
	if (used >= bytes)
		strcpy(text + bytes - 4, "..");
}

int thread_choice_make(struct thread_choice *choice, struct thread *const *threads,
                       size_t thread_count, const char *which, struct error *error)
{
	enum meaning meaning;
	char known[320];
	size_t i;

	*choice = (struct thread_choice){ .serials = malloc((thread_count + 1) *
		                                                sizeof(*choice->serials)) };
	if (!choice->serials)
		return error_set(error, "out of memory for its threads");
	for (meaning = BY_NUMBER; meaning < MEANINGS && !choice->count; meaning++) {
		for (i = 0; i < thread_count; i++) {
			if (!threads[i]->goroutine && is_meant(threads[i], which, meaning))
				choice->serials[choice->count++] = threads[i]->serial;
		}
		if (meaning == BY_PART &&
		    !have_one_name(threads, thread_count, which, meaning)) {
			threads_text(known, sizeof(known), threads, thread_count, which);
			return error_set(error, "thread '%s' may be %s", which, known);
		}
	}
	if (!choice->count) {
		threads_text(known, sizeof(known), threads, thread_count, "");
		return error_set(error, "no thread '%s': there are %s", which, known);
	}
	qsort(choice->serials, choice->count, sizeof(*choice->serials), serial_compare);
	return 0;
}

void thread_choice_release(struct thread_choice *choice)
{
	free(choice->serials);
	free(choice->starts);
	*choice = (struct thread_choice){ NULL, 0, NULL, 0 };
}

void thread_choice_sort(struct thread_choice *choice)
{
	qsort(choice->starts, choice->start_count, sizeof(*choice->starts), serial_compare);
}

bool thread_choice_has_strand(const struct thread_choice *choice,
                              const struct thread *carrier, const struct thread *strand)
{
	if (!choice->start_count)
		return thread_choice_has(choice, carrier->serial);
	return strand->goroutine &&
	       bsearch(&strand->start, choice->starts, choice->start_count,
	               sizeof(strand->start), serial_compare);
}

bool thread_choice_has(const struct thread_choice *choice, uint32_t serial)
{
	return choice->count && bsearch(&serial, choice->serials, choice->count,
	                                sizeof(serial), serial_compare);
}
