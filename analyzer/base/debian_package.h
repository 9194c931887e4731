/*
 * base/debian_package.h - which Debian packages files belong to, by what dpkg has written down.
 */
#ifndef OUTLIVE_BASE_DEBIAN_PACKAGE_H
#define OUTLIVE_BASE_DEBIAN_PACKAGE_H

#include <stddef.h>

#define PACKAGE_BYTES 128

struct packaged_file {
	const char *path;            /* absolute */
	char package[PACKAGE_BYTES]; /* without its architecture; "": none is known */
};

/* Set the packages of `count` files, whose order may change. */
void debian_packages_find(struct packaged_file *files, size_t count);

/* The same by the lists in another directory than dpkg's. */
void debian_packages_find_in(const char *directory, struct packaged_file *files,
                             size_t count);

/*
 * The name of the package with the debug information of a package's files. Returns `text`, of
 * PACKAGE_BYTES + 16 bytes.
 */
const char *debian_debug_package(char *text, const char *package);

#endif
