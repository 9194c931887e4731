/*
 * self/maps_kind.c - reads the headers at the start of anonymous mappings.
 */
#include "self/maps_kind.h"

#include <elf.h>

#include "system/system.h"

#define SEGMENTS_READ_MAX 16
#define MEMORY_UNOPENED (-1)
#define THREAD_ALIGNMENT 64              /* of struct pthread */
#define ARENA_BYTES (UINT64_C(64) << 20) /* malloc/arena.c: HEAP_MAX_SIZE */
/* The smallest block that glibc maps by default has 128 KiB; it may have been shrunk since. */
#define LARGE_BYTES_MIN (UINT64_C(64) << 10)

struct maps_reading maps_reading_begin(uint32_t pieces)
{
	return (struct maps_reading){ MEMORY_UNOPENED, system_filter_mode() ? 0 : pieces };
}

void maps_reading_end(struct maps_reading *reading)
{
	if (reading->memory >= 0)
		system_close(reading->memory);
	reading->memory = MEMORY_UNOPENED;
}

/* False: the memory is unmapped, swapped out, or unreadable. */
static bool memory_read(struct maps_reading *reading, uint64_t address, void *to,
                        size_t bytes)
{
	if (!reading->pieces_left)
		return false;
	reading->pieces_left--;
	if (reading->memory < 0)
		reading->memory = system_open("/proc/self/mem", O_RDONLY | O_CLOEXEC, 0);
	if (reading->memory < 0)
		reading->pieces_left = 0;
	return reading->memory >= 0 && system_is_resident(address) &&
	       system_read_at(reading->memory, to, bytes, address) == (long)bytes;
}

bool maps_reading_words(struct maps_reading *reading, uint64_t address,
                        uint64_t words[2])
{
	return memory_read(reading, address, words, 2 * sizeof(*words));
}

/*
 * What begins with these words: 0, or its size, and its kind. A large block of glibc has its
 * size, whole pages, in the second word, with bit 1 set (malloc/malloc.c).
 */
static uint64_t piece_bytes(const uint64_t words[2], enum maps_kind *kind)
{
	uint64_t bytes = words[1];

	*kind = MAPS_KIND_OWN;
	if (words[0] != OWN_HEADER_MAGIC) {
		*kind = MAPS_KIND_MALLOC;
		if (words[0] >= ARCH_PAGE_BYTES || (bytes & 7) != 2)
			return 0;
		bytes &= ~UINT64_C(7);
	}
	return bytes % ARCH_PAGE_BYTES ? 0 : bytes;
}

/* The kernel joins neighbouring mappings: what most of the mapping holds decides. */
enum maps_kind maps_reading_kind(struct maps_reading *reading, uint64_t start,
                                 uint64_t end)
{
	uint64_t at = start, bytes, words[2] = { 0 }, sums[MAPS_KIND_MALLOC + 1] = { 0 };
	enum maps_kind kind;

	while (at < end && memory_read(reading, at, words, sizeof(words))) {
		bytes = piece_bytes(words, &kind);
		if (!bytes || bytes > end - at ||
		    (kind == MAPS_KIND_MALLOC && end - start < LARGE_BYTES_MIN))
			break;
		sums[kind] += bytes;
		at += bytes;
	}
	if ((at - start) * 2 <= end - start)
		return MAPS_KIND_UNTOLD;
	return sums[MAPS_KIND_MALLOC] >= sums[MAPS_KIND_OWN] ? MAPS_KIND_MALLOC
	                                                     : MAPS_KIND_OWN;
}

/* Where the file's headers and its first segments are. */
struct elf_head {
	Elf64_Ehdr header;
	Elf64_Phdr segments[SEGMENTS_READ_MAX];
};

/* Linkers put the program headers right behind the ELF header. */
static bool head_is_good(const Elf64_Ehdr *header)
{
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_phoff == sizeof(*header) &&
	       header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum <= SEGMENTS_READ_MAX;
}

static uint64_t page_up(uint64_t address)
{
	return (address + ARCH_PAGE_BYTES - 1) & ~(ARCH_PAGE_BYTES - 1);
}

/* The part of [start, end) that is bss of a segment of the file. */
static uint64_t bss_bytes(const Elf64_Phdr *segment, uint64_t bias, uint64_t start,
                          uint64_t end)
{
	uint64_t first = page_up(bias + segment->p_vaddr + segment->p_filesz);
	uint64_t last = page_up(bias + segment->p_vaddr + segment->p_memsz);

	first = first > start ? first : start;
	last = last < end ? last : end;
	return last > first ? last - first : 0;
}

enum maps_kind maps_reading_bss(struct maps_reading *reading, uint64_t base,
                                uint64_t start, uint64_t end)
{
	struct elf_head head;
	uint64_t bytes = 0, bias = 0;
	bool has_bias = false;

	if (!memory_read(reading, base, &head, sizeof(head)) || !head_is_good(&head.header))
		return MAPS_KIND_UNTOLD;
	for (uint16_t i = 0; i < head.header.e_phnum; i++) {
		if (head.segments[i].p_type != PT_LOAD)
			continue;
		/* The first segment begins where the file is mapped. */
		if (!has_bias)
			bias = base - (head.segments[i].p_vaddr & ~(ARCH_PAGE_BYTES - 1));
		has_bias = true;
		bytes += bss_bytes(&head.segments[i], bias, start, end);
	}
	return bytes * 2 > end - start ? MAPS_KIND_BSS : MAPS_KIND_APART;
}

/*
 * glibc keeps a thread's struct pthread at the end of its stack; the first and the third word of
 * it hold its own address (tcbhead_t, sysdeps/x86_64/nptl/tls.h). A stack that is kept for the
 * next thread has it as well.
 */
enum maps_kind maps_reading_stack(struct maps_reading *reading, uint64_t end)
{
	static uint64_t words[ARCH_PAGE_BYTES / sizeof(uint64_t)];
	uint64_t address = end - ARCH_PAGE_BYTES;

	if (!reading->pieces_left)
		return MAPS_KIND_UNTOLD;
	if (!memory_read(reading, address, words, sizeof(words)))
		return reading->pieces_left ? MAPS_KIND_GUARDED : MAPS_KIND_UNTOLD;
	for (uint32_t i = 0; i + 2 < ARCH_PAGE_BYTES / sizeof(uint64_t);
	     i += THREAD_ALIGNMENT / sizeof(uint64_t)) {
		if (words[i] == address + i * sizeof(uint64_t) && words[i + 2] == words[i])
			return MAPS_KIND_STACK;
	}
	return MAPS_KIND_GUARDED;
}

/*
 * An arena of glibc consists of heaps. A heap begins with the address of the arena's state, which
 * is right behind the header of the first heap, and that of the heap before it, or 0.
 */
bool maps_reading_is_no_arena(struct maps_reading *reading, uint64_t start)
{
	uint64_t words[2] = { 0 }, offset;

	if (start % ARENA_BYTES || !memory_read(reading, start, words, sizeof(words)))
		return false;
	offset = words[0] % ARENA_BYTES;
	return !offset || offset % 16 || offset >= ARCH_PAGE_BYTES ||
	       words[1] % ARENA_BYTES || (words[0] - offset == start) != !words[1];
}
