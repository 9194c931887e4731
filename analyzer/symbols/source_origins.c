/* symbols/source_origins.c - numbers texts; the pool keeps each text once. */
#include "symbols/source_origins.h"

#include "base/array.h"
#include "base/text.h"

void source_origins_release(struct source_origins *origins)
{
	text_pool_release(&origins->texts);
	free(origins->list);
	hash_index_release(&origins->index);
}

static uint64_t origin_hash_of(const void *context, uint32_t number)
{
	return hash_words((uintptr_t)((const struct source_origins *)context)->list[number],
	                  0);
}

static bool origin_is(const void *context, uint32_t number, const void *text)
{
	return ((const struct source_origins *)context)->list[number] == text;
}

static uint32_t text_number(struct source_origins *origins, const char *text)
{
	const char *kept = text_pool_keep(&origins->texts, text);
	uint64_t hash = hash_words((uintptr_t)kept, 0);
	uint32_t number;

	if (!kept)
		return 0;
	number = hash_index_find(&origins->index, hash, origin_is, origins, kept);
	if (number)
		return number;
	number = (uint32_t)origins->count + 1;
	if (array_reserve(origins->list, origins->capacity, number + 1))
		return 0;
	origins->list[number] = kept;
	if (hash_index_add(&origins->index, hash, number, origin_hash_of, origins))
		return 0;
	origins->count = number;
	return number;
}

uint32_t source_origins_number(struct source_origins *origins, const char *name,
                               const char *declared)
{
	struct text text = { NULL, 0, 0 };
	uint32_t number = 0;

	if (!text_printf(&text, "%s\n%s", name, declared))
		number = text_number(origins, text.data);
	text_release(&text);
	return number;
}
