/*
 * attach/remote.h - the memory of a running process, and the objects that its loader knows, read
 * from memory: files on disk may have been replaced since.
 *
 * Nothing that is read is believed: each size is bounded, each list ends.
 */
#ifndef OUTLIVE_ATTACH_REMOTE_H
#define OUTLIVE_ATTACH_REMOTE_H

#include "base/error.h"
#include "trace_format.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define REMOTE_NAME_BYTES 512

struct remote_object {
	uint64_t link_map; /* address of the loader's description */
	uint64_t bias, dynamic;
	uint64_t code_start, code_end;                 /* the first executable segment */
	uint64_t tls_image, tls_file_bytes, tls_bytes; /* tls_bytes 0: it has none */
	char name[REMOTE_NAME_BYTES];                  /* "": the program */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
};

struct remote {
	pid_t pid;
	int memory; /* /proc/PID/mem, for reading and writing */
	struct remote_object *objects;
	size_t count, capacity;
	uint64_t program_headers, program_header_count; /* of the auxiliary vector */
};

/* Open the memory of a process. 0, or -1 and *error: it is not permitted, or there is none. */
int remote_open(struct remote *remote, pid_t pid, struct error *error);
void remote_close(struct remote *remote);

/* False: not all of it is mapped. */
bool remote_read(const struct remote *remote, uint64_t address, void *bytes,
                 size_t size);
bool remote_write(const struct remote *remote, uint64_t address, const void *bytes,
                  size_t size);

/* A word; 0 if it cannot be read. */
uint64_t remote_word(const struct remote *remote, uint64_t address);

/*
 * Read the list of objects of a dynamic program. 0, or -1 and *error, which says why there is
 * none: a static program, musl, a loader that is busy for longer than a quarter of a second.
 */
int remote_objects(struct remote *remote, struct error *error);

/* The first object whose file has that name; NULL: none. */
const struct remote_object *remote_named(const struct remote *remote, const char *file);

/* An object's exported symbols, copied. */
struct remote_symbols {
	const struct remote_object *object;
	Elf64_Sym *symbols;
	uint16_t *versions;
	char *strings;
	size_t count, strings_bytes;
};

/* 0, or -1: the object has no symbols, or memory is out. */
int remote_symbols_read(const struct remote *remote, const struct remote_object *object,
                        struct remote_symbols *symbols);
void remote_symbols_release(struct remote_symbols *symbols);

/* The address of a symbol in its default version; 0: there is none. */
uint64_t remote_symbol(const struct remote_symbols *symbols, const char *name);

/* The name of the exported function that begins at `address`; NULL: none does. */
const char *remote_symbol_at(const struct remote_symbols *symbols, uint64_t address);

#endif
