/*
 * elf/file.h - reads the few facts of an ELF file that decide whether a program can be
 * recorded, and whether a file on disk is the module that was loaded.
 *
 * Reads with pread() from a descriptor, so that a file which shrinks meanwhile causes an error
 * and not a signal. Believes nothing in the file.
 */
#ifndef OUTLIVE_ELF_FILE_H
#define OUTLIVE_ELF_FILE_H

#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_INTERPRETER_BYTES 256

struct elf_file {
	bool is_64bit;
	uint16_t machine;     /* EM_*, from the header, even if !is_64bit */
	bool has_interpreter; /* PT_INTERP: the kernel starts it through a loader */
	bool has_libraries;   /* at least one DT_NEEDED */
	bool needs_asan;      /* one of these is AddressSanitizer's (gcc or clang) */
	bool is_go;           /* has the ELF note of Go's linker */
	char interpreter[ELF_INTERPRETER_BYTES]; /* "": none */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes; /* 0: it has none */
};

/* Whether a library with this path or file name is AddressSanitizer's. */
bool elf_name_is_asan(const char *name);

enum elf_result {
	ELF_OK,         /* *file is filled; of a 32-bit file, only machine and is_64bit */
	ELF_NOT_ELF,    /* wrong magic; *file is all zero */
	ELF_DAMAGED,    /* right magic, but the headers are wrong */
	ELF_UNREADABLE, /* errno says why */
};

/* Read the facts of the file behind `descriptor`, which stays open. */
enum elf_result elf_file_read(struct elf_file *file, int descriptor);

/* Whether the file has this build-id. bytes 0 (build_id may be NULL): whether it has none. */
bool elf_file_is_build(const struct elf_file *file, const uint8_t *build_id,
                       size_t bytes);

/* The build-id as people write it; "" for 0 bytes. Returns `text`. */
#define BUILD_ID_TEXT_BYTES (2 * BUILD_ID_BYTES_MAX + 1)
const char *elf_build_id_text(char *text, const uint8_t *build_id, size_t bytes);

#endif
