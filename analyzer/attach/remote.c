/* attach/remote.c - reads a process through /proc/PID/mem. */
#include "attach/remote.h"

#include "base/array.h"
#include "base/kernel_clock.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBJECTS_MAX 8192
#define HEADERS_MAX 64
#define ENTRIES_MAX 512 /* of a dynamic section */
#define SYMBOLS_MAX (1u << 22)
#define STRINGS_BYTES_MAX (64u << 20)
#define NOTES_BYTES_MAX 4096
#define VERSION_HIDDEN 0x8000
#define BUSY_NS UINT64_C(250000000)
#define BUSY_STEP_US 1000

/* ---- memory ---- */

int remote_open(struct remote *remote, pid_t pid, struct error *error)
{
	char path[64];

	memset(remote, 0, sizeof(*remote));
	remote->pid = pid;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	remote->memory = open(path, O_RDWR | O_CLOEXEC);
	if (remote->memory < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	return 0;
}

void remote_close(struct remote *remote)
{
	if (remote->memory >= 0)
		close(remote->memory);
	free(remote->objects);
	memset(remote, 0, sizeof(*remote));
	remote->memory = -1;
}

bool remote_read(const struct remote *remote, uint64_t address, void *bytes,
                 size_t size)
{
	return pread(remote->memory, bytes, size, (off_t)address) == (ssize_t)size;
}

bool remote_write(const struct remote *remote, uint64_t address, const void *bytes,
                  size_t size)
{
	return pwrite(remote->memory, bytes, size, (off_t)address) == (ssize_t)size;
}

uint64_t remote_word(const struct remote *remote, uint64_t address)
{
	uint64_t word = 0;

	return remote_read(remote, address, &word, sizeof(word)) ? word : 0;
}

static void text_read(const struct remote *remote, uint64_t address, char *text,
                      size_t size)
{
	ssize_t bytes = pread(remote->memory, text, size - 1, (off_t)address);

	text[bytes > 0 ? bytes : 0] = '\0';
}

/* ---- objects ---- */

static void vector_read(struct remote *remote)
{
	uint64_t pair[2];
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)remote->pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	while (file >= 0 && read(file, pair, sizeof(pair)) == sizeof(pair)) {
		if (pair[0] == AT_PHDR)
			remote->program_headers = pair[1];
		else if (pair[0] == AT_PHNUM)
			remote->program_header_count = pair[1];
	}
	if (file >= 0)
		close(file);
}

static void build_id_read(const struct remote *remote, struct remote_object *object,
                          uint64_t address, uint64_t size)
{
	uint8_t notes[NOTES_BYTES_MAX];
	size_t at = 0;

	if (size > sizeof(notes) || !remote_read(remote, address, notes, size))
		return;
	while (at + sizeof(Elf64_Nhdr) <= size) {
		Elf64_Nhdr note;
		size_t name, content;

		memcpy(&note, notes + at, sizeof(note));
		name = at + sizeof(note);
		content = name + ((note.n_namesz + 3) & ~(size_t)3);
		if (note.n_namesz > size || note.n_descsz > size ||
		    content + note.n_descsz > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp(notes + name, "GNU", 4) && note.n_descsz <= BUILD_ID_BYTES_MAX) {
			object->build_id_bytes = note.n_descsz;
			memcpy(object->build_id, notes + content, note.n_descsz);
			return;
		}
		at = content + ((note.n_descsz + 3) & ~(size_t)3);
	}
}

/* Read the program headers of an object: its code, its thread-local data, its build-id. */
static void headers_read(const struct remote *remote, struct remote_object *object,
                         uint64_t headers, size_t count)
{
	Elf64_Phdr header;
	size_t i;

	for (i = 0; i < count && i < HEADERS_MAX; i++) {
		if (!remote_read(remote, headers + i * sizeof(header), &header, sizeof(header)))
			return;
		if (header.p_type == PT_TLS) {
			object->tls_image = object->bias + header.p_vaddr;
			object->tls_file_bytes = header.p_filesz;
			object->tls_bytes = header.p_memsz;
		} else if (header.p_type == PT_LOAD && header.p_flags & PF_X &&
		           !object->code_end) {
			object->code_start = object->bias + header.p_vaddr;
			object->code_end = object->code_start + header.p_filesz;
		} else if (header.p_type == PT_NOTE && !object->build_id_bytes) {
			build_id_read(remote, object, object->bias + header.p_vaddr,
			              header.p_memsz);
		}
	}
}

static bool object_read(const struct remote *remote, struct remote_object *object,
                        uint64_t link_map, bool is_program)
{
	struct link_map map;
	Elf64_Ehdr elf;

	memset(object, 0, sizeof(*object));
	if (!remote_read(remote, link_map, &map, sizeof(map)))
		return false;
	object->link_map = link_map;
	object->bias = map.l_addr;
	object->dynamic = (uint64_t)(uintptr_t)map.l_ld;
	if (is_program) {
		headers_read(remote, object, remote->program_headers,
		             remote->program_header_count);
		return true;
	}
	text_read(remote, (uint64_t)(uintptr_t)map.l_name, object->name,
	          sizeof(object->name));
	/* An object whose first segment is elsewhere has nothing that is wanted here. */
	if (remote_read(remote, object->bias, &elf, sizeof(elf)) &&
	    !memcmp(elf.e_ident, ELFMAG, SELFMAG) && elf.e_phentsize == sizeof(Elf64_Phdr))
		headers_read(remote, object, object->bias + elf.e_phoff, elf.e_phnum);
	return true;
}

/* Address of r_debug; 0 and *error: there is none. */
static uint64_t list_find(const struct remote *remote, struct error *error)
{
	uint64_t bias = 0, dynamic = 0;
	Elf64_Phdr header;
	Elf64_Dyn entry;
	size_t i;

	for (i = 0; i < remote->program_header_count && i < HEADERS_MAX; i++) {
		if (!remote_read(remote, remote->program_headers + i * sizeof(header), &header,
		                 sizeof(header)))
			break;
		if (header.p_type == PT_PHDR)
			bias = remote->program_headers - header.p_vaddr;
		else if (header.p_type == PT_DYNAMIC)
			dynamic = header.p_vaddr;
	}
	if (!dynamic) {
		error_set(error, "is statically linked, nothing can be loaded into it: link it "
		                 "dynamically (without -static)");
		return 0;
	}
	for (i = 0; i < ENTRIES_MAX; i++) {
		if (!remote_read(remote, bias + dynamic + i * sizeof(entry), &entry,
		                 sizeof(entry)) ||
		    entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_DEBUG && entry.d_un.d_ptr)
			return entry.d_un.d_ptr;
	}
	error_set(error,
	          "its loader keeps no list of objects: it is linked as static-pie, or "
	          "has only just started");
	return 0;
}

int remote_objects(struct remote *remote, struct error *error)
{
	uint64_t until_ns = kernel_now_ns() + BUSY_NS, list, at;
	struct r_debug debug;

	vector_read(remote);
	list = list_find(remote, error);
	if (!list)
		return -1;
	for (;;) {
		if (!remote_read(remote, list, &debug, sizeof(debug)) || !debug.r_map)
			return error_set(error, "its loader keeps no list of objects: it has only "
			                        "just started, or is no glibc program");
		if (debug.r_state == RT_CONSISTENT)
			break;
		if (kernel_now_ns() > until_ns)
			return error_set(error, "is loading or unloading libraries all the time: "
			                        "try again");
		usleep(BUSY_STEP_US);
	}
	remote->count = 0;
	for (at = (uint64_t)(uintptr_t)debug.r_map; at && remote->count < OBJECTS_MAX;
	     at = remote_word(remote, at + offsetof(struct link_map, l_next))) {
		if (array_reserve(remote->objects, remote->capacity, remote->count + 1))
			return error_set(error, "out of memory");
		if (!object_read(remote, &remote->objects[remote->count], at, !remote->count))
			break;
		remote->count++;
	}
	return 0;
}

const struct remote_object *remote_named(const struct remote *remote, const char *file)
{
	size_t i;

	for (i = 0; i < remote->count; i++) {
		const char *slash = strrchr(remote->objects[i].name, '/');

		if (!strcmp(slash ? slash + 1 : remote->objects[i].name, file))
			return &remote->objects[i];
	}
	return NULL;
}

/* ---- symbols ---- */

struct tables {
	uint64_t symbols, strings, strings_bytes, hash, old_hash, versions;
};

static void tables_find(const struct remote *remote, const struct remote_object *object,
                        struct tables *tables)
{
	Elf64_Dyn entry;
	size_t i;

	memset(tables, 0, sizeof(*tables));
	for (i = 0; i < ENTRIES_MAX; i++) {
		uint64_t value;

		if (!remote_read(remote, object->dynamic + i * sizeof(entry), &entry,
		                 sizeof(entry)) ||
		    entry.d_tag == DT_NULL)
			return;
		value = entry.d_un.d_ptr < object->bias ? entry.d_un.d_ptr + object->bias
		                                        : entry.d_un.d_ptr;
		switch (entry.d_tag) {
		case DT_SYMTAB: tables->symbols = value; break;
		case DT_STRTAB: tables->strings = value; break;
		case DT_STRSZ: tables->strings_bytes = entry.d_un.d_val; break;
		case DT_GNU_HASH: tables->hash = value; break;
		case DT_HASH: tables->old_hash = value; break;
		case DT_VERSYM: tables->versions = value; break;
		default: break;
		}
	}
}

/* How many symbols a GNU hash table covers, with those before: the end of its last chain. */
static size_t hash_count(const struct remote *remote, uint64_t hash)
{
	uint32_t head[4], bucket, last = 0, word, i;
	uint64_t buckets, chains;

	if (!remote_read(remote, hash, head, sizeof(head)) || head[0] > SYMBOLS_MAX ||
	    head[2] > SYMBOLS_MAX)
		return 0;
	buckets = hash + sizeof(head) + head[2] * UINT64_C(8);
	chains = buckets + head[0] * UINT64_C(4);
	for (i = 0; i < head[0]; i++) {
		if (!remote_read(remote, buckets + i * UINT64_C(4), &bucket, sizeof(bucket)))
			return 0;
		last = bucket > last ? bucket : last;
	}
	if (last < head[1])
		return head[1];
	do {
		if (!remote_read(remote, chains + (last - head[1]) * UINT64_C(4), &word,
		                 sizeof(word)))
			return 0;
	} while (!(word & 1) && ++last < SYMBOLS_MAX);
	return last + 1;
}

static size_t symbols_count(const struct remote *remote, const struct tables *tables)
{
	uint32_t head[2];

	if (tables->hash)
		return hash_count(remote, tables->hash);
	if (tables->old_hash && remote_read(remote, tables->old_hash, head, sizeof(head)))
		return head[1];
	return 0;
}

int remote_symbols_read(const struct remote *remote, const struct remote_object *object,
                        struct remote_symbols *symbols)
{
	struct tables tables;

	memset(symbols, 0, sizeof(*symbols));
	tables_find(remote, object, &tables);
	symbols->object = object;
	symbols->count = symbols_count(remote, &tables);
	symbols->strings_bytes = tables.strings_bytes;
	if (!symbols->count || symbols->count > SYMBOLS_MAX || !symbols->strings_bytes ||
	    symbols->strings_bytes > STRINGS_BYTES_MAX)
		return -1;
	symbols->symbols = malloc(symbols->count * sizeof(Elf64_Sym));
	symbols->versions = calloc(symbols->count, sizeof(uint16_t));
	symbols->strings = malloc(symbols->strings_bytes);
	if (symbols->symbols && symbols->versions && symbols->strings &&
	    remote_read(remote, tables.symbols, symbols->symbols,
	                symbols->count * sizeof(Elf64_Sym)) &&
	    remote_read(remote, tables.strings, symbols->strings, symbols->strings_bytes)) {
		symbols->strings[symbols->strings_bytes - 1] = '\0';
		if (tables.versions)
			remote_read(remote, tables.versions, symbols->versions,
			            symbols->count * sizeof(uint16_t));
		return 0;
	}
	remote_symbols_release(symbols);
	return -1;
}

void remote_symbols_release(struct remote_symbols *symbols)
{
	free(symbols->symbols);
	free(symbols->versions);
	free(symbols->strings);
	memset(symbols, 0, sizeof(*symbols));
}

/* The i-th symbol, if it is defined; its name is "" if that is outside the table. */
static bool symbol_get(const struct remote_symbols *symbols, size_t i,
                       Elf64_Sym *symbol, const char **name)
{
	*symbol = symbols->symbols[i];
	*name = symbol->st_name < symbols->strings_bytes
	            ? symbols->strings + symbol->st_name
	            : "";
	return symbol->st_shndx != SHN_UNDEF && symbol->st_value;
}

uint64_t remote_symbol(const struct remote_symbols *symbols, const char *name)
{
	const char *found;
	Elf64_Sym symbol;
	size_t i;

	for (i = 0; i < symbols->count; i++) {
		if (!(symbols->versions[i] & VERSION_HIDDEN) &&
		    symbol_get(symbols, i, &symbol, &found) && !strcmp(found, name))
			return symbols->object->bias + symbol.st_value;
	}
	return 0;
}

const char *remote_symbol_at(const struct remote_symbols *symbols, uint64_t address)
{
	const char *name;
	Elf64_Sym symbol;
	size_t i;

	for (i = 0; i < symbols->count; i++) {
		if (symbol_get(symbols, i, &symbol, &name) &&
		    ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
		    symbols->object->bias + symbol.st_value == address)
			return name;
	}
	return NULL;
}
