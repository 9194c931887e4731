/*
 * symbols/given_files.h - the files that a user gives for names: debug files, unstripped
 * binaries, and whatever is in the directories that hold them. They are found by build-id.
 */
#ifndef OUTLIVE_SYMBOLS_GIVEN_FILES_H
#define OUTLIVE_SYMBOLS_GIVEN_FILES_H

#include "base/error.h"
#include "elf/debug_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct given_file {
	char *path;
	struct debug_contents contents;
	bool is_named; /* given itself, not found in a directory */
};

struct given_files {
	struct given_file *list; /* only files with code, symbols or debug information */
	size_t count, capacity;
	struct debug_finder
		finder; /* finds them for libdwfl; its context is set when first used */
};

/*
 * Add a file, or all files in a directory and below it. Zeroed is empty. 0, or -1 and *error: it is
 * not there, cannot be read, or is a file that can give no names.
 */
int given_files_add(struct given_files *files, const char *path, struct error *error);
void given_files_release(struct given_files *files);

/* Which file of a build is wanted. */
enum given_kind {
	GIVEN_CODE,  /* with the code */
	GIVEN_DEBUG, /* with debug information, or else symbols */
	GIVEN_BUILD, /* any */
};

/* NULL: there is none. Nothing is found for a build-id of 0 bytes. */
const struct given_file *given_files_find(const struct given_files *files,
                                          const uint8_t *build_id, size_t bytes,
                                          enum given_kind kind);

/* Open it, if it is still the same: a descriptor that the caller closes, or -1. */
int given_file_open(const struct given_file *file);

/* For debug_file_open(); the files must not move as long as it is used. NULL if `files` is. */
const struct debug_finder *given_files_finder(struct given_files *files);

#endif
