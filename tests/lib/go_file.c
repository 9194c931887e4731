/* go_file.c - writes the tables by runtime/symtab.go of Go 1.16, 1.18 and 1.20. */
#include "go_file.h"

#include <elf.h>
#include <string.h>

/* Where things are in the file; loaded at ADDRESS, but for the code. */
#define ADDRESS 0x400000
#define TABLES 0x200
#define CODE 0x1000
#define MODULE 0x1200
#define FUNCTION_DATA 0x1400
#define FUNCTIONS 3

struct making {
	uint8_t *file;
	enum go_file_layout layout;
	size_t at; /* where the next byte goes */
};

static void put(struct making *making, uint64_t value, size_t bytes)
{
	memcpy(making->file + making->at, &value, bytes);
	making->at += bytes;
}

static void put_at(struct making *making, size_t at, uint64_t value, size_t bytes)
{
	memcpy(making->file + at, &value, bytes);
}

static size_t put_text(struct making *making, const char *text)
{
	size_t at = making->at;

	memcpy(making->file + at, text, strlen(text) + 1);
	making->at += strlen(text) + 1;
	return at;
}

/* A table of values: `count` pairs of a value and the bytes it is for. Returns its offset. */
static uint32_t put_values(struct making *making, size_t values, const int *pairs,
                           size_t count)
{
	size_t at = making->at, i;
	int before = -1, step;

	for (i = 0; i < count; i++) {
		step = pairs[2 * i] - before;
		before = pairs[2 * i];
		put(making, step < 0 ? (uint8_t)(2 * -step - 1) : (uint8_t)(2 * step), 1);
		put(making, (uint8_t)pairs[2 * i + 1], 1);
	}
	put(making, 0, 1);
	return (uint32_t)(at - values);
}

static void elf_make(struct making *making)
{
	Elf64_Ehdr header = { .e_ident = ELFMAG,
		                  .e_type = ET_EXEC,
		                  .e_machine = EM_X86_64,
		                  .e_version = EV_CURRENT,
		                  .e_phoff = sizeof(header),
		                  .e_ehsize = sizeof(header),
		                  .e_phentsize = sizeof(Elf64_Phdr),
		                  .e_phnum = 3 };
	const Elf64_Phdr segments[] = {
		{ PT_LOAD, PF_R, 0, ADDRESS, ADDRESS, CODE, CODE, 0x1000 },
		{ PT_LOAD, PF_R | PF_X, CODE, GO_FILE_TEXT, GO_FILE_TEXT, 0x200, 0x200,
		  0x1000 },
		{ PT_LOAD, PF_R | PF_W, MODULE, ADDRESS + 0x2000 + MODULE,
		  ADDRESS + 0x2000 + MODULE, 0x600, 0x600, 0x1000 },
	};

	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_ident[EI_VERSION] = EV_CURRENT;
	memcpy(making->file, &header, sizeof(header));
	memcpy(making->file + sizeof(header), segments, sizeof(segments));
}

/* What one function says of itself. */
struct saying {
	uint64_t low;
	uint32_t name, line_of, files, lines, inlined;
};

static uint32_t put_function(struct making *making, size_t lookup,
                             const struct saying *saying)
{
	uint32_t at;
	int i;

	making->at = (making->at + 7) & ~(size_t)7;
	at = (uint32_t)(making->at - lookup);
	if (making->layout == GO_FILE_1_16)
		put(making, saying->low, 8);
	else
		put(making, saying->low - GO_FILE_TEXT, 4);
	put(making, saying->name, 4);
	making->at += 12; /* args, deferreturn, pcsp */
	put(making, saying->files, 4);
	put(making, saying->lines, 4);
	put(making, 3, 4); /* tables of values */
	put(making, 0, 4); /* the unit */
	if (making->layout == GO_FILE_1_20)
		put(making, saying->line_of, 4);
	put(making, 0x04000000, 4); /* four things it refers to */
	put(making, 0, 8);
	put(making, saying->inlined, 4);
	if (making->layout == GO_FILE_1_16) {
		making->at = (making->at + 7) & ~(size_t)7;
		for (i = 0; i < 3; i++)
			put(making, 0, 8);
		put(making, saying->inlined ? ADDRESS + 0x2000 + FUNCTION_DATA : 0, 8);
	} else {
		for (i = 0; i < 3; i++)
			put(making, UINT32_MAX, 4);
		put(making, saying->inlined ? 0 : UINT32_MAX, 4);
	}
	return at;
}

/* The two calls that are inlined into main.(*T).Work. */
static void put_calls(struct making *making, uint32_t map, uint32_t leaf)
{
	making->at = FUNCTION_DATA;
	if (making->layout == GO_FILE_1_20) {
		put(making, 0, 4);
		put(making, map | (uint64_t)0x04 << 32, 8);
		put(making, 30, 4);
		put(making, 0, 4);
		put(making, leaf | (uint64_t)0x14 << 32, 8);
		put(making, 40, 4);
		return;
	}
	put(making, 0xffff, 4); /* no parent */
	put(making, 21ULL << 32, 8);
	put(making, map | (uint64_t)0x04 << 32, 8);
	put(making, 0, 4);
	put(making, 32ULL << 32, 8);
	put(making, leaf | (uint64_t)0x14 << 32, 8);
}

static void module_make(struct making *making, const uint64_t *tables)
{
	uint64_t header = ADDRESS + TABLES;

	put_at(making, MODULE, header, 8);
	put_at(making, MODULE + 8, header + tables[0], 8);
	put_at(making, MODULE + 128, header + tables[4], 8);
	put_at(making, MODULE + 176, GO_FILE_TEXT, 8);
	put_at(making, MODULE + 184, GO_FILE_TEXT_END, 8);
	put_at(making, MODULE + (making->layout == GO_FILE_1_20 ? 320 : 304),
	       ADDRESS + 0x2000 + FUNCTION_DATA, 8);
}

static void header_make(struct making *making, const uint64_t *tables)
{
	static const uint32_t magics[] = { 0xfffffffa, 0xfffffff0, 0xfffffff1 };

	making->at = TABLES;
	put(making, magics[making->layout], 4);
	put(making, 0x08010000, 4);
	put(making, FUNCTIONS, 8);
	put(making, 3, 8);
	if (making->layout != GO_FILE_1_16)
		put(making, 0, 8);
	memcpy(making->file + making->at, tables, 5 * sizeof(*tables));
}

/* The functions and what they point to; sets tables[3], of values, and tables[4]. */
static void functions_make(struct making *making, uint64_t *tables,
                           const uint32_t *names)
{
	static const int main_file[] = { 0, 64 }, main_line[] = { 10, 64 };
	static const int work_file[] = { 1, 8, 2, 16, 1, 40 };
	static const int work_line[] = { 20, 4, 21, 4, 31, 4, 41, 4, 31, 4, 32, 4, 20, 40 };
	static const int work_calls[] = { -1, 8, 0, 4, 1, 4, 0, 8, -1, 40 };
	struct saying saying[FUNCTIONS] = {
		{ .low = GO_FILE_TEXT, .name = names[0], .line_of = 9 },
		{ .low = GO_FILE_TEXT + 0x40, .name = names[1], .line_of = 19 },
		{ .low = GO_FILE_TEXT + 0x80, .name = names[4] },
	};
	size_t values, lookup, entry = making->layout == GO_FILE_1_16 ? 8 : 4, i;

	values = making->at;
	put(making, 0, 1); /* 0 stands for none */
	saying[0].files = put_values(making, values, main_file, 1);
	saying[0].lines = put_values(making, values, main_line, 1);
	saying[1].files = put_values(making, values, work_file, 3);
	saying[1].lines = put_values(making, values, work_line, 7);
	saying[1].inlined = put_values(making, values, work_calls, 5);
	making->at = (making->at + 7) & ~(size_t)7;
	lookup = making->at;
	tables[3] = values - TABLES;
	tables[4] = lookup - TABLES;
	making->at = lookup + (2 * FUNCTIONS + 1) * entry;
	for (i = 0; i < FUNCTIONS; i++) {
		put_at(making, lookup + (2 * i + 1) * entry,
		       put_function(making, lookup, &saying[i]), entry);
		put_at(making, lookup + 2 * i * entry,
		       saying[i].low - (entry == 4 ? GO_FILE_TEXT : 0), entry);
	}
	put_at(making, lookup + 2 * i * entry,
	       GO_FILE_TEXT_END - (entry == 4 ? GO_FILE_TEXT : 0), entry);
}

void go_file_make(uint8_t file[GO_FILE_BYTES], enum go_file_layout layout)
{
	static const char *const named[] = { "main.main", "main.(*T).Work",
		                                 "main.Map[go.shape.int]", "main.leaf",
		                                 "c_code" };
	static const char *const paths[] = { "/src/main.go", "/src/work.go",
		                                 "/src/map.go" };
	struct making making = { file, layout, TABLES + 0x48 };
	uint32_t names[5], files[3];
	uint64_t tables[5]; /* names, units, files, values, lookup */
	size_t i;

	memset(file, 0, GO_FILE_BYTES);
	elf_make(&making);
	tables[0] = making.at - TABLES;
	for (i = 0; i < 5; i++)
		names[i] = (uint32_t)(put_text(&making, named[i]) - TABLES - tables[0]);
	making.at = (making.at + 7) & ~(size_t)7;
	tables[1] = making.at - TABLES;
	making.at += 12;
	tables[2] = making.at - TABLES;
	for (i = 0; i < 3; i++)
		files[i] = (uint32_t)(put_text(&making, paths[i]) - TABLES - tables[2]);
	memcpy(file + TABLES + tables[1], files, sizeof(files));
	functions_make(&making, tables, names);
	put_calls(&making, names[2], names[3]);
	header_make(&making, tables);
	module_make(&making, tables);
}
