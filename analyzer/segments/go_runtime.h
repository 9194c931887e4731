/*
 * segments/go_runtime.h - which Go runtime a module of a process contains: its version, and
 * where its variables are. All is read from the module's file, which may be stripped.
 */
#ifndef OUTLIVE_SEGMENTS_GO_RUNTIME_H
#define OUTLIVE_SEGMENTS_GO_RUNTIME_H

#include "go/table.h"
#include "process/maps.h"
#include "process/modules.h"
#include "segments/go_code.h"

#define GO_VERSION_BYTES 32

struct go_runtime {
	char version[GO_VERSION_BYTES]; /* "go1.26.8", to be escaped; "": not known */
	unsigned minor;                 /* 26; 0: not known */
	struct go_variables variables;  /* addresses in the process; 0: not known */
};

/* The file of a module, for the names of its functions. */
struct go_file {
	int descriptor;
	Elf *elf;
	struct go_table *table; /* NULL: the file cannot be read, or has no names */
};

struct go_file go_file_open(const struct process_maps *maps,
                            const struct process_module *module);
void go_file_close(struct go_file *file);

#define GO_FILES_MAX 4

/* The files of all modules with Go code, and the bias of each: a plugin's code runs, too. */
struct go_files {
	const struct go_file *files[GO_FILES_MAX];
	uint64_t biases[GO_FILES_MAX];
	size_t count;
};

/*
 * Find the function at an address of the process. Returns its file, and the address there in
 * *in_file; NULL: no Go function is there.
 */
const struct go_file *go_files_find(const struct go_files *files, uint64_t address,
                                    struct go_function *function, uint64_t *in_file);

void go_runtime_read(struct go_runtime *runtime, const struct go_file *file,
                     const struct process_module *module);

#endif
