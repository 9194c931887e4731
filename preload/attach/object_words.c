/*
 * attach/object_words.c - reads the relocations of an object from memory: its file may have been
 * replaced since.
 */
#include "attach/object_words.h"

#include <elf.h>
#include <linux/futex.h>
#include <sys/auxv.h>

#include "hooks/table.h"
#include "modules/dynamic_symbols.h"
#include "system/control.h"
#include "system/system.h"

/* ---- its memory -------------------------------------------------------------------- */

static void bounds_read(struct object *object, const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;
		uintptr_t end = start + segment->p_memsz;

		switch (segment->p_type) {
		case PT_LOAD:
			object->start = start < object->start ? start : object->start;
			object->end = end > object->end ? end : object->end;
			break;
		case PT_GNU_RELRO: /* rounded as the loader does it */
			object->relro_start = start & ~(uintptr_t)(ARCH_PAGE_BYTES - 1);
			object->relro_end = end & ~(uintptr_t)(ARCH_PAGE_BYTES - 1);
			break;
		case PT_DYNAMIC: object->dynamic = (const ElfW(Dyn) *)start; break;
		default: break;
		}
	}
}

static struct object program;

/* Its PLT entry, not a function of its own: that calls through a word of the program's. */
static bool is_programs_way(uintptr_t held)
{
	return object_holds(&program, held);
}

bool object_open(struct object *object, const struct dl_phdr_info *info)
{
	*object = (struct object){ .bias = info->dlpi_addr, .start = UINTPTR_MAX };
	bounds_read(object, info);
	if ((uintptr_t)info->dlpi_phdr == getauxval(AT_PHDR))
		program = *object; /* the first of the list */
	return object->dynamic && object->start < object->end &&
	       !object_holds(object, (uintptr_t)&outlive_control) &&
	       !object_holds(object, _r_debug.r_ldbase) &&
	       !object_holds(object, getauxval(AT_SYSINFO_EHDR));
}

void object_close(struct object *object)
{
	if (object->has_opened)
		system_protect((void *)object->relro_start,
		               object->relro_end - object->relro_start, PROT_READ);
	object->has_opened = false;
}

/* Ask the kernel to add 0 to half of the word: it refuses where the page cannot be written. */
static bool is_writable(uintptr_t *place)
{
	uint32_t unused = 0;

	return system_call(SYS_futex, (long)&unused, FUTEX_WAKE_OP_PRIVATE, 0, 0,
	                   (long)place, FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)) >= 0;
}

static bool page_open(struct object *object, uintptr_t *place)
{
	uintptr_t page = (uintptr_t)place & ~(uintptr_t)(ARCH_PAGE_BYTES - 1);

	if (page == object->page)
		return true;
	if (!is_writable(place)) {
		if (page < object->relro_start || page >= object->relro_end ||
		    system_protect((void *)object->relro_start,
		                   object->relro_end - object->relro_start,
		                   PROT_READ | PROT_WRITE) < 0)
			return false;
		object->has_opened = true;
		if (!is_writable(place))
			return false;
	}
	object->page = page;
	return true;
}

bool object_write(struct object *object, uintptr_t *place, uintptr_t value)
{
	if (!page_open(object, place))
		return false;
	/* Release: whoever calls through it sees what the hook needs. */
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
	return true;
}

/* ---- its relocations ---------------------------------------------------------------- */

struct tables {
	const ElfW(Rela) * of_data, *of_calls;
	size_t data_bytes, calls_bytes;
	struct dynamic_symbols symbols;
};

/* glibc has added the bias to such pointers, unless the section is read-only. */
static const void *pointer_of(const struct object *object, uintptr_t address)
{
	return (const void *)(address < object->bias ? address + object->bias : address);
}

static bool tables_read(const struct object *object, struct tables *tables)
{
	const struct link_map map = { .l_addr = object->bias,
		                          .l_ld = (ElfW(Dyn) *)object->dynamic };
	bool is_rela = true;

	*tables = (struct tables){ 0 };
	for (const ElfW(Dyn) *entry = object->dynamic; entry->d_tag != DT_NULL; entry++) {
		uintptr_t value = entry->d_un.d_val;

		switch (entry->d_tag) {
		case DT_RELA: tables->of_data = pointer_of(object, value); break;
		case DT_RELASZ: tables->data_bytes = value; break;
		case DT_JMPREL: tables->of_calls = pointer_of(object, value); break;
		case DT_PLTRELSZ: tables->calls_bytes = value; break;
		case DT_PLTREL: is_rela = value == DT_RELA; break;
		default: break;
		}
	}
	if (!tables->of_data)
		tables->data_bytes = 0;
	if (!tables->of_calls || !is_rela)
		tables->calls_bytes = 0;
	return dynamic_symbols_read(&map, &tables->symbols);
}

struct visit {
	struct object *object;
	const struct tables *tables;
	void (*call)(void *context, struct object *object,
	             const struct candidate *candidate);
	void *context;
	uint32_t foreign;
};

/* Whether the word is to be bound at its first call: it leads into the object's own PLT. */
static bool is_way(const struct visit *visit, const ElfW(Sym) * symbol, uint32_t type,
                   uintptr_t held)
{
	return type == ARCH_RELOCATION_CALL && symbol->st_shndx == SHN_UNDEF &&
	       object_holds(visit->object, held);
}

static void word_visit(struct visit *visit, const ElfW(Rela) * entry)
{
	const struct dynamic_symbols *symbols = &visit->tables->symbols;
	uint32_t type = ELF64_R_TYPE(entry->r_info), index = ELF64_R_SYM(entry->r_info);
	const ElfW(Sym) *symbol = &symbols->symbols[index];
	uintptr_t *place = (uintptr_t *)(visit->object->bias + entry->r_offset), held;
	struct hook_choice choice;

	if (!index || !arch_relocation_is_pointer(type) ||
	    symbol->st_name >= symbols->strings_bytes ||
	    (type == ARCH_RELOCATION_DATA && entry->r_addend) ||
	    !hook_choose(symbols->strings + symbol->st_name, visit->object->start, &choice))
		return;
	held = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	if (held == choice.ours)
		return;
	if (held == choice.real || is_way(visit, symbol, type, held))
		visit->call(visit->context, visit->object,
		            &(struct candidate){ place, held, choice.ours, choice.is_unwinding,
		                                 choice.is_resume });
	else if (!is_programs_way(held))
		visit->foreign++;
}

static void table_visit(struct visit *visit, const ElfW(Rela) * table, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*table); i++)
		word_visit(visit, &table[i]);
}

uint32_t object_candidates(struct object *object,
                           void (*call)(void *context, struct object *object,
                                        const struct candidate *candidate),
                           void *context)
{
	struct tables tables;
	struct visit visit = { object, &tables, call, context, 0 };

	if (!tables_read(object, &tables))
		return 0;
	table_visit(&visit, tables.of_data, tables.data_bytes);
	table_visit(&visit, tables.of_calls, tables.calls_bytes);
	return visit.foreign;
}
