/* go/table.c - reads functions, lines and inlined calls; see runtime/symtab.go of Go. */
#include "go/table.h"

#include "elf/image.h"
#include "go/header.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 65536 /* longer names and paths are not known */
#define VALUES_INLINED 2     /* PCDATA_InlTreeIndex */
#define DATA_INLINED 3       /* FUNCDATA_InlTree */
#define DATA_NONE UINT32_MAX
#define TRIED_MAX \
	64 /* functions whose inlined calls are tried, to find where all are */

struct go_entry {
	uint64_t address;
	uint64_t record; /* from the header on */
};

struct go_table {
	struct go_words words;
	struct go_header header;
	struct go_entry
		*entries;  /* header.functions, sorted, and where the last one ends */
	uint64_t data; /* the address of what functions refer to (go:func.*) */
};

/* Where the fields of a function's record are. */
struct record_fields {
	uint8_t name, file, line, value_count, unit, start_line, data_count, end;
};
static const struct record_fields fields_of[] = {
	[GO_1_16] = { 8, 24, 28, 32, 36, 0, 43, 44 },
	[GO_1_18] = { 4, 20, 24, 28, 32, 0, 39, 40 },
	[GO_1_20] = { 4, 20, 24, 28, 32, 36, 43, 44 },
};

/* ---- bytes ---------------------------------------------------------------------------- */

static bool table_bytes(const struct go_table *table, uint64_t at, void *to,
                        size_t bytes)
{
	if (at > table->header.byte_count || table->header.byte_count - at < bytes)
		return false;
	memcpy(to, table->header.bytes + at, bytes);
	return true;
}

static bool table_u32(const struct go_table *table, uint64_t at, uint32_t *value)
{
	return table_bytes(table, at, value, sizeof(*value));
}

/* The text in a table that begins at `from`. NULL: it is not there, or does not end. */
static const char *table_text(const struct go_table *table, uint64_t from, uint64_t at)
{
	size_t left;

	at += from;
	if (at >= table->header.byte_count)
		return NULL;
	left = table->header.byte_count - at;
	if (left > NAME_BYTES_MAX)
		left = NAME_BYTES_MAX;
	return memchr(table->header.bytes + at, '\0', left)
	           ? (const char *)table->header.bytes + at
	           : NULL;
}

/* ---- values by address ---------------------------------------------------------------- */

/* A table that gives each address of a function a value. */
struct values {
	const struct go_table *table;
	uint64_t at, address;
	int32_t value;
	bool is_begun;
};

static bool varint(struct values *values, uint32_t *number)
{
	uint8_t byte = 0x80;
	unsigned shift;

	*number = 0;
	for (shift = 0; shift < 35 && byte & 0x80; shift += 7) {
		if (!table_bytes(values->table, values->at++, &byte, 1))
			return false;
		*number |= (uint32_t)(byte & 0x7f) << shift;
	}
	return !(byte & 0x80);
}

static struct values values_of(const struct go_table *table,
                               const struct go_function *function, uint32_t at)
{
	return (struct values){ .table = table,
		                    .at = table->header.values + at,
		                    .address = function->low,
		                    .value = -1 };
}

/*
 * Step to the next part: values->value holds up to values->address. False: there are no more, or
 * they are damaged.
 */
static bool values_next(struct values *values)
{
	uint32_t number, bytes;

	if (!varint(values, &number) || (!number && values->is_begun) ||
	    !varint(values, &bytes))
		return false;
	values->is_begun = true;
	values->value = (int32_t)((uint32_t)values->value +
	                          (number & 1 ? ~(number >> 1) : number >> 1));
	values->address += (uint64_t)bytes * values->table->header.step;
	return true;
}

/* False: there is no value for the address. */
static bool value_find(const struct go_table *table, const struct go_function *function,
                       uint32_t at, uint64_t address, int32_t *value)
{
	struct values values = values_of(table, function, at);

	if (!at)
		return false;
	while (values_next(&values)) {
		if (address < values.address) {
			*value = values.value;
			return true;
		}
		if (values.address > function->high)
			break;
	}
	return false;
}

/* ---- functions ------------------------------------------------------------------------ */

/* Where a record has the number of one of the function's tables of values; 0: none. */
static uint32_t values_at(const struct go_table *table, uint64_t record,
                          unsigned number)
{
	const struct record_fields *fields = &fields_of[table->header.layout];
	uint32_t count, at;

	if (!table_u32(table, record + fields->value_count, &count) || number >= count ||
	    !table_u32(table, record + fields->end + 4 * number, &at))
		return 0;
	return at;
}

/* The address of one of the things that a function refers to; 0: none. */
static uint64_t data_at(const struct go_table *table, uint64_t record, unsigned number)
{
	const struct record_fields *fields = &fields_of[table->header.layout];
	uint32_t count, offset;
	uint64_t at, address;
	uint8_t data_count;

	if (!table_u32(table, record + fields->value_count, &count) ||
	    !table_bytes(table, record + fields->data_count, &data_count, 1) ||
	    number >= data_count)
		return 0;
	at = record + fields->end + 4 * (uint64_t)count;
	if (table->header.layout == GO_1_16) {
		at = ((table->header.address + at + 7) & ~UINT64_C(7)) + 8 * (uint64_t)number;
		return go_words_get(&table->words, at, &address) ? address : 0;
	}
	if (!table->data || !table_u32(table, at + 4 * number, &offset) ||
	    offset == DATA_NONE)
		return 0;
	return table->data + offset;
}

static void function_fill(const struct go_table *table, size_t number,
                          struct go_function *function)
{
	const struct record_fields *fields = &fields_of[table->header.layout];
	uint64_t record = table->entries[number].record;
	uint32_t name = 0;

	*function = (struct go_function){ .low = table->entries[number].address,
		                              .high = table->entries[number + 1].address,
		                              .record = record };
	if (table_u32(table, record + fields->name, &name))
		function->name = table_text(table, table->header.names, name);
	if (fields->start_line)
		table_u32(table, record + fields->start_line, &function->line);
	if (function->line > INT32_MAX)
		function->line = 0;
	function->values = values_at(table, record, VALUES_INLINED);
	if (function->values)
		function->inlined = data_at(table, record, DATA_INLINED);
}

/*
 * C code that Go's own linker put between the functions has an entry, too, or is within the
 * function before it, but it has no lines.
 */
bool go_table_function(const struct go_table *table, uint64_t address,
                       struct go_function *function)
{
	size_t low = 0, high = table->header.functions, middle;
	uint32_t lines;
	int32_t line;

	if (address < table->entries[0].address || address >= table->entries[high].address)
		return false;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (table->entries[middle].address <= address)
			low = middle;
		else
			high = middle;
	}
	function_fill(table, low, function);
	return function->name && function->name[0] &&
	       table_u32(table, function->record + fields_of[table->header.layout].line,
	                 &lines) &&
	       value_find(table, function, lines, address, &line);
}

size_t go_table_count(const struct go_table *table)
{
	return table->header.functions;
}

uint64_t go_table_entry(const struct go_table *table, size_t number)
{
	return table->entries[number].address;
}

void go_table_line(const struct go_table *table, const struct go_function *function,
                   uint64_t address, const char **file, uint32_t *line)
{
	const struct record_fields *fields = &fields_of[table->header.layout];
	uint32_t at = 0, unit = 0, path = 0;
	int32_t value = 0;
	const char *text;

	*file = "";
	*line = 0;
	if (table_u32(table, function->record + fields->line, &at) &&
	    value_find(table, function, at, address, &value) && value > 0)
		*line = (uint32_t)value;
	if (!table_u32(table, function->record + fields->file, &at) ||
	    !value_find(table, function, at, address, &value) || value < 0 ||
	    !table_u32(table, function->record + fields->unit, &unit) ||
	    !table_u32(table, table->header.units + 4 * ((uint64_t)unit + (uint32_t)value),
	               &path) ||
	    path == UINT32_MAX)
		return;
	text = table_text(table, table->header.files, path);
	if (text && text[0] != '?')
		*file = text;
}

/* ---- inlined calls -------------------------------------------------------------------- */

int32_t go_table_inlined(const struct go_table *table,
                         const struct go_function *function, uint64_t address)
{
	int32_t value;

	return function->inlined &&
	               value_find(table, function, function->values, address, &value) &&
	               value >= 0
	           ? value
	           : GO_NONE;
}

bool go_table_call(const struct go_table *table, const struct go_function *function,
                   int32_t number, struct go_call *call)
{
	bool is_new = table->header.layout == GO_1_20;
	uint64_t bytes = is_new ? 16 : 20;
	uint32_t name, line, site;
	const uint8_t *node;

	if (number < 0 || !function->inlined)
		return false;
	node = elf_image_bytes(table->words.elf,
	                       function->inlined + bytes * (uint64_t)number, bytes);
	if (!node)
		return false;
	memcpy(&name, node + (is_new ? 4 : 12), sizeof(name));
	memcpy(&site, node + (is_new ? 8 : 16), sizeof(site));
	memcpy(&line, node + 12, sizeof(line));
	call->name = table_text(table, table->header.names, name);
	call->line = is_new && line <= INT32_MAX ? line : 0;
	call->site = function->low + site;
	return call->name && call->name[0] && site < function->high - function->low;
}

bool go_table_parts(const struct go_table *table, const struct go_function *function,
                    void (*each)(void *context, uint64_t low, uint64_t high,
                                 int32_t number),
                    void *context)
{
	struct values values = values_of(table, function, function->values);
	uint64_t low = function->low;

	if (!function->values || !function->inlined)
		return false;
	while (low < function->high && values_next(&values)) {
		if (values.address < low || values.address > function->high)
			return false;
		if (values.address > low)
			each(context, low, values.address,
			     values.value < 0 ? GO_NONE : values.value);
		low = values.address;
	}
	return low > function->low;
}

/* ---- opening -------------------------------------------------------------------------- */

/* Read the addresses of all functions. False: they are damaged, or memory is out. */
static bool entries_read(struct go_table *table)
{
	const struct go_header *header = &table->header;
	uint64_t bytes = header->layout == GO_1_16 ? 16 : 8, at, i, record = 0;
	uint32_t entry[2] = { 0, 0 };
	struct go_entry *to;

	table->entries = calloc(header->functions + 1, sizeof(*table->entries));
	for (i = 0; table->entries && i <= header->functions; i++) {
		to = &table->entries[i];
		at = header->lookup + i * bytes;
		if (header->layout == GO_1_16) {
			if (!go_words_get(&table->words, header->address + at, &to->address) ||
			    (i < header->functions && !table_bytes(table, at + 8, &record, 8)))
				return false;
		} else {
			if (!table_bytes(table, at, entry, i < header->functions ? 8 : 4))
				return false;
			to->address = header->text + entry[0];
			record = entry[1];
		}
		if (i < header->functions && record >= header->byte_count - header->lookup)
			return false;
		to->record = header->lookup + record;
		if (to->address < header->text || to->address > header->end ||
		    (i && to->address < to[-1].address))
			return false;
	}
	return table->entries != NULL;
}

/* What a check of inlined calls has found. */
struct trial {
	const struct go_table *table;
	const struct go_function *function;
	size_t right, wrong;
};

static void part_try(void *context, uint64_t low, uint64_t high, int32_t number)
{
	struct trial *trial = context;
	struct go_call call;

	(void)low;
	(void)high;
	if (number == GO_NONE)
		return;
	if (go_table_call(trial->table, trial->function, number, &call) &&
	    (call.name ==
	         (const char *)trial->table->header.bytes + trial->table->header.names ||
	     !call.name[-1]))
		trial->right++;
	else
		trial->wrong++;
}

/* Whether the inlined calls of the first functions that have some can be read. */
static bool data_is_right(const struct go_table *table)
{
	struct trial trial = { .table = table };
	struct go_function function;
	size_t tried = 0, i;

	for (i = 0; i < table->header.functions && tried < TRIED_MAX; i++) {
		function_fill(table, i, &function);
		if (!function.inlined)
			continue;
		tried++;
		trial.function = &function;
		go_table_parts(table, &function, part_try, &trial);
	}
	return trial.right && !trial.wrong;
}

/*
 * Find what functions refer to by offset: the moduledata says where it is, in a field that
 * versions of Go have moved. Without it, no inlined call is known.
 */
static void data_find(struct go_table *table)
{
	static const unsigned fields[] = { 304, 320, 344 }; /* 1.18, 1.20, 1.27 */
	size_t i;

	if (table->header.layout == GO_1_16)
		return;
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (go_words_get(&table->words, table->header.module + fields[i],
		                 &table->data) &&
		    table->data && data_is_right(table))
			return;
	}
	table->data = 0;
}

struct go_table *go_table_open(Elf *elf)
{
	struct go_table *table = elf ? calloc(1, sizeof(*table)) : NULL;

	if (!table)
		return NULL;
	table->words.elf = elf;
	if (!go_header_find(&table->words, &table->header) || !entries_read(table)) {
		go_table_close(table);
		return NULL;
	}
	data_find(table);
	return table;
}

void go_table_close(struct go_table *table)
{
	if (!table)
		return;
	go_words_release(&table->words);
	free(table->entries);
	free(table);
}
