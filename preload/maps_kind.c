/*
 * maps_kind.c - marks and headers at the start of anonymous mappings. Layer 3.
 */
#include "maps_kind.h"

#include "system.h"

#define PAGE_BYTES UINT64_C(4096)
#define MEMORY_UNOPENED (-1)
/* By default such a block has 128 KiB; one may have been shrunk since. */
#define LARGE_BYTES_MIN (UINT64_C(64) << 10)

struct maps_look maps_look_begin(uint32_t pieces)
{
	return (struct maps_look){ MEMORY_UNOPENED, system_filter_mode() ? 0 : pieces };
}

void maps_look_end(struct maps_look *look)
{
	if (look->memory >= 0)
		system_close(look->memory);
	look->memory = MEMORY_UNOPENED;
}

/* Two words; false: they are not there, or in swap, or not to be read. */
static bool words_read(struct maps_look *look, uint64_t address, uint64_t words[2])
{
	if (!look->pieces_left)
		return false;
	look->pieces_left--;
	if (look->memory < 0)
		look->memory = system_open("/proc/self/mem", O_RDONLY | O_CLOEXEC, 0);
	if (look->memory < 0)
		look->pieces_left = 0;
	return look->memory >= 0 && system_is_resident(address) &&
	       system_read_at(look->memory, words, 16, address) == 16;
}

/*
 * What begins so: 0, or its size, and what it is. A large block of glibc has its size,
 * whole pages, in the second word, with bit 1 set (malloc/malloc.c).
 */
static uint64_t piece_bytes(const uint64_t words[2], enum maps_kind *kind)
{
	uint64_t bytes = words[1];

	*kind = MAPS_KIND_OWN;
	if (words[0] != OWN_MARK_MAGIC) {
		*kind = MAPS_KIND_MALLOC;
		if (words[0] >= PAGE_BYTES || (bytes & 7) != 2)
			return 0;
		bytes &= ~UINT64_C(7);
	}
	return bytes % PAGE_BYTES ? 0 : bytes;
}

/* The kernel joins what lies next to each other; most of the mapping decides. */
enum maps_kind maps_look_kind(struct maps_look *look, uint64_t start, uint64_t end)
{
	uint64_t at = start, bytes, words[2], sums[MAPS_KIND_MALLOC + 1] = { 0 };
	enum maps_kind kind;

	while (at < end && words_read(look, at, words)) {
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
