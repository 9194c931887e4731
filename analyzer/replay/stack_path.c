/* replay/stack_path.c - a stack at one time. */
#include "replay/stack_path.h"

#include <stdlib.h>
#include <string.h>

void stack_path_give(struct stack_path *path, struct stack_entry *entries,
                     uint32_t count)
{
	uint32_t i;

	free(path->entries);
	*path = (struct stack_path){ .entries = entries, .count = count };
	for (i = 1; i < count; i++)
		path->inner_words += entries[i].words;
}

void stack_path_cut(struct stack_path *path)
{
	const uint32_t kept = STACK_PATH_OUTER + STACK_PATH_INNER;
	struct stack_entry *entries;
	uint32_t i, inner = path->count - STACK_PATH_INNER;

	if (path->count <= kept)
		return;
	for (i = STACK_PATH_OUTER; i < inner; i++)
		path->left_words += path->entries[i].words;
	path->left_out = path->count - kept;
	memmove(path->entries + STACK_PATH_OUTER, path->entries + inner,
	        STACK_PATH_INNER * sizeof(*path->entries));
	path->count = kept;
	/* If memory cannot be given back, the longer array does no harm. */
	entries = realloc(path->entries, kept * sizeof(*entries));
	if (entries)
		path->entries = entries;
}

void stack_path_release(struct stack_path *path)
{
	free(path->entries);
	*path = (struct stack_path){ .entries = NULL };
}
