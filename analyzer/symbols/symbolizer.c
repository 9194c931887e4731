/* symbols/symbolizer.c - asks libdwfl for names, and keeps the answers. */
#include "symbols/symbolizer.h"

#include "base/array.h"
#include "elf/demangle.h"
#include "elf/file.h"
#include "base/hash_index.h"
#include "base/memory_limit.h"
#include "symbols/module.h"
#include "symbols/module_flow.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_ANSWERS 256 /* addresses resolved between two calls of `watch` */

/*
 * glibc calls its own functions by a second, hidden name, and debug information has that one:
 * __GI___strdup for __strdup.
 */
#define GLIBC_INTERNAL "__GI_"

/*
 * The frames at one offset of a module: frame_count of symbolizer.frames, from frame_first
 * on.
 */
struct answer {
	uint64_t offset;
	uint32_t module;
	uint32_t frame_first, frame_count;
};

/* A demangled name, keyed by the address of the mangled name, which does not move. */
struct name {
	const char *mangled;
	char *demangled; /* NULL: show the mangled name */
};

struct symbolizer {
	const struct kept_files *kept;
	struct given_files *given; /* NULL: none */
	void (*watch)(void *context, uint64_t asked, uint64_t expected);
	void *watch_context;
	memory_out_handler memory_out;
	struct module *modules;
	size_t module_count, module_capacity;
	/* Entries of the next three begin at 1, since 0 means "none" in a hash_index. */
	struct answer *answers;
	size_t answer_count, answer_capacity;
	struct hash_index answer_index;
	struct name *names;
	size_t name_count, name_capacity;
	struct hash_index name_index;
	struct symbol_frame *frames;
	size_t frame_count, frame_capacity;
};

struct symbolizer *symbolizer_new(void)
{
	struct symbolizer *symbolizer = calloc(1, sizeof(*symbolizer));

	if (symbolizer)
		symbolizer->memory_out = memory_limit_end;
	return symbolizer;
}

void symbolizer_use_kept(struct symbolizer *symbolizer, const struct kept_files *kept)
{
	symbolizer->kept = kept;
}

void symbolizer_use_given(struct symbolizer *symbolizer, struct given_files *given)
{
	symbolizer->given = given;
}

void symbolizer_watch(struct symbolizer *symbolizer,
                      void (*watch)(void *context, uint64_t asked, uint64_t expected),
                      void *context)
{
	symbolizer->watch = watch;
	symbolizer->watch_context = context;
}

void symbolizer_on_memory_out(struct symbolizer *symbolizer, memory_out_handler handler)
{
	symbolizer->memory_out = handler;
}

void symbolizer_free(struct symbolizer *symbolizer)
{
	size_t i;

	if (!symbolizer)
		return;
	for (i = 1; i <= symbolizer->name_count; i++)
		free(symbolizer->names[i].demangled);
	for (i = 0; i < symbolizer->module_count; i++) {
		module_flow_free(symbolizer->modules[i].flow);
		module_release(&symbolizer->modules[i]);
	}
	hash_index_release(&symbolizer->answer_index);
	hash_index_release(&symbolizer->name_index);
	free(symbolizer->modules);
	free(symbolizer->answers);
	free(symbolizer->names);
	free(symbolizer->frames);
	free(symbolizer);
}

/* ---- modules ---- */

/* Open a given file of the build. Returns a descriptor that the caller closes, or -1. */
static int given_open(const struct symbolizer *symbolizer, const uint8_t *build_id,
                      size_t build_id_bytes, enum given_kind kind, const char **opened)
{
	const struct given_file *file = NULL;

	if (symbolizer->given)
		file = given_files_find(symbolizer->given, build_id, build_id_bytes, kind);
	*opened = file ? file->path : NULL;
	return file ? given_file_open(file) : -1;
}

/* Open the file that was loaded. Returns a descriptor that the caller closes, or -1. */
static int loaded_open(const struct symbolizer *symbolizer, const char *path,
                       const uint8_t *build_id, size_t build_id_bytes)
{
	int file = -1;
	struct elf_file elf;
	struct stat status;

	/*
	 * The kept file is the one that was loaded, even if another file has its path by now. It
	 * is duplicated, since libdwfl closes its descriptor in the end.
	 */
	if (symbolizer->kept)
		file = kept_files_find(symbolizer->kept, path, build_id, build_id_bytes);
	if (file >= 0)
		return fcntl(file, F_DUPFD_CLOEXEC, 0);
	if (file == KEPT_DOUBTFUL || path[0] != '/')
		return -1;
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return -1;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	    elf_file_read(&elf, file) == ELF_OK &&
	    elf_file_is_build(&elf, build_id, build_id_bytes))
		return file;
	close(file);
	return -1;
}

/*
 * Open the right file: one with the code, if there is any. *opened: its path, if it is not the
 * module's.
 */
static int module_open(const struct symbolizer *symbolizer, const char *path,
                       const uint8_t *build_id, size_t build_id_bytes,
                       const char **opened)
{
	int file = given_open(symbolizer, build_id, build_id_bytes, GIVEN_CODE, opened);

	if (file >= 0)
		return file;
	*opened = NULL;
	file = loaded_open(symbolizer, path, build_id, build_id_bytes);
	return file < 0
	           ? given_open(symbolizer, build_id, build_id_bytes, GIVEN_DEBUG, opened)
	           : file;
}

/*
 * There are few modules, so a linear search is enough. A file that was refused is not
 * remembered: the caller asks once for each module of a process.
 */
int symbolizer_module(struct symbolizer *symbolizer, const char *path,
                      const uint8_t *build_id, size_t build_id_bytes)
{
	struct module *module;
	const char *opened;
	size_t i;
	int file;

	if (build_id_bytes > BUILD_ID_BYTES_MAX)
		return -1;
	for (i = 0; i < symbolizer->module_count; i++) {
		module = &symbolizer->modules[i];
		if (module->build_id_bytes == build_id_bytes &&
		    (!build_id_bytes || !memcmp(module->build_id, build_id, build_id_bytes)) &&
		    !strcmp(module->path, path))
			return (int)i;
	}
	file = module_open(symbolizer, path, build_id, build_id_bytes, &opened);
	if (file < 0)
		return -1;
	if (array_reserve(symbolizer->modules, symbolizer->module_capacity, i + 1) ||
	    !(path = strdup(path))) {
		close(file);
		return -1;
	}
	module = &symbolizer->modules[symbolizer->module_count++];
	*module = (struct module){ .path = (char *)path,
		                       .opened = opened,
		                       .descriptor = file };
	if (build_id_bytes)
		memcpy(module->build_id, build_id, build_id_bytes);
	module->build_id_bytes = build_id_bytes;
	return (int)i;
}

/* ---- names ---- */

static uint64_t name_hash(const char *mangled)
{
	return hash_words((uintptr_t)mangled, 0);
}

static uint64_t name_hash_of(const void *context, uint32_t number)
{
	const struct symbolizer *symbolizer = context;

	return name_hash(symbolizer->names[number].mangled);
}

static bool name_is_of(const void *context, uint32_t number, const void *mangled)
{
	return ((const struct symbolizer *)context)->names[number].mangled == mangled;
}

static const char *name_shown(const struct name *name)
{
	return name->demangled ? name->demangled : name->mangled;
}

/* The name as people write it; when memory is out, the mangled name. */
static const char *name_demangle(struct symbolizer *symbolizer, const char *mangled)
{
	struct name *name;
	uint32_t number;
	uint64_t hash;

	if (mangled[0] != '_')
		return mangled;
	if (!strncmp(mangled, GLIBC_INTERNAL, strlen(GLIBC_INTERNAL)))
		mangled += strlen(GLIBC_INTERNAL);
	hash = name_hash(mangled);
	number = hash_index_find(&symbolizer->name_index, hash, name_is_of, symbolizer,
	                         mangled);
	if (number)
		return name_shown(&symbolizer->names[number]);
	number = (uint32_t)symbolizer->name_count + 1;
	if (array_reserve(symbolizer->names, symbolizer->name_capacity, number + 1))
		return mangled;
	name = &symbolizer->names[number];
	*name = (struct name){ mangled, NULL };
	if (hash_index_add(&symbolizer->name_index, hash, number, name_hash_of, symbolizer))
		return mangled;
	symbolizer->name_count++;
	name->demangled = demangle(mangled);
	return name_shown(name);
}

/* ---- answers ---- */

static uint64_t answer_hash(uint32_t module, uint64_t offset)
{
	return hash_words(offset, module);
}

static uint64_t answer_hash_of(const void *context, uint32_t number)
{
	const struct symbolizer *symbolizer = context;
	const struct answer *answer = &symbolizer->answers[number];

	return answer_hash(answer->module, answer->offset);
}

static bool answer_is_same(const void *context, uint32_t number, const void *key)
{
	const struct symbolizer *symbolizer = context;
	const struct answer *answer = &symbolizer->answers[number], *other = key;

	return answer->module == other->module && answer->offset == other->offset;
}

static const struct answer *answer_find(const struct symbolizer *symbolizer,
                                        uint32_t module, uint64_t offset)
{
	const struct answer like = { .module = module, .offset = offset };
	uint32_t number = hash_index_find(&symbolizer->answer_index,
	                                  answer_hash(module, offset), answer_is_same,
	                                  symbolizer, &like);

	return number ? &symbolizer->answers[number] : NULL;
}

/* Keep `count` frames as the answer. NULL when memory is out. */
static const struct answer *answer_add(struct symbolizer *symbolizer, uint32_t module,
                                       uint64_t offset,
                                       const struct symbol_frame *frames, int count)
{
	uint32_t number = (uint32_t)symbolizer->answer_count + 1;
	size_t first = symbolizer->frame_count;
	struct symbol_frame *kept;
	int i;

	if (array_reserve(symbolizer->answers, symbolizer->answer_capacity, number + 1) ||
	    array_reserve(symbolizer->frames, symbolizer->frame_capacity,
	                  first + (size_t)count))
		return NULL;
	symbolizer->answers[number] = (struct answer){ offset, module, (uint32_t)first,
		                                           (uint32_t)count };
	for (i = 0; i < count; i++) {
		kept = &symbolizer->frames[symbolizer->frame_count++];
		*kept = frames[i];
		kept->function = name_demangle(symbolizer, frames[i].function);
	}
	if (hash_index_add(&symbolizer->answer_index, answer_hash(module, offset), number,
	                   answer_hash_of, symbolizer))
		return NULL;
	symbolizer->answer_count++;
	return &symbolizer->answers[number];
}

/* The module, read if it was not yet; NULL: there is no such module. */
static struct module *module_ready(struct symbolizer *symbolizer, int number)
{
	struct module *module;

	if (number < 0 || (size_t)number >= symbolizer->module_count)
		return NULL;
	module = &symbolizer->modules[number];
	if (!module->is_read)
		module_read(module, given_files_finder(symbolizer->given),
		            symbolizer->memory_out);
	return module;
}

struct symbol_origin symbolizer_origin(struct symbolizer *symbolizer, int number)
{
	struct module *module = module_ready(symbolizer, number);
	struct symbol_origin origin = { .path = "" };
	const char *debug = NULL;
	Dwarf_Addr bias;
	Dwarf *dwarf;

	if (!module)
		return origin;
	if (module->dwfl_module)
		dwfl_module_info(module->dwfl_module, NULL, NULL, NULL, NULL, NULL, NULL,
		                 &debug);
	origin.is_given = symbolizer->given &&
	                  given_files_find(symbolizer->given, module->build_id,
	                                   module->build_id_bytes, GIVEN_BUILD);
	origin.has_dwarf = module->dwarf != NULL;
	origin.has_code = module->elf != NULL;
	origin.path = debug ? debug : module->opened ? module->opened : module->path;
	dwarf = module->dwarf ? dwfl_module_getdwarf(module->dwfl_module, &bias) : NULL;
	/* libdwfl has no name for what a server sent */
	if (!debug && module->elf && dwarf && dwarf_getelf(dwarf) != module->elf)
		origin.path = "a server of DEBUGINFOD_URLS";
	return origin;
}

const char *symbolizer_missing(const struct symbolizer *symbolizer, int module,
                               size_t number)
{
	return module < 0 || (size_t)module >= symbolizer->module_count
	           ? NULL
	           : module_missing(&symbolizer->modules[module], number);
}

int symbolizer_resolve(struct symbolizer *symbolizer, int module, uint64_t offset,
                       void (*each)(void *context, const struct symbol_frame *frame),
                       void *context)
{
	struct symbol_frame frames[DWARF_FRAMES_MAX];
	const struct answer *answer;
	uint32_t i;
	int count;

	if (module < 0 || (size_t)module >= symbolizer->module_count)
		return 0;
	answer = answer_find(symbolizer, (uint32_t)module, offset);
	if (!answer) {
		if (symbolizer->watch && (symbolizer->answer_count % WATCH_ANSWERS == 0 ||
		                          !symbolizer->modules[module].is_read))
			symbolizer->watch(symbolizer->watch_context, symbolizer->answer_count, 0);
		module_ready(symbolizer, module);
		count = module_frames(&symbolizer->modules[module], offset, frames);
		answer = answer_add(symbolizer, (uint32_t)module, offset, frames, count);
	}
	if (!answer)
		return 0;
	for (i = 0; i < answer->frame_count; i++)
		each(context, &symbolizer->frames[answer->frame_first + i]);
	return (int)answer->frame_count;
}

/* ---- source frames ---- */

bool symbolizer_source(struct symbolizer *symbolizer, int module, uint64_t offset,
                       struct source_chain *chain)
{
	struct module *read = module_ready(symbolizer, module);

	*chain = (struct source_chain){ .count = 0 };
	return read && module_flow_source(read, offset, chain);
}

uint64_t symbolizer_kept(struct symbolizer *symbolizer, int module, uint64_t from,
                         uint64_t to, uint32_t *merged)
{
	struct module *read = module_ready(symbolizer, module);

	*merged = 0;
	return read ? module_flow_kept(read, from, to, merged) : 0;
}

const struct source_jump *symbolizer_jumps(struct symbolizer *symbolizer, int module,
                                           uint32_t function, size_t *count)
{
	struct module *read = module_ready(symbolizer, module);

	*count = 0;
	return read ? module_flow_jumps(read, function, count) : NULL;
}

size_t symbolizer_jump_chain(struct symbolizer *symbolizer, int module,
                             uint32_t from_function, uint32_t to_function,
                             uint64_t *offsets, size_t max)
{
	struct module *read = module_ready(symbolizer, module);

	return read ? module_flow_jump_chain(read, from_function, to_function, offsets, max)
	            : 0;
}

bool symbolizer_instance(struct symbolizer *symbolizer, int module, uint32_t instance,
                         struct source_instance *facts)
{
	struct module *read = module_ready(symbolizer, module);

	return read && module_flow_instance(read, instance, facts);
}
