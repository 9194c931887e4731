/*
 * symbols/module.h - the file of one module: its symbols, debug information and code. It is
 * read when an address in it is first asked for.
 */
#ifndef OUTLIVE_SYMBOLS_MODULE_H
#define OUTLIVE_SYMBOLS_MODULE_H

#include "elf/coroutines.h"
#include "elf/debug_file.h"
#include "elf/functions.h"
#include "elf/symbols.h"
#include "symbols/dwarf_index.h"
#include "symbols/go_index.h"
#include "symbols/instances.h"
#include "symbols/source_origins.h"
#include "trace_format.h"

#include <elfutils/libdwfl.h>

struct module_flow;

struct module {
	char *path;
	const char *opened; /* the path of the file that is read instead; NULL: that one */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
	int descriptor;            /* -1 once it is read */
	bool is_read, has_symbols; /* symbols are read when something asks for them */
	Dwfl *dwfl;
	Dwfl_Module *dwfl_module;
	struct elf_symbols *symbols;  /* NULL: none */
	struct coroutines coroutines; /* read with the symbols */
	struct elf_functions *functions;
	struct dwarf_index *dwarf; /* NULL: none */
	struct go_index *go;       /* it is asked first; NULL: not a Go program */
	const char *alternate;     /* the name of a file of dwz that is missing; or NULL */
	uint64_t dwarf_bias;       /* module address - DWARF address */
	struct instances *instances; /* NULL: memory is out */
	struct source_origins origins;
	Elf *elf;                 /* the file with the code; NULL: none */
	uint64_t elf_bias;        /* module address - address in that file */
	struct module_flow *flow; /* NULL: nothing of it was asked for yet */
};

/*
 * Read the module's file, at bias 0 so that addresses are offsets. finder: see
 * debug_file_open(). memory_out: see symbolizer_on_memory_out().
 */
void module_read(struct module *module, const struct debug_finder *finder,
                 void (*memory_out)(void) __attribute__((noreturn)));

/* Its flow must have been freed before. */
void module_release(struct module *module);

/*
 * Find the frames of the call, which is before the address that it returns to, into
 * frames[DWARF_FRAMES_MAX]. Returns their number.
 */
int module_frames(struct module *module, uint64_t offset, struct symbol_frame *frames);

/* Find their instances, likewise, into numbers[DWARF_FRAMES_MAX]. Returns their number. */
int module_chain(struct module *module, uint64_t offset, uint32_t *numbers);

/* See symbolizer_missing(). */
const char *module_missing(const struct module *module, size_t number);

/* The machine function at an address; 0: none is known. */
uint32_t module_function(struct module *module, uint64_t address);

/*
 * The number of the source function that an instance is of, see struct source_instance; sets
 * is_part of the instance, too. 0: memory is out.
 */
uint32_t module_instance_origin(struct module *module, uint32_t number);

/* Read the symbol tables, unless that was done before. */
void module_symbols_read(struct module *module);

#endif
