/*
 * elf/coroutines.c - knows coroutines by the symbols of their parts. For f(int), "_Z1fi", clang has
 * "_Z1fi.resume", and gcc "_Z1fPZ1fiE11_Z1fi.Frame.actor": a function of a type in f(int), whose
 * name "_Z1fi.Frame" follows its length.
 */
#include "elf/coroutines.h"

#include "base/array.h"
#include "elf/cxx_name.h"
#include "elf/demangle.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 512 /* of a name; what is longer is cut */

#define RESUME ".resume"
#define FRAME ".Frame"
#define ACTOR FRAME ".actor"

/* Whether the digits before `at` end with the number, as it is written. */
static bool follows_number(const char *name, const char *at, size_t number)
{
	for (; number; number /= 10) {
		if (at == name || *--at != (char)('0' + number % 10))
			return false;
	}
	return true;
}

/* Where the coroutine's name begins, which ends where that of its frame's type does; or NULL. */
static const char *frame_function(const char *name, const char *end)
{
	const char *at;

	for (at = end - 1; at > name; at--) {
		if (follows_number(name, at, (size_t)(end - at) + strlen(FRAME)))
			return at;
	}
	return NULL;
}

/* Find the coroutine's name in that of a part. False: it is no such part. */
static bool part_take(const char *name, const char **from, size_t *bytes,
                      bool *has_body)
{
	const char *end = strstr(name, ACTOR);

	*has_body = !end;
	*from = end ? frame_function(name, end) : name;
	if (!end) {
		end = strstr(name, RESUME);
		if (!end || (end[strlen(RESUME)] && end[strlen(RESUME)] != '.'))
			return false;
	}
	*bytes = *from ? (size_t)(end - *from) : 0;
	return *bytes != 0;
}

/* Skip the "()" or "<>" at `at`, or the parameters of a lambda, "(int)"; or nothing. */
static const char *bracket_skip(const char *at)
{
	const char *end = *at == '(' ? strchr(at, ')') : NULL;

	if (!strncmp(at, "<>", 2))
		return at + 2;
	return end && strncmp(at, "(anonymous", strlen("(anonymous")) ? end + 1 : at;
}

/* Write the name without parameters, template arguments and what follows them. */
static const char *name_bare(char *to, const char *name)
{
	char brief[TEXT_BYTES], *out = to;
	const char *at, *end;

	function_name_short(brief, sizeof(brief), name);
	for (at = brief; *at; at = end) {
		end = bracket_skip(at);
		if (end != at && *end == ' ')
			break; /* " const" */
		if (end == at)
			*out++ = *end++;
	}
	*out = 0;
	return to;
}

/* Whether a name is another one, or ends it after a scope. */
static bool is_end_of(const char *end, const char *name)
{
	size_t bytes = strlen(end), all = strlen(name);

	return bytes && bytes <= all && !strcmp(name + all - bytes, end) &&
	       (bytes == all || name[all - bytes - 1] == ':');
}

static int coroutine_take(struct coroutine *to, const char *name, size_t bytes,
                          bool has_body)
{
	char bare[TEXT_BYTES], *text;

	*to = (struct coroutine){ .name = strndup(name, bytes), .has_body = has_body };
	text = to->name ? demangle(to->name) : NULL;
	if (text)
		to->text = strdup(name_bare(bare, text));
	free(text);
	return to->name ? 0 : -1;
}

static int coroutine_compare(const void *one, const void *two)
{
	const struct coroutine *a = one, *b = two;

	return strcmp(a->name, b->name);
}

int coroutines_read(struct coroutines *coroutines, const struct elf_symbols *symbols)
{
	const char *name, *from;
	bool has_body;
	size_t i, bytes;

	for (i = 0; (name = elf_symbols_name(symbols, i)); i++) {
		if (!part_take(name, &from, &bytes, &has_body))
			continue;
		if (array_reserve(coroutines->items, coroutines->capacity,
		                  coroutines->count + 1) ||
		    coroutine_take(&coroutines->items[coroutines->count], from, bytes,
		                   has_body))
			return -1;
		coroutines->count++;
	}
	if (coroutines->count)
		qsort(coroutines->items, coroutines->count, sizeof(*coroutines->items),
		      coroutine_compare);
	return 0;
}

void coroutines_release(struct coroutines *coroutines)
{
	size_t i;

	for (i = 0; i < coroutines->count; i++) {
		free(coroutines->items[i].name);
		free(coroutines->items[i].text);
	}
	free(coroutines->items);
	*coroutines = (struct coroutines){ .items = NULL };
}

const struct coroutine *coroutines_find(const struct coroutines *coroutines,
                                        const char *name)
{
	const struct coroutine like = { .name = (char *)name }, *found;
	char bare[TEXT_BYTES];
	size_t i;

	if (!coroutines->count)
		return NULL;
	found = bsearch(&like, coroutines->items, coroutines->count,
	                sizeof(*coroutines->items), coroutine_compare);
	if (found || !strncmp(name, "_Z", 2))
		return found;
	name_bare(bare, name);
	for (i = 0; i < coroutines->count; i++) {
		if (coroutines->items[i].text && is_end_of(bare, coroutines->items[i].text))
			return &coroutines->items[i];
	}
	return NULL;
}
