/* library_paths.c - files that were installed for whoever uses them. Layer 0. */
#include "library_paths.h"

#include <stddef.h>
#include <string.h>

bool is_library_path(const char *path)
{
	static const char *const roots[] = { "/usr/local/", "/usr/", "/" };
	static const char *const directories[] = { "lib/", "lib32/", "lib64/", "libx32/",
		                                       "libexec/" };
	static const char *const stores[] = { "/nix/store/", "/gnu/store/" };
	size_t i, j, bytes;

	if (path[0] != '/')
		return true;
	for (i = 0; i < sizeof(stores) / sizeof(*stores); i++) {
		if (!strncmp(path, stores[i], strlen(stores[i])))
			return true;
	}
	for (i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		bytes = strlen(roots[i]);
		if (strncmp(path, roots[i], bytes))
			continue;
		for (j = 0; j < sizeof(directories) / sizeof(*directories); j++) {
			if (!strncmp(path + bytes, directories[j], strlen(directories[j])))
				return true;
		}
	}
	return false;
}
