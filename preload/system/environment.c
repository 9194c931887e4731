/*
 * system/environment.c - put our variables into the environment of another program.
 */
#include "system/environment.h"

#include <dlfcn.h>

#include "system/system.h"

#define KEPT_MAX 16
#define KEPT_BYTES 2048
#define LIBRARY_BYTES 1024
#define PRELOAD_BYTES_MAX 4096
#define PRELOAD "LD_PRELOAD="
#define OURS "OUTLIVE_"
#define DIRECTORY OURS "DIR="

/* Written at our start, before any other thread runs; only read from then on. */
static char kept_text[KEPT_BYTES]; /* strings NAME=VALUE, each with its NUL */
static size_t kept_bytes;
static char *kept[KEPT_MAX];
static uint32_t kept_count;
static char library[LIBRARY_BYTES]; /* "": nothing is passed on */
static size_t library_bytes;        /* without its NUL */

/* Returns the rest of `text` after `prefix`; NULL: it does not begin with `prefix`. */
static const char *text_after(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix) {
		text++;
		prefix++;
	}
	return *prefix ? NULL : text;
}

/* Whether two strings NAME=VALUE have the same name. */
static bool names_equal(const char *a, const char *b)
{
	while (*a && *a != '=' && *a == *b) {
		a++;
		b++;
	}
	return *a == '=' && *b == '=';
}

static bool texts_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/*
 * Copy `text` with its NUL. Returns the address of that NUL; `end`: there is not enough room.
 */
static char *text_put(char *at, const char *end, const char *text)
{
	while (at < end && (*at = *text)) {
		at++;
		text++;
	}
	return at;
}

/* ---- at our start -------------------------------------------------------------- */

void environment_keep(const char *name, const char *value)
{
	char *text = kept_text + kept_bytes, *at = text;
	const char *end = kept_text + sizeof(kept_text);
	uint32_t i = 0;

	if (!text_after(name, OURS))
		return;
	at = text_put(at, end, name);
	at = text_put(at, end, "=");
	at = text_put(at, end, value);
	if (at == end)
		return;
	while (i < kept_count && !names_equal(kept[i], text))
		i++;
	if (i == KEPT_MAX)
		return;
	kept[i] = text; /* the last value of a name counts, as for the recorder */
	kept_count += i == kept_count;
	kept_bytes = (size_t)(at + 1 - kept_text);
}

void environment_start(void)
{
	const char *end = library + sizeof(library);
	Dl_info about;
	char *at;

	if (!dladdr(kept_text, &about) || !about.dli_fname)
		return;
	at = text_put(library, end, about.dli_fname);
	library_bytes = (size_t)(at - library);
	/* The loader would split such a path in LD_PRELOAD. */
	for (const char *c = library; c < at; c++) {
		if (*c == ':' || *c == ' ')
			library[0] = '\0';
	}
	if (at == end)
		library[0] = '\0';
}

const char *environment_library(void)
{
	return library;
}

/* ---- at an exec ---------------------------------------------------------------- */

/* Whether an LD_PRELOAD contains this library, or one that must come before it. */
enum preload_kind { PRELOAD_WITHOUT, PRELOAD_WITH, PRELOAD_HOSTILE };

/* Returns the file name of a path that has `bytes` bytes. */
static const char *path_name(const char *path, size_t bytes)
{
	while (bytes && path[bytes - 1] != '/')
		bytes--;
	return path + bytes;
}

/* Classify one path of LD_PRELOAD by its file name; the directory does not count. */
static enum preload_kind path_kind(const char *path, size_t bytes)
{
	const char *name = path_name(path, bytes);

	if (text_after(name, path_name(library, library_bytes)) == path + bytes)
		return PRELOAD_WITH;
	if (text_after(name, "libasan.so") || text_after(name, "libclang_rt.asan"))
		return PRELOAD_HOSTILE;
	return PRELOAD_WITHOUT;
}

/* ASan ends the program if it is not first; if we came after it, we would record nothing. */
static enum preload_kind preload_kind(const char *value, size_t *bytes)
{
	enum preload_kind found = PRELOAD_WITHOUT, kind;
	const char *path = value, *at = value;

	for (;; at++) {
		if (*at && *at != ':' && *at != ' ')
			continue;
		kind = path_kind(path, (size_t)(at - path));
		if (kind == PRELOAD_WITH)
			return kind;
		if (kind == PRELOAD_HOSTILE)
			found = kind;
		if (!*at)
			break;
		path = at + 1;
	}
	*bytes = (size_t)(at - value);
	return found;
}

/* Remember that one of our variables is there. False: it belongs to another recording. */
static bool variable_set(struct handover *handover, const char *variable)
{
	for (uint32_t i = 0; i < kept_count; i++) {
		if (!names_equal(kept[i], variable))
			continue;
		handover->missing &= ~(UINT32_C(1) << i);
		return !text_after(variable, DIRECTORY) || texts_equal(kept[i], variable);
	}
	return true;
}

/* Read the environment. False: leave it alone, whatever it lacks. */
static bool environment_read(struct handover *handover)
{
	bool is_ours = true;
	size_t i;

	handover->preload = SIZE_MAX;
	for (i = 0; handover->environment; i++) {
		char *const *entry = &handover->environment[i];
		const char *variable;

		/* The kernel refuses an array or a string that cannot be read. */
		if (!system_is_readable_byte(entry))
			return false;
		variable = *entry;
		if (!variable)
			break;
		if (!system_is_readable_byte(variable))
			return false;
		/* The last variable of a name counts. */
		if (*variable == *PRELOAD && text_after(variable, PRELOAD))
			handover->preload = i;
		else if (*variable == *OURS && text_after(variable, OURS))
			is_ours = variable_set(handover, variable);
		if (!is_ours)
			return false;
	}
	handover->count = i;
	if (handover->preload > i)
		handover->preload = i;
	return true;
}

/* Check whether LD_PRELOAD lacks this library. False: it does, and we cannot add it. */
static bool preload_check(struct handover *handover)
{
	const char *value;
	size_t bytes = 0;

	handover->preload_bytes = sizeof(PRELOAD) + library_bytes;
	if (handover->preload == handover->count)
		return true;
	value = text_after(handover->environment[handover->preload], PRELOAD);
	switch (preload_kind(value, &bytes)) {
	case PRELOAD_WITHOUT: break;
	case PRELOAD_WITH: handover->preload_bytes = 0; return true;
	case PRELOAD_HOSTILE: return false;
	}
	if (bytes)
		handover->preload_bytes += 1 + bytes;
	return bytes < PRELOAD_BYTES_MAX;
}

/* The loader will not find this library: take it out of LD_PRELOAD. */
static enum environment_result library_take_out(struct handover *handover)
{
	const char *value;
	size_t bytes = 0;

	handover->missing = 0;
	handover->preload_bytes = 0;
	if (handover->preload == handover->count)
		return HANDOVER_IMPOSSIBLE;
	value = text_after(handover->environment[handover->preload], PRELOAD);
	if (preload_kind(value, &bytes) != PRELOAD_WITH)
		return HANDOVER_IMPOSSIBLE;
	while (value[bytes])
		bytes++;
	handover->takes_out = true;
	handover->preload_bytes = sizeof(PRELOAD) + bytes;
	return bytes < PRELOAD_BYTES_MAX ? HANDOVER_FUTILE : HANDOVER_IMPOSSIBLE;
}

enum environment_result environment_check(struct handover *handover,
                                          char *const *environment, bool can_load)
{
	enum environment_result result;

	if (!library[0])
		return HANDOVER_NONE;
	*handover = (struct handover){ .environment = environment,
		                           .missing = (UINT32_C(1) << kept_count) - 1 };
	if (!environment_read(handover))
		return HANDOVER_NONE;
	if (!can_load)
		result = library_take_out(handover);
	else if (!preload_check(handover))
		result = HANDOVER_IMPOSSIBLE;
	else if (handover->preload_bytes || handover->missing)
		result = HANDOVER_LACKING;
	else
		return HANDOVER_COMPLETE;
	handover->strings = handover->count + (handover->preload == handover->count) +
	                    (size_t)__builtin_popcount(handover->missing) + 1;
	return handover->count <= HANDOVER_STRINGS_MAX ? result : HANDOVER_IMPOSSIBLE;
}

/* Write LD_PRELOAD with this library first, then the old value. */
static void preload_fill(const struct handover *handover, char *preload)
{
	const char *end = preload + handover->preload_bytes, *value = NULL;
	char *at = text_put(text_put(preload, end, PRELOAD), end, library);

	if (handover->preload < handover->count)
		value = text_after(handover->environment[handover->preload], PRELOAD);
	if (value && *value)
		text_put(text_put(at, end, ":"), end, value);
}

/* Write LD_PRELOAD without this library. */
static void preload_fill_without(const struct handover *handover, char *preload)
{
	const char *path = text_after(handover->environment[handover->preload], PRELOAD);
	const char *end = preload + handover->preload_bytes, *after;
	char *at = text_put(preload, end, PRELOAD);

	for (; path; path = *after ? after + 1 : NULL) {
		after = path;
		while (*after && *after != ':' && *after != ' ')
			after++;
		if (after == path || path_kind(path, (size_t)(after - path)) == PRELOAD_WITH)
			continue;
		if (at[-1] != '=')
			at = text_put(at, end, ":");
		for (const char *c = path; c < after && at < end - 1; c++)
			*at++ = *c;
		*at = '\0';
	}
}

char **environment_fill(const struct handover *handover, char **strings, char *preload)
{
	size_t count;

	/* Another thread may have shortened `environ` since it was read. */
	for (count = 0; count < handover->count && handover->environment[count]; count++)
		strings[count] = handover->environment[count];
	if (handover->preload_bytes) {
		if (handover->takes_out)
			preload_fill_without(handover, preload);
		else
			preload_fill(handover, preload);
		preload[handover->preload_bytes - 1] = '\0';
		strings[handover->preload < count ? handover->preload : count++] = preload;
	}
	for (uint32_t i = 0; i < kept_count; i++) {
		if (handover->missing >> i & 1)
			strings[count++] = kept[i];
	}
	strings[count] = NULL;
	return strings;
}
