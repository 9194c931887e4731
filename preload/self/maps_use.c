/*
 * self/maps_use.c - sizes of a mapping: out of text, into bytes.
 */
#include "self/maps_use.h"

#include "system/system.h"

#define NAME(text, field)             \
	{                                 \
		text ":", sizeof(text), field \
	}

/* From Linux, Documentation/filesystems/proc.rst; several fields may add to one count. */
static const struct {
	char name[24];
	uint8_t bytes, field;
} names[] = {
	NAME("Rss", MAPS_USE_RSS),
	NAME("Pss", MAPS_USE_PSS),
	NAME("Shared_Clean", MAPS_USE_SHARED_CLEAN),
	NAME("Shared_Dirty", MAPS_USE_SHARED_DIRTY),
	NAME("Private_Clean", MAPS_USE_PRIVATE_CLEAN),
	NAME("Private_Dirty", MAPS_USE_PRIVATE_DIRTY),
	NAME("Anonymous", MAPS_USE_ANONYMOUS),
	NAME("AnonHugePages", MAPS_USE_HUGE),
	NAME("ShmemPmdMapped", MAPS_USE_HUGE),
	NAME("FilePmdMapped", MAPS_USE_HUGE),
	NAME("Shared_Hugetlb", MAPS_USE_HUGE),
	NAME("Private_Hugetlb", MAPS_USE_HUGE),
	NAME("Swap", MAPS_USE_SWAP),
	NAME("SwapPss", MAPS_USE_SWAP_PSS),
	NAME("Locked", MAPS_USE_LOCKED),
};

/* "VmFlags: rd wr mr mw me gd ac ": two letters each. */
static bool flags_grow_down(const char *line, const char *end)
{
	for (line += 9; end - line >= 2; line += 3) {
		if (line[0] == 'g' && line[1] == 'd')
			return true;
	}
	return false;
}

static uint64_t number_read(const char *at, const char *end)
{
	uint64_t number = 0;

	for (; at < end && *at == ' '; at++)
		;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	return number;
}

void maps_use_take(struct maps_use *use, const char *line, const char *end)
{
	size_t bytes = (size_t)(end - line);

	if (bytes > 9 && !memcmp(line, "VmFlags: ", 9))
		use->grows_down = flags_grow_down(line, end);
	/* Most are "Name:           0 kB". */
	if (bytes < 6 || memcmp(end - 3, " kB", 3) != 0 || !memcmp(end - 5, " 0", 2))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (bytes > names[i].bytes && line[0] == names[i].name[0] &&
		    !memcmp(line, names[i].name, names[i].bytes))
			use->sizes_kib[names[i].field] += number_read(line + names[i].bytes, end);
	}
}

uint32_t maps_use_put(const struct maps_use *use, uint8_t *to)
{
	uint16_t mask = use->grows_down ? 1u << MAPS_USE_GROWS_DOWN : 0;
	uint8_t *at = to + sizeof(mask);
	uint64_t left;

	for (uint32_t i = 0; i < MAPS_USE_FIELDS; i++) {
		if (!use->sizes_kib[i])
			continue;
		mask |= (uint16_t)(1u << i);
		for (left = use->sizes_kib[i]; left >= 0x80; left >>= 7)
			*at++ = (uint8_t)(left | 0x80);
		*at++ = (uint8_t)left;
	}
	memcpy(to, &mask, sizeof(mask));
	return (uint32_t)(at - to);
}
