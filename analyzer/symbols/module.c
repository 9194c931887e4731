/* symbols/module.c - reads a module's file by libdwfl. */
#include "symbols/module.h"

#include "base/text.h"
#include "elf/library_name.h"

#include <elfutils/libdwelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sets the numbers of functions that have only a symbol apart from those with debug entries. */
#define SYMBOL_KEY (UINT64_C(1) << 63)

/* The .dwp file beside one with the module's code or debug information; NULL: there is none. */
static struct dwarf_package *package_find(const struct module *module,
                                          void (*memory_out)(void)
                                              __attribute__((noreturn)))
{
	const char *beside[3] = { module->opened ? module->opened : module->path };
	struct dwarf_package *package = NULL;
	struct text path = { NULL, 0, 0 };
	size_t i;

	dwfl_module_info(module->dwfl_module, NULL, NULL, NULL, NULL, NULL, &beside[1],
	                 &beside[2]);
	for (i = 0; i < 3 && !package; i++) {
		if (!beside[i] || *beside[i] != '/')
			continue;
		text_release(&path);
		if (!text_printf(&path, "%s.dwp", beside[i]))
			package = dwarf_package_open(path.data, memory_out);
	}
	text_release(&path);
	return package;
}

void module_read(struct module *module, const struct debug_finder *finder,
                 void (*memory_out)(void) __attribute__((noreturn)))
{
	const char *alternate;
	const void *build_id;
	Dwarf *dwarf;

	module->is_read = true;
	module->instances = calloc(1, sizeof(*module->instances));
	module->dwfl = debug_file_open(module->path, module->descriptor, finder,
	                               &module->dwfl_module);
	if (!module->dwfl)
		return;
	module->descriptor = -1; /* libdwfl owns it now */
	module->elf = dwfl_module_getelf(module->dwfl_module, &module->elf_bias);
	if (!elf_has_code(module->elf))
		module->elf = NULL; /* a debug file is all there is */
	if (module->elf && module->instances)
		module->go = go_index_new(module->elf, module->instances, module->elf_bias);
	dwarf = module->instances
	            ? dwfl_module_getdwarf(module->dwfl_module, &module->dwarf_bias)
	            : NULL;
	if (dwarf) {
		if (memory_out)
			dwarf_new_oom_handler(dwarf, memory_out);
		if (dwelf_dwarf_gnu_debugaltlink(dwarf, &alternate, &build_id) > 0 &&
		    !dwarf_getalt(dwarf))
			module->alternate = alternate;
		module->dwarf = dwarf_index_new(dwarf, module->instances, module->dwarf_bias);
		if (module->dwarf && dwarf_index_lacks_units(module->dwarf))
			dwarf_index_package(module->dwarf, package_find(module, memory_out));
	}
}

void module_release(struct module *module)
{
	dwarf_index_free(module->dwarf);
	go_index_free(module->go);
	coroutines_release(&module->coroutines);
	elf_symbols_free(module->symbols);
	elf_functions_free(module->functions);
	if (module->instances)
		instances_release(module->instances);
	free(module->instances);
	source_origins_release(&module->origins);
	if (module->dwfl)
		dwfl_end(module->dwfl);
	if (module->descriptor >= 0)
		close(module->descriptor);
	free(module->path);
}

void module_symbols_read(struct module *module)
{
	if (module->has_symbols)
		return;
	module->has_symbols = true;
	if (module->dwfl_module) {
		module->symbols = elf_symbols_new(module->dwfl_module);
		/* without memory fewer are known */
		if (module->symbols)
			coroutines_read(&module->coroutines, module->symbols);
		if (module->elf)
			module->functions = elf_functions_new(module->dwfl_module, module->path);
	}
}

/*
 * The name from the symbol tables. A function without a symbol is named by its start address.
 */
static const char *module_symbol(struct module *module, uint64_t address,
                                 const char **declared)
{
	const char *name = NULL, *entrance = NULL;

	*declared = "";
	module_symbols_read(module);
	if (module->symbols)
		name = elf_symbols_find(module->symbols, address, declared);
	if (name || !module->functions)
		return name;
	name = elf_functions_name(module->functions, address);
	if (name && module->symbols)
		entrance = elf_functions_entrance(module->functions, module->symbols, address);
	*declared = entrance ? entrance : "";
	return name;
}

/* The frames of module_frames(), except for what the module says of all of them. */
static int module_frames_find(struct module *module, uint64_t offset,
                              struct symbol_frame *frames)
{
	uint64_t address = offset - 1;
	const char *name, *declared;
	int count = module->go ? go_index_find(module->go, address, frames) : 0;

	if (count)
		return count;
	if (module->dwarf)
		count = dwarf_index_find(module->dwarf, address - module->dwarf_bias, frames);
	if (count && frames[count - 1].function[0])
		return count;
	name = module_symbol(module, address, &declared);
	if (!count && name) {
		frames[0] = (struct symbol_frame){ .function = "", .file = "" };
		count = 1;
	}
	if (name) {
		frames[count - 1].function = name;
		frames[count - 1].declared = declared;
		frames[count - 1].is_library = is_library_symbol(name);
	}
	return count;
}

/*
 * Whether the frame is in the part of a coroutine that makes its frame, and not in its body. By
 * clang that part may go on with the body; the call that makes the frame has the function's line.
 */
static bool is_in_coroutine(const struct module *module, const char *name,
                            const struct symbol_frame *frame)
{
	const struct coroutine *coroutine = coroutines_find(&module->coroutines, name);

	return coroutine && (!coroutine->has_body || !frame->line || !frame->home_line ||
	                     frame->line == frame->home_line);
}

/* The machine function is known by its symbol: debug information has one name for all parts. */
static void coroutines_tell(struct module *module, uint64_t address,
                            struct symbol_frame *frames, int count)
{
	const char *name = NULL, *declared;
	int i;

	if (count && frames[count - 1].is_library)
		return;
	module_symbols_read(module);
	if (!module->coroutines.count)
		return;
	for (i = 0; i < count - 1; i++)
		frames[i].is_coroutine = is_in_coroutine(module, frames[i].function,
		                                         &frames[i]);
	if (count)
		name = elf_symbols_find(module->symbols, address, &declared);
	if (name)
		frames[i].is_coroutine = is_in_coroutine(module, name, &frames[i]);
}

int module_frames(struct module *module, uint64_t offset, struct symbol_frame *frames)
{
	int count = module_frames_find(module, offset, frames), i;
	bool is_library = is_library_module(module->path);

	for (i = 0; i < count; i++)
		frames[i].is_library |= is_library;
	coroutines_tell(module, offset - 1, frames, count);
	return count;
}

/* Where the function with a symbol, or with unwind tables, is. False: none is known there. */
static bool symbol_extent(struct module *module, uint64_t address,
                          struct code_extent *extent)
{
	module_symbols_read(module);
	if (module->symbols && elf_symbols_extent(module->symbols, address, extent))
		return true;
	extent->cold_low = extent->cold_high = 0;
	return module->functions && elf_functions_extent(module->functions, address,
	                                                 &extent->low, &extent->high);
}

/* The machine function at the address that has no debug entry; 0: none is known. */
static uint32_t symbol_instance(struct module *module, uint64_t address)
{
	struct instances *instances = module->instances;
	struct code_extent extent;
	uint32_t number;

	if (!instances || !symbol_extent(module, address, &extent))
		return 0;
	number = instances_find(instances, extent.low | SYMBOL_KEY);
	if (number)
		return number;
	number = instances_add(instances, 0, extent.low | SYMBOL_KEY);
	if (!number || instances_add_range(instances, extent.low, extent.high))
		return 0;
	if (extent.cold_low &&
	    instances_add_range(instances, extent.cold_low, extent.cold_high))
		return 0;
	instances->list[number].entry = extent.low;
	return number;
}

int module_chain(struct module *module, uint64_t offset, uint32_t *numbers)
{
	uint64_t address = offset - 1;
	int count = module->go ? go_index_chain(module->go, address, numbers) : 0;

	if (count)
		return count;
	if (module->dwarf)
		count = dwarf_index_chain(module->dwarf, address - module->dwarf_bias, numbers);
	if (count)
		return count;
	numbers[0] = symbol_instance(module, address);
	return numbers[0] != 0;
}

const char *module_missing(const struct module *module, size_t number)
{
	if (module->alternate && !number--)
		return module->alternate;
	return module->dwarf ? dwarf_index_missing(module->dwarf, number) : NULL;
}

uint32_t module_function(struct module *module, uint64_t address)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	int count = module_chain(module, address + 1, chain);

	return count ? chain[count - 1] : 0;
}

/* ---- source functions ---- */

/* gcc names the part of a function that it did not inline "f.part.0". */
static bool is_part(struct module *module, const struct instance *instance)
{
	const char *name;

	module_symbols_read(module);
	name = module->symbols ? elf_symbols_at(module->symbols, instance->entry) : NULL;
	return name && strstr(name, ".part.");
}

/* Name and declaration identify a source function; without debug entry, the symbol does. */
uint32_t module_instance_origin(struct module *module, uint32_t number)
{
	struct instance *instance = &module->instances->list[number];
	struct symbol_frame frame = { .function = "", .declared = "" };
	const char *name = NULL, *declared = "";
	char unnamed[24];

	if (instance->origin)
		return instance->origin;
	if (module->go)
		name = go_index_name(module->go, number);
	if (name) {
		instance->origin = source_origins_number(&module->origins, name, "");
		return instance->origin;
	}
	if (module->dwarf && dwarf_index_identify(module->dwarf, number, &frame)) {
		name = frame.function;
		declared = frame.declared;
	} else {
		module_symbols_read(module);
		if (module->symbols)
			name = elf_symbols_find(module->symbols, instance->entry, &declared);
	}
	if (!name || !name[0]) {
		snprintf(unnamed, sizeof(unnamed), "%u", number);
		name = unnamed;
	}
	instance->is_part = !instance->parent && is_part(module, instance);
	instance->origin = source_origins_number(&module->origins, name, declared);
	return instance->origin;
}
