/* verdict/name_match.c - whether a function is meant by what a user typed. */
#include "verdict/name_match.h"

#include "elf/cxx_name.h"
#include "elf/go_name.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 1024 /* a longer name is compared up to there */

/* Matches the name without its parameters and template arguments; not a class of its methods. */
static bool is_plain(const char *name, const char *which)
{
	size_t length = strlen(which);
	char brief[NAME_BYTES];

	function_name_short(brief, sizeof(brief), name);
	return *brief && !strncmp(brief, which, length) &&
	       (!brief[length] || strchr("(<@[", brief[length])) &&
	       !go_receiver_bytes(brief, brief + length) && !strstr(brief + length, "::");
}

/* Matches a name that a screen shortened: ".." stands for the rest. */
static bool is_cut(const char *shown, const char *which)
{
	const char *cut = strstr(which, "..");
	size_t start, end, length = strlen(shown);

	if (!cut)
		return false;
	start = (size_t)(cut - which);
	end = strlen(cut + 2);
	return start + end <= length && start + end > 0 && !strncmp(shown, which, start) &&
	       !strcmp(shown + length - end, cut + 2);
}

static bool is_meant(const char *name, const char *shown, const char *which,
                     enum name_meaning meaning)
{
	char brief[NAME_BYTES], plain[NAME_BYTES];

	switch (meaning) {
	case NAME_WHOLE: return !strcmp(name, which) || !strcmp(shown, which);
	case NAME_PLAIN: return is_plain(name, which);
	case NAME_CUT: return is_cut(shown, which) || is_cut(name, which);
	case NAME_GLOB:
		if (!name_is_glob(which))
			return false;
		function_name_short(brief, sizeof(brief), name);
		snprintf(plain, sizeof(plain), "%.*s", (int)function_name_bytes(name), name);
		return !fnmatch(which, name, 0) || !fnmatch(which, shown, 0) ||
		       !fnmatch(which, brief, 0) || !fnmatch(which, plain, 0);
	default: return strstr(shown, which) || strstr(name, which);
	}
}

bool name_is_meant(const char *name, const char *shown, const char *which,
                   enum name_meaning meaning)
{
	size_t length = strlen(which);
	char called[NAME_BYTES];

	if (!length || !*shown)
		return false;
	if (is_meant(name, shown, which, meaning))
		return true;
	/* "collect()", as sentences show the C function collect */
	if (length < 3 || length >= sizeof(called) || strcmp(which + length - 2, "()"))
		return false;
	memcpy(called, which, length - 2);
	called[length - 2] = 0;
	return is_meant(name, shown, called, meaning);
}

bool name_is_glob(const char *which)
{
	return which[strcspn(which, "*?")];
}
