/*
 * segments/goroutine_path.h - the call path of a goroutine that waits, read from outside: along
 * its frame pointers, from where it waits to the function that it began with.
 */
#ifndef OUTLIVE_SEGMENTS_GOROUTINE_PATH_H
#define OUTLIVE_SEGMENTS_GOROUTINE_PATH_H

#include "process/memory_pages.h"
#include "segments/go_runtime.h"

#define GO_PATH_ENTRIES 24

/* A function, and how many frames of it there are directly below each other. */
struct go_path_entry {
	const char *name; /* to be escaped; lives as long as its file */
	uint64_t frames;
};

struct goroutine_path {
	struct go_path_entry entries[GO_PATH_ENTRIES]; /* innermost first */
	size_t count;                                  /* 0: the path is not known */
	size_t left_out; /* entries in the middle of a longer path, after half of those */
};

/* Where a goroutine waits. */
struct goroutine_point {
	uint64_t low, high;            /* of its stack */
	uint64_t pointer, code, frame; /* its registers: sp, pc and rbp */
};

/*
 * The path must end where all goroutines end, in runtime.goexit: if not, it is not known.
 */
void goroutine_path_read(struct goroutine_path *path, struct memory_pages *pages,
                         const struct go_files *files,
                         const struct goroutine_point *point);

#endif
