/* symbols/module_origin.c - distinguishes the program's modules from the system's. */
#include "symbols/module_origin.h"

#include <stddef.h>
#include <string.h>

/* Whether the first `bytes` of the path are a directory that belongs to no single program. */
static bool is_shared_prefix(const char *path, size_t bytes)
{
	return bytes <= 1 || (bytes == 4 && !strncmp(path, "/usr", 4));
}

/* The length of the path's directory without its slash; 0: the root, or no slash. */
static size_t directory_bytes(const char *path, size_t bytes)
{
	while (bytes && path[bytes - 1] != '/')
		bytes--;
	return bytes ? bytes - 1 : 0;
}

/* Whether the path is below the directory in the first `bytes` of `directory`. */
static bool is_below(const char *path, const char *directory, size_t bytes)
{
	return bytes && !strncmp(path, directory, bytes) && path[bytes] == '/';
}

/*
 * Whether the module is below the executable's directory, or, if that is a bin or sbin, below
 * the directory that holds it: /opt/tool/lib belongs to /opt/tool/bin/tool. /usr and the root
 * hold many programs, so they do not count.
 */
static bool is_beside(const char *module, const char *executable)
{
	size_t directory = directory_bytes(executable, strlen(executable));
	size_t above = directory_bytes(executable, directory);
	size_t name_bytes = directory - above;

	if (is_below(module, executable, directory))
		return true;
	return name_bytes >= 4 && !strncmp(executable + directory - 3, "bin", 3) &&
	       (name_bytes == 4 || (name_bytes == 5 && executable[above + 1] == 's')) &&
	       !is_shared_prefix(executable, above) && is_below(module, executable, above);
}

/*
 * The position beside the executable decides first: a program in /opt brings its libraries
 * along, and they are its own.
 */
bool module_is_of_system(const char *module, const char *executable)
{
	static const char *const prefixes[] = {
		"/lib/",  "/lib32/",   "/lib64/",    "/libx32/",
		"/usr/",  "/opt/",     "/nix/store", "/gnu/store",
		"/snap/", "/app/lib/", "/var/lib/",  "/home/linuxbrew/",
	};
	size_t i;

	if (!strcmp(module, executable) || is_beside(module, executable))
		return false;
	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (!strncmp(module, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

/*
 * The names are beginnings of file names, so that versions match. The modules of iconv are
 * libc's, whatever their names.
 */
bool module_is_runtime(const char *module, const char *executable)
{
	static const char *const names[] = {
		"libc.so",      "libc-",        "ld-linux",   "ld-",         "libm.so",
		"libpthread",   "libdl.so",     "librt.so",   "libresolv",   "libnss_",
		"libstdc++.so", "libc++",       "libgcc_s",   "libsupc++",   "libgfortran",
		"libgphobos",   "libgdruntime", "libphobos2", "libdruntime", "libgo.so",
		"libobjc.so",   "libgnat",      "libgnarl",   "libstd-",     "libasan",
		"libtsan",      "libubsan",     "liblsan",    "libgomp",
	};
	const char *base = strrchr(module, '/') ? strrchr(module, '/') + 1 : module;
	size_t i;

	if (module[0] != '/')
		return true; /* such as "[vdso]" */
	if (!module_is_of_system(module, executable))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strncmp(base, names[i], strlen(names[i])))
			return true;
	}
	return strstr(module, "/gconv/") != NULL;
}
