/*
 * elf/debug_file.h - opens one ELF file with libdwfl, which finds its debug information; and
 * says what is in a file that may hold debug information.
 */
#ifndef OUTLIVE_ELF_DEBUG_FILE_H
#define OUTLIVE_ELF_DEBUG_FILE_H

#include "trace_format.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where debug files are searched first. Must outlive the Dwfl. */
struct debug_finder {
	const void *context;
	/*
	 * A file with debug information of the build-id: a descriptor, which the caller closes,
	 * and its path in *path. -1: there is none.
	 */
	int (*by_build)(const void *context, const uint8_t *build_id, size_t bytes,
	                const char **path);
	/*
	 * A file without a build-id, by the file name and the checksum in .gnu_debuglink,
	 * likewise.
	 */
	int (*by_link)(const void *context, const char *name, uint32_t crc,
	               const char **path);
};

/*
 * Open the file behind `descriptor`, named `path`, at bias 0, so that addresses are those in
 * the file. On success libdwfl owns the descriptor; end with dwfl_end(). NULL: it is no ELF
 * file, or memory is out; then the caller still owns the descriptor. finder may be NULL. A
 * debuginfod server is asked last, and only if DEBUGINFOD_URLS is set.
 */
Dwfl *debug_file_open(const char *path, int descriptor,
                      const struct debug_finder *finder, Dwfl_Module **module);

/* What a file holds. */
struct debug_contents {
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes; /* 0: it has none */
	/* of the file that dwz moved a part of its debug information to; 0 bytes: there is none */
	uint8_t alternate_id[BUILD_ID_BYTES_MAX];
	size_t alternate_id_bytes;
	bool has_code; /* a file that only has debug information has none */
	bool has_dwarf;
	bool has_symbols; /* other than those for the loader */
};

/* Read that. False: it is no ELF file of 64 bits, or is damaged. The descriptor stays open. */
bool debug_contents_read(struct debug_contents *contents, int descriptor);

/* Whether the file has the code that its program headers promise. */
bool elf_has_code(Elf *elf);

#endif
