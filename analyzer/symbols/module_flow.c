/* symbols/module_flow.c - instances, calls and jumps of one module. */
#include "symbols/module_flow.h"

#include "base/array.h"
#include "base/text.h"
#include "base/text_pool.h"
#include "elf/code.h"
#include "elf/image.h"
#include "elf/imports.h"

#include <stdlib.h>
#include <string.h>

#define CALL_BYTES_MAX 8 /* of a call instruction */

/* A source function, by the pool's text that identifies it. */
struct origin {
	const char *text;
};

struct module_flow {
	unsigned machine;
	struct imports *imports; /* NULL: not read yet, or memory is out */
	struct text_pool texts;
	struct origin *origins; /* [0] is unused */
	size_t origin_count, origin_capacity;
	struct hash_index origin_index;
};

/* NULL: memory is out, or the module has no file. */
static struct module_flow *flow_get(struct module *module)
{
	if (module->flow || !module->instances)
		return module->flow;
	module->flow = calloc(1, sizeof(*module->flow));
	if (!module->flow)
		return NULL;
	module->flow->machine = elf_image_machine(module->elf);
	module->flow->imports = imports_new(module->elf);
	return module->flow;
}

void module_flow_free(struct module_flow *flow)
{
	if (!flow)
		return;
	imports_free(flow->imports);
	text_pool_release(&flow->texts);
	free(flow->origins);
	hash_index_release(&flow->origin_index);
	free(flow);
}

/* ---- functions that are called -------------------------------------------------------- */

/*
 * The machine function that begins at the address; 0: none is known. A stub to another module
 * is none, even where unwind tables take it for a function.
 */
static uint32_t function_at(struct module *module, uint64_t address)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	int count = module_chain(module, address + 1, chain);
	const struct instance *function;
	uint32_t number;

	if (!count)
		return 0;
	number = chain[count - 1];
	function = instances_get(module->instances, number);
	if (!function || function->entry != address)
		return 0;
	if (!function->die && module->flow->imports &&
	    imports_stub(module->flow->imports, address - module->elf_bias))
		return 0;
	return number;
}

/* Read the call before the return address. False: there is none that can be read. */
static bool call_read(const struct module *module, uint64_t offset, uint64_t *target)
{
	uint64_t address = offset - module->elf_bias;
	const uint8_t *code = NULL;
	size_t bytes = CALL_BYTES_MAX;

	while (bytes && !(code = elf_image_bytes(module->elf, address - bytes, bytes)))
		bytes--;
	return code &&
	       code_call_before(module->flow->machine, code, bytes, address, target);
}

bool module_flow_source(struct module *module, uint64_t offset,
                        struct source_chain *chain)
{
	struct module_flow *flow = flow_get(module);
	uint64_t target;

	if (!flow)
		return false;
	chain->count = (uint32_t)module_chain(module, offset, chain->instances);
	chain->is_known = call_read(module, offset, &target);
	if (chain->is_known && target)
		chain->called = function_at(module, target + module->elf_bias);
	return chain->count != 0;
}

/* ---- facts of an instance ------------------------------------------------------------- */

static uint64_t origin_hash_of(const void *context, uint32_t number)
{
	return hash_words(
		(uintptr_t)((const struct module_flow *)context)->origins[number].text, 0);
}

static bool origin_is(const void *context, uint32_t number, const void *text)
{
	return ((const struct module_flow *)context)->origins[number].text == text;
}

/* The number of a text, which is the same for equal texts; 0: memory is out. */
static uint32_t origin_number(struct module_flow *flow, const char *text)
{
	const char *kept = text_pool_keep(&flow->texts, text);
	uint64_t hash = hash_words((uintptr_t)kept, 0);
	uint32_t number;

	if (!kept)
		return 0;
	number = hash_index_find(&flow->origin_index, hash, origin_is, flow, kept);
	if (number)
		return number;
	number = (uint32_t)flow->origin_count + 1;
	if (array_reserve(flow->origins, flow->origin_capacity, number + 1))
		return 0;
	flow->origins[number].text = kept;
	if (hash_index_add(&flow->origin_index, hash, number, origin_hash_of, flow))
		return 0;
	flow->origin_count = number;
	return number;
}

/* Name and declaration identify a source function; without debug entry, the symbol does. */
static uint32_t origin_find(struct module *module, uint32_t number)
{
	const struct instance *instance = instances_get(module->instances, number);
	struct symbol_frame frame = { .function = "", .declared = "" };
	struct text text = { NULL, 0, 0 };
	const char *name;
	uint32_t origin = 0;

	if (!module->dwarf || !dwarf_index_identify(module->dwarf, number, &frame)) {
		module_symbols_read(module);
		name = module->symbols
		           ? elf_symbols_find(module->symbols, instance->entry, &frame.declared)
		           : NULL;
		frame.function = name ? name : "";
	}
	if (!text_printf(&text, "%s\n%s", frame.function, frame.declared) &&
	    (frame.function[0] || !text_printf(&text, "\n%u", number)))
		origin = origin_number(module->flow, text.data);
	text_release(&text);
	return origin;
}

/* gcc names the part of a function that it did not inline "f.part.0". */
static bool is_part(struct module *module, const struct instance *instance)
{
	const char *name;

	module_symbols_read(module);
	name = module->symbols ? elf_symbols_at(module->symbols, instance->entry) : NULL;
	return name && strstr(name, ".part.");
}

bool module_flow_instance(struct module *module, uint32_t number,
                          struct source_instance *facts)
{
	struct instance *instance;

	if (!flow_get(module) || !(instance = instances_get(module->instances, number)))
		return false;
	if (!instance->origin) {
		instance->origin = origin_find(module, number);
		instance->is_part = !instance->parent && is_part(module, instance);
	}
	*facts = (struct source_instance){ instances_parent(module->instances, instance),
		                               instance->origin, instance->is_part };
	return true;
}
