/* verdict/goroutine_choice.c - the goroutines that begin with a function, as a user names it. */
#include "verdict/goroutine_choice.h"

#include "replay/strands.h"
#include "verdict/stack_names.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

const char *goroutines_meant(const char *which)
{
	static const char group[] = GOROUTINES_OF;

	return strncmp(which, group, sizeof(group) - 1) ? which : which + sizeof(group) - 1;
}

/* Whether `which` is the function: its name, a glob, or the name and line that the report shows. */
static bool is_meant(const char *which, const char *function)
{
	size_t count = strlen(function);

	/* types in a name have brackets, as globs have: it may mean itself only as it is */
	return (!strncmp(which, function, count) &&
	        (!which[count] || which[count] == ' ')) ||
	       !fnmatch(which, function, 0);
}

int goroutines_choose(struct thread_choice *choice, const struct profile *all,
                      const char *which)
{
	const struct thread_table *threads = &all->replay.threads;
	struct stack_names scratch = { NULL, 0, 0 };
	const struct thread *strand;
	struct stack_name name;
	int result = 0;
	size_t i;

	which = goroutines_meant(which);
	choice->starts = malloc((threads->count + 1) * sizeof(*choice->starts));
	for (i = 0; choice->starts && i < threads->count && !result; i++) {
		strand = threads->items[i];
		if (!strand->goroutine || !strand->start || strand->start == STRAND_NO_START)
			continue;
		result = stack_name_physical(&name, &scratch, all, strand->start);
		if (!result && is_meant(which, name.function))
			choice->starts[choice->start_count++] = strand->start;
	}
	stack_names_release(&scratch);
	if (!choice->starts || result)
		return -1;
	thread_choice_sort(choice);
	if (!choice->start_count)
		thread_choice_release(choice);
	return 0;
}
