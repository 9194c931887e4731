/* verdict/module_choice.c - which modules of a profile a user means. */
#include "verdict/module_choice.h"

#include "verdict/name_match.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CANDIDATES_BYTES 384

const char *module_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool is_module_meant(const char *path, const char *which,
                            enum name_meaning meaning)
{
	switch (meaning) {
	case NAME_WHOLE:
		return !strcmp(path, which) || !strcmp(module_last_part(path), which);
	case NAME_GLOB:
		return !fnmatch(which, path, 0) || !fnmatch(which, module_last_part(path), 0);
	case NAME_PART: return *which && strstr(path, which);
	default: return false;
	}
}

/* Write the base names of the modules with is_listed. */
static void modules_list(char *list, size_t bytes, const struct address_map *map,
                         const uint8_t *is_listed, size_t count)
{
	size_t used = 0, i;

	*list = 0;
	for (i = 0; i < count && used < bytes; i++) {
		if (is_listed[i])
			used += (size_t)snprintf(
				list + used, bytes - used, "%s%s", used ? ", " : "",
				module_last_part(address_map_module(map, i)->path));
	}
	if (used >= bytes)
		strcpy(list + bytes - 4, "..");
}

int modules_mean(uint8_t *is_meant, const struct address_map *map, const uint8_t *among,
                 size_t count, const char *which, const char *does, struct error *error)
{
	enum name_meaning meaning;
	char list[CANDIDATES_BYTES];
	size_t meant = 0, i;

	for (meaning = NAME_WHOLE; meaning < NAME_MEANINGS && !meant; meaning++) {
		for (i = 0; i < count; i++) {
			is_meant[i] = among[i] && is_module_meant(address_map_module(map, i)->path,
			                                          which, meaning);
			meant += is_meant[i];
		}
		if (meant > 1 && meaning == NAME_PART) {
			modules_list(list, sizeof(list), map, is_meant, count);
			return error_set(error, "--module: '%s' is part of several: %s", which,
			                 list);
		}
	}
	if (meant)
		return 0;
	modules_list(list, sizeof(list), map, among, count);
	return error_set(error, "no functions of a module '%s' %s%s%s", which, does,
	                 *list ? ": there are " : ", nor do those of any other", list);
}
