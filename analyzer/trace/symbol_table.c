/* trace/symbol_table.c - the names behind return addresses. */
#include "trace/symbol_table.h"

#include "base/array.h"
#include "base/hash_index.h"
#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

#define MISSING_MAX 4096 /* files; each is compared with the others of its module */

/* The frames of one address: frame_count entries of `frames`, from frame_first on. */
struct chain {
	uint64_t offset;
	uint32_t module;
	uint32_t frame_first, frame_count;
};

struct symbol_table {
	struct chain *chains; /* [0] is unused */
	size_t chain_count, chain_capacity;
	struct symbol_frame *frames;
	size_t frame_count, frame_capacity;
	struct hash_index index; /* of chains */
	/*
	 * [0] is unused. Each is allocated by itself and holds two strings: the name, and after
	 * its NUL the text that distinguishes functions of that name (symbol_frame.declared).
	 */
	const char **strings;
	size_t string_count, string_capacity;
	struct hash_index string_index;
	struct missing_file *missing;
	size_t missing_count, missing_capacity;
	bool is_dropping; /* ignore added frames: the table has their chain already */
};

/*
 * Numbers begin at 1, since 0 means "none" in a hash_index. No chain has begun yet, so frames
 * that are added now have no owner and are dropped.
 */
struct symbol_table *symbol_table_new(void)
{
	struct symbol_table *table = calloc(1, sizeof(*table));

	if (table) {
		table->chain_count = 1;
		table->string_count = 1;
		table->is_dropping = true;
	}
	return table;
}

void symbol_table_free(struct symbol_table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 1; i < table->string_count; i++)
		free((char *)table->strings[i]);
	free(table->missing);
	free(table->strings);
	free(table->frames);
	free(table->chains);
	hash_index_release(&table->index);
	hash_index_release(&table->string_index);
	free(table);
}

static uint64_t string_hash(const char *string, const char *declared)
{
	return hash_string(hash_string(1, string), declared);
}

/* The `declared` text that follows a kept string. */
static const char *string_declared(const char *kept)
{
	return *kept ? kept + strlen(kept) + 1 : "";
}

static uint64_t string_hash_of(const void *context, uint32_t number)
{
	const char *string = ((const struct symbol_table *)context)->strings[number];

	return string_hash(string, string_declared(string));
}

struct string_pair {
	const char *string, *declared;
};

static bool string_is_same(const void *context, uint32_t number, const void *key)
{
	const char *kept = ((const struct symbol_table *)context)->strings[number];
	const struct string_pair *pair = key;

	return !strcmp(kept, pair->string) &&
	       !strcmp(string_declared(kept), pair->declared);
}

static uint32_t string_find(const struct symbol_table *table, const char *string,
                            const char *declared, uint64_t hash)
{
	const struct string_pair pair = { string, declared };

	return hash_index_find(&table->string_index, hash, string_is_same, table, &pair);
}

/* The table's own copy, one for all equal pairs. NULL when memory is out. */
static const char *string_keep(struct symbol_table *table, const char *string,
                               const char *declared)
{
	uint64_t hash = string_hash(string, declared);
	size_t bytes = strlen(string) + 1, declared_bytes = strlen(declared) + 1;
	uint32_t number = string_find(table, string, declared, hash);
	char *copy;

	if (!*string)
		return "";
	if (number)
		return table->strings[number];
	if (array_reserve(table->strings, table->string_capacity, table->string_count + 1))
		return NULL;
	copy = malloc(bytes + declared_bytes);
	if (!copy)
		return NULL;
	memcpy(copy, string, bytes);
	memcpy(copy + bytes, declared, declared_bytes);
	table->strings[table->string_count] = copy;
	if (hash_index_add(&table->string_index, hash, (uint32_t)table->string_count,
	                   string_hash_of, table)) {
		free(copy);
		return NULL;
	}
	table->string_count++;
	return copy;
}

static uint64_t chain_hash_of(const void *context, uint32_t number)
{
	const struct chain *chain = &((const struct symbol_table *)context)->chains[number];

	return hash_words(chain->offset, chain->module);
}

static bool chain_is_same(const void *context, uint32_t number, const void *key)
{
	const struct chain *one = &((const struct symbol_table *)context)->chains[number];
	const struct chain *other = key;

	return one->offset == other->offset && one->module == other->module;
}

static uint32_t chain_find(const struct symbol_table *table, uint32_t module,
                           uint64_t offset)
{
	const struct chain like = { .offset = offset, .module = module };

	return hash_index_find(&table->index, hash_words(offset, module), chain_is_same,
	                       table, &like);
}

/*
 * Blocks of several processes, and a symbolizer, may name the same address: the first chain
 * wins, so that all reports show the same name.
 */
int symbol_table_begin(struct symbol_table *table, uint32_t module, uint64_t offset)
{
	table->is_dropping = true;
	if (chain_find(table, module, offset))
		return 0;
	if (array_reserve(table->chains, table->chain_capacity, table->chain_count + 1))
		return -1;
	table->chains[table->chain_count] = (struct chain){ offset, module,
		                                                (uint32_t)table->frame_count,
		                                                0 };
	if (hash_index_add(&table->index, hash_words(offset, module),
	                   (uint32_t)table->chain_count, chain_hash_of, table))
		return -1;
	table->chain_count++;
	table->is_dropping = false;
	return 0;
}

/* The strings may be temporary: only the table's own copies are kept. */
int symbol_table_add(struct symbol_table *table, const struct symbol_frame *frame)
{
	struct symbol_frame kept = *frame;

	if (table->is_dropping)
		return 0;
	kept.function = string_keep(table, frame->function,
	                            frame->declared ? frame->declared : "");
	kept.file = string_keep(table, frame->file, "");
	kept.home = string_keep(table, frame->home ? frame->home : "", "");
	kept.apart = "";
	kept.brackets = 0;
	if (!kept.function || !kept.file || !kept.home ||
	    array_reserve(table->frames, table->frame_capacity, table->frame_count + 1))
		return -1;
	kept.declared = string_declared(kept.function);
	table->frames[table->frame_count++] = kept;
	table->chains[table->chain_count - 1].frame_count++;
	return 0;
}

int symbol_table_copy(struct symbol_table *to, const struct symbol_table *from,
                      const bool *skipped, size_t modules)
{
	const struct missing_file *missing;
	const struct chain *chain;
	size_t i;
	uint32_t j;

	for (i = 0; i < from->missing_count; i++) {
		missing = &from->missing[i];
		if ((missing->module >= modules || !skipped[missing->module]) &&
		    symbol_table_add_missing(to, missing->module, missing->path))
			return -1;
	}
	for (i = 1; i < from->chain_count; i++) {
		chain = &from->chains[i];
		if (chain->module < modules && skipped[chain->module])
			continue;
		if (symbol_table_begin(to, chain->module, chain->offset))
			return -1;
		for (j = 0; j < chain->frame_count; j++) {
			if (symbol_table_add(to, &from->frames[chain->frame_first + j]))
				return -1;
		}
	}
	return 0;
}

const struct symbol_frame *symbol_table_find(const struct symbol_table *table,
                                             uint32_t module, uint64_t offset,
                                             size_t *count)
{
	const struct chain *chain;
	uint32_t number = chain_find(table, module, offset);

	*count = 0;
	if (!number)
		return NULL;
	chain = &table->chains[number];
	*count = chain->frame_count;
	return *count ? table->frames + chain->frame_first : NULL;
}

struct symbol_frame *symbol_table_chain(struct symbol_table *table, size_t index,
                                        uint32_t *module, size_t *count)
{
	static struct symbol_frame none;

	if (index >= table->chain_count)
		return NULL;
	*module = table->chains[index].module;
	*count = table->chains[index].frame_count;
	return *count ? table->frames + table->chains[index].frame_first : &none;
}

int symbol_table_add_missing(struct symbol_table *table, uint32_t module,
                             const char *path)
{
	const char *kept;
	size_t i;

	if (table->missing_count == MISSING_MAX)
		return 0;
	kept = string_keep(table, path, "");
	if (!kept)
		return -1;
	for (i = table->missing_count; i && table->missing[i - 1].module == module; i--) {
		if (table->missing[i - 1].path == kept)
			return 0;
	}
	if (array_reserve(table->missing, table->missing_capacity,
	                  table->missing_count + 1))
		return -1;
	table->missing[table->missing_count++] = (struct missing_file){ module, kept };
	return 0;
}

const struct missing_file *symbol_table_missing(const struct symbol_table *table,
                                                size_t *count)
{
	*count = table->missing_count;
	return table->missing;
}

const char *symbol_table_keep(struct symbol_table *table, const char *string)
{
	return string_keep(table, string, "");
}

/* ---- SYMBOLS blocks ------------------------------------------------------------ */

static int chain_compare(const void *one, const void *two)
{
	const struct chain *a = one, *b = two;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* The offset of each kept string in the block, by number; [0] is "". */
struct string_offsets {
	uint32_t *offsets;
	const struct symbol_table *table;
};

static uint32_t string_offset(const struct string_offsets *strings, const char *string)
{
	const char *declared = string_declared(string);

	if (!*string)
		return 0;
	return strings->offsets[string_find(strings->table, string, declared,
	                                    string_hash(string, declared))];
}

/* The bytes of a kept string in the block, with its `declared` text unless that is empty. */
static size_t string_bytes_of(const char *kept)
{
	const char *declared = string_declared(kept);

	return (size_t)(declared - kept) + (*declared ? strlen(declared) + 1 : 0);
}

/* Frames are written in the same order afterwards, so frame_first is a running sum. */
static int chains_save(const struct chain *chains, size_t count, struct text *payload)
{
	struct symbols_address address;
	uint32_t frame_first = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		address = (struct symbols_address){
			.offset = chains[i].offset,
			.module = chains[i].module,
			.frame_first = frame_first,
			.frame_count = chains[i].frame_count,
		};
		frame_first += chains[i].frame_count;
		if (text_add(payload, (const char *)&address, sizeof(address)))
			return -1;
	}
	return 0;
}

static int frames_save(const struct string_offsets *strings, const struct chain *chains,
                       size_t count, struct text *payload)
{
	const struct symbol_frame *from;
	struct symbols_frame frame;
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < chains[i].frame_count; j++) {
			from = &strings->table->frames[chains[i].frame_first + j];
			frame = (struct symbols_frame){
				.function = string_offset(strings, from->function),
				.file = string_offset(strings, from->file),
				.line = from->line,
				.flags = (from->inlined ? SYMBOL_INLINED : 0) |
				         (*from->declared ? SYMBOL_DECLARED : 0) |
				         (from->is_library ? SYMBOL_LIBRARY : 0) |
				         (from->is_coroutine ? SYMBOL_COROUTINE : 0) |
				         (from->home_line <= SYMBOL_LINE_MAX
				              ? from->home_line << SYMBOL_LINE_SHIFT
				              : 0),
			};
			if (text_add(payload, (const char *)&frame, sizeof(frame)))
				return -1;
		}
	}
	return 0;
}

/* The homes come last, where readers of before 1.3 do not read. */
static int homes_save(const struct string_offsets *strings, const struct chain *chains,
                      size_t count, struct text *payload)
{
	uint32_t home;
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < chains[i].frame_count; j++) {
			home = string_offset(
				strings, strings->table->frames[chains[i].frame_first + j].home);
			if (text_add(payload, (const char *)&home, sizeof(home)))
				return -1;
		}
	}
	return 0;
}

/* What is missing comes after the homes. Nothing is written if nothing is. */
static int missing_save(const struct string_offsets *strings, struct text *payload)
{
	const struct symbol_table *table = strings->table;
	struct symbols_missing missing;
	size_t i;

	for (i = 0; i < table->missing_count; i++) {
		missing.module = table->missing[i].module;
		missing.path = string_offset(strings, table->missing[i].path);
		if (text_add(payload, (const char *)&missing, sizeof(missing)))
			return -1;
	}
	return 0;
}

/* Write the payload, now that the offsets of all strings are known. */
static int table_save(const struct string_offsets *strings, const struct chain *chains,
                      size_t count, uint64_t string_bytes, struct text *payload)
{
	const struct symbol_table *table = strings->table;
	struct symbols_header header = { count, 0, string_bytes };
	size_t i;

	for (i = 0; i < count; i++)
		header.frame_count += chains[i].frame_count;
	if (text_add(payload, (const char *)&header, sizeof(header)) ||
	    chains_save(chains, count, payload) ||
	    frames_save(strings, chains, count, payload) || text_add(payload, "", 1))
		return -1;
	for (i = 1; i < table->string_count; i++) {
		if (text_add(payload, table->strings[i], string_bytes_of(table->strings[i])))
			return -1;
	}
	if (homes_save(strings, chains, count, payload))
		return -1;
	return missing_save(strings, payload);
}

/*
 * Offset 0 is the empty string; the kept strings follow it in the order of their numbers.
 * Chains are sorted, so the order in which they were asked for does not show in the trace.
 */
int symbol_table_save(const struct symbol_table *table, struct text *payload)
{
	struct string_offsets strings = { NULL, table };
	uint64_t string_bytes = 1;
	struct chain *chains;
	size_t i, count = 0;
	int result = -1;

	chains = malloc(table->chain_count * sizeof(*chains));
	strings.offsets = calloc(table->string_count, sizeof(*strings.offsets));
	for (i = 1; chains && i < table->chain_count; i++) {
		if (table->chains[i].frame_count)
			chains[count++] = table->chains[i];
	}
	for (i = 1; strings.offsets && i < table->string_count; i++) {
		strings.offsets[i] = (uint32_t)string_bytes;
		string_bytes += string_bytes_of(table->strings[i]);
	}
	if (chains && strings.offsets && string_bytes <= UINT32_MAX) {
		qsort(chains, count, sizeof(*chains), chain_compare);
		result = table_save(&strings, chains, count, string_bytes, payload);
	}
	free(chains);
	free(strings.offsets);
	return result;
}
