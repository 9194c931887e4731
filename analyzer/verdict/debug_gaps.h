/*
 * verdict/debug_gaps.h - modules whose functions allocated, but have no debug information: these
 * are known as they were compiled only, without lines.
 */
#ifndef OUTLIVE_VERDICT_DEBUG_GAPS_H
#define OUTLIVE_VERDICT_DEBUG_GAPS_H

#include "base/debian_package.h"
#include "elf/file.h"
#include "verdict/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct debug_gap {
	uint32_t module; /* number in the profile's map */
	/* allocated by its functions; those of wrappers count for the function they serve */
	uint64_t calls, bytes;
	/* the module has debug information of other functions: it was built with it in part */
	bool is_partial;
	/* the package that would have its debug information, by this machine's dpkg; "": none */
	char package[PACKAGE_BYTES + 16];
};

struct debug_gaps {
	struct debug_gap *gaps; /* most bytes first */
	size_t count;
	/*
	 * The files that the debug information of modules needs, and that were not found, of each
	 * such module together.
	 */
	const struct missing_file *missing;
	size_t missing_count;
};

/* 0, or -1 when memory is out; release it either way. */
int debug_gaps_make(struct debug_gaps *gaps, const struct classes *classes);
void debug_gaps_release(struct debug_gaps *gaps);

/* The build-id as people write it; "" if it has none. */
const char *build_id_text(char *text, const struct module *module);

#endif
