/*
 * symbols/go_index.c - makes instances of Go's inlined calls. A function is entered with all that
 * is inlined into it, when an address in it is first asked for.
 */
#include "symbols/go_index.h"

#include "base/array.h"
#include "base/text.h"
#include "base/text_pool.h"
#include "go/table.h"

#include <stdlib.h>
#include <string.h>

/* Sets the keys of Go functions apart from those with debug entries or symbols. */
#define GO_KEY (UINT64_C(1) << 62)

#define CALLS_MAX (INT32_C(1) << 20) /* inlined into one function; more are not known */
#define STEPS_MAX \
	UINT64_C(20000000) /* for one function, in a damaged or hostile file */

struct go_instance {
	const char *name; /* NULL: it is not of Go code */
	uint32_t line;    /* of the declaration */
	uint64_t site;    /* of an inlined call, as an address of the file */
};

struct go_index {
	struct go_table *table;
	struct instances *instances;
	uint64_t bias;
	struct go_instance *list; /* by number of the instance */
	uint32_t capacity;
	struct text_pool names;
};

struct go_index *go_index_new(Elf *elf, struct instances *instances, uint64_t bias)
{
	struct go_index *index = calloc(1, sizeof(*index));

	if (!index)
		return NULL;
	index->instances = instances;
	index->bias = bias;
	index->table = go_table_open(elf);
	if (!index->table) {
		free(index);
		return NULL;
	}
	return index;
}

void go_index_free(struct go_index *index)
{
	if (!index)
		return;
	go_table_close(index->table);
	text_pool_release(&index->names);
	free(index->list);
	free(index);
}

/*
 * The name as Go prints it: what the type parameters of an instance stand for is left out, since
 * one function has them all.
 */
static const char *name_keep(struct go_index *index, const char *name)
{
	const char *first = strchr(name, '['), *last = strrchr(name, ']');
	struct text text = { NULL, 0, 0 };
	const char *kept = NULL;

	if (!first || !last || last < first)
		return name;
	if (!text_printf(&text, "%.*s[...]%s", (int)(first - name), name, last + 1))
		kept = text_pool_keep(&index->names, text.data);
	text_release(&text);
	return kept ? kept : name;
}

/* ---- entering a function -------------------------------------------------------------- */

struct part {
	uint64_t low, high;
	int32_t call; /* GO_NONE: the function's own code */
};

/* A call that was inlined. */
struct inlined {
	bool is_met, is_wrong;
	int32_t around;       /* the call around it; GO_NONE: none */
	uint32_t number;      /* of its instance; 0: not entered yet */
	uint32_t first, last; /* parts that it has code in */
	struct go_call call;
};

struct entering {
	struct go_index *index;
	const struct go_function *function;
	struct part *parts;
	uint32_t part_count, part_capacity;
	struct inlined *calls;
	uint32_t call_capacity;
	uint64_t steps;
	bool is_failed; /* memory is out, or it takes too long */
};

static void part_add(void *context, uint64_t low, uint64_t high, int32_t call)
{
	struct entering *entering = context;

	if (call >= CALLS_MAX)
		call = GO_NONE;
	if (array_reserve(entering->parts, entering->part_capacity,
	                  entering->part_count + 1) ||
	    (call >= 0 && array_reserve_zeroed(entering->calls, entering->call_capacity,
	                                       (uint32_t)call + 1))) {
		entering->is_failed = true;
		return;
	}
	entering->parts[entering->part_count++] = (struct part){ low, high, call };
}

/* Read a call that is met for the first time. NULL: it is wrong, or memory is out. */
static struct inlined *call_meet(struct entering *entering, int32_t number)
{
	const struct go_table *table = entering->index->table;
	struct inlined *call;

	if (number >= CALLS_MAX ||
	    array_reserve_zeroed(entering->calls, entering->call_capacity,
	                         (uint32_t)number + 1))
		return NULL;
	call = &entering->calls[number];
	if (!call->is_met) {
		call->is_met = true;
		call->first = UINT32_MAX;
		call->is_wrong = !go_table_call(table, entering->function, number, &call->call);
		call->around = call->is_wrong ? GO_NONE
		                              : go_table_inlined(table, entering->function,
		                                                 call->call.site);
	}
	return call->is_wrong ? NULL : call;
}

/* Add a part to all calls around it. False: one of them is wrong. */
static bool part_claim(struct entering *entering, uint32_t part)
{
	int32_t number = entering->parts[part].call;
	unsigned depth = 0;
	struct inlined *call;

	for (; number != GO_NONE; number = call->around) {
		call = call_meet(entering, number);
		if (!call || ++depth >= DWARF_FRAMES_MAX)
			return false;
		if (part < call->first)
			call->first = part;
		call->last = part;
	}
	return true;
}

/* Whether a part is within a call. */
static bool part_is_in(struct entering *entering, uint32_t part, int32_t number)
{
	int32_t at = entering->parts[part].call;

	while (at != GO_NONE && at != number) {
		at = entering->calls[at].around;
		entering->steps++;
	}
	entering->steps++;
	return at == number;
}

/* Give the instance that was added last the code of a call. */
static void ranges_add(struct entering *entering, int32_t number)
{
	const struct inlined *call = &entering->calls[number];
	uint64_t bias = entering->index->bias, low = 0, high = 0;
	uint32_t i;

	for (i = call->first; i <= call->last && !entering->is_failed; i++) {
		if (entering->steps > STEPS_MAX)
			entering->is_failed = true;
		if (!part_is_in(entering, i, number))
			continue;
		if (high == entering->parts[i].low) {
			high = entering->parts[i].high;
			continue;
		}
		if (high &&
		    instances_add_range(entering->index->instances, low + bias, high + bias))
			entering->is_failed = true;
		low = entering->parts[i].low;
		high = entering->parts[i].high;
	}
	if (high &&
	    instances_add_range(entering->index->instances, low + bias, high + bias))
		entering->is_failed = true;
}

/* Add an instance with its name; 0: memory is out. */
static uint32_t instance_add(struct go_index *index, uint32_t parent, uint64_t key,
                             const struct go_instance *facts)
{
	uint32_t number = instances_add(index->instances, parent, key);

	if (!number || array_reserve_zeroed(index->list, index->capacity, number + 1))
		return 0;
	index->list[number] = *facts;
	index->list[number].name = name_keep(index, facts->name);
	return number;
}

/* Enter a call after those around it. */
static void call_enter(struct entering *entering, int32_t number, uint32_t function)
{
	int32_t around[DWARF_FRAMES_MAX];
	unsigned depth = 0;
	uint32_t parent = function;
	struct inlined *call;

	for (; number != GO_NONE && !entering->calls[number].number;
	     number = entering->calls[number].around)
		around[depth++] = number;
	if (number != GO_NONE)
		parent = entering->calls[number].number;
	while (depth-- && !entering->is_failed) {
		call = &entering->calls[around[depth]];
		parent = instance_add(
			entering->index, parent, 0,
			&(struct go_instance){ call->call.name, call->call.line, call->call.site });
		call->number = parent;
		if (!parent)
			entering->is_failed = true;
		else
			ranges_add(entering, around[depth]);
	}
}

/* Enter all that is inlined into a function. */
static void calls_enter(struct entering *entering, uint32_t function)
{
	struct instances *instances = entering->index->instances;
	uint32_t before = instances->count, i;

	for (i = 0; i < entering->part_count && !entering->is_failed; i++) {
		if (!part_claim(entering, i))
			entering->parts[i].call = GO_NONE;
	}
	for (i = 0; i < entering->part_count && !entering->is_failed; i++)
		call_enter(entering, entering->parts[i].call, function);
	instances->list[function].inside = instances->count - before;
}

/* The instance of the machine function at an address of the file; 0: no Go code is there. */
static uint32_t function_enter(struct go_index *index, uint64_t address)
{
	struct go_function function;
	struct entering entering = { .index = index, .function = &function };
	uint64_t low;
	uint32_t number;

	if (!go_table_function(index->table, address, &function))
		return 0;
	low = function.low + index->bias;
	number = instances_find(index->instances, low | GO_KEY);
	if (number)
		return number;
	number = instance_add(index, 0, low | GO_KEY,
	                      &(struct go_instance){ function.name, function.line, 0 });
	if (!number ||
	    instances_add_range(index->instances, low, function.high + index->bias))
		return 0;
	index->instances->list[number].entry = low;
	if (go_table_parts(index->table, &function, part_add, &entering))
		calls_enter(&entering, number);
	free(entering.parts);
	free(entering.calls);
	return number;
}

/* ---- answers -------------------------------------------------------------------------- */

int go_index_chain(struct go_index *index, uint64_t address, uint32_t *numbers)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	uint32_t function = function_enter(index, address - index->bias);
	int count, i;

	if (!function)
		return 0;
	count = (int)instances_chain(index->instances, function, address, chain,
	                             DWARF_FRAMES_MAX);
	for (i = 0; i < count; i++)
		numbers[i] = chain[count - 1 - i];
	return count;
}

int go_index_find(struct go_index *index, uint64_t address, struct symbol_frame *frames)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	int count = go_index_chain(index, address, chain), i;
	const struct go_instance *instance;
	struct go_function function;

	address -= index->bias;
	if (!count || !go_table_function(index->table, address, &function))
		return 0;
	for (i = 0; i < count; i++) {
		instance = &index->list[chain[i]];
		frames[i] = (struct symbol_frame){ .function = instance->name,
			                               .declared = "",
			                               .inlined = i + 1 < count,
			                               .home_line = instance->line };
		go_table_line(index->table, &function, address, &frames[i].file,
		              &frames[i].line);
		frames[i].home = frames[i].file;
		address = instance->site;
	}
	return count;
}

const char *go_index_at(const struct go_index *index, uint64_t address)
{
	struct go_function function;

	return go_table_function(index->table, address - index->bias, &function) &&
	               function.low == address - index->bias
	           ? function.name
	           : NULL;
}

const char *go_index_name(struct go_index *index, uint32_t number)
{
	return number < index->capacity ? index->list[number].name : NULL;
}
