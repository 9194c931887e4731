/* base/debian_package.c - reads the lists of files that dpkg keeps, one for each package. */
#include "base/debian_package.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DPKG_LISTS "/var/lib/dpkg/info"
#define LIST ".list"

/*
 * The path without the "/usr" that a merged /usr adds: packages may list /lib/libx.so where the
 * kernel says /usr/lib/libx.so, and the other way round.
 */
static const char *merged(const char *path)
{
	const char *rest = path + 4;

	if (strncmp(path, "/usr", 4))
		return path;
	return !strncmp(rest, "/lib", 4) || !strncmp(rest, "/bin/", 5) ||
	               !strncmp(rest, "/sbin/", 6)
	           ? rest
	           : path;
}

static int file_compare(const void *one, const void *two)
{
	const struct packaged_file *a = one, *b = two;

	return strcmp(merged(a->path), merged(b->path));
}

/* Compare the files with a package's list. `name`: that of the list, "libc6:amd64.list". */
static void list_read(FILE *list, const char *name, struct packaged_file *files,
                      size_t count)
{
	struct packaged_file like = { .path = "" }, *found;
	size_t capacity = 0, name_bytes = strcspn(name, ":");
	char *line = NULL;
	ssize_t bytes;

	if (name_bytes == strlen(name))
		name_bytes -= strlen(LIST);
	while ((bytes = getline(&line, &capacity, list)) > 0) {
		if (line[bytes - 1] == '\n')
			line[bytes - 1] = 0;
		like.path = line;
		found = bsearch(&like, files, count, sizeof(*files), file_compare);
		if (found && name_bytes < sizeof(found->package))
			snprintf(found->package, sizeof(found->package), "%.*s", (int)name_bytes,
			         name);
	}
	free(line);
}

void debian_packages_find_in(const char *directory, struct packaged_file *files,
                             size_t count)
{
	DIR *lists = count ? opendir(directory) : NULL;
	const struct dirent *entry;
	char path[512];
	size_t bytes, i;
	FILE *list;

	for (i = 0; i < count; i++)
		files[i].package[0] = 0;
	if (!lists)
		return;
	qsort(files, count, sizeof(*files), file_compare);
	while ((entry = readdir(lists))) {
		bytes = strlen(entry->d_name);
		if (bytes <= strlen(LIST) ||
		    strcmp(entry->d_name + bytes - strlen(LIST), LIST) ||
		    snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) >=
		        (int)sizeof(path))
			continue;
		list = fopen(path, "re");
		if (list) {
			list_read(list, entry->d_name, files, count);
			fclose(list);
		}
	}
	closedir(lists);
}

void debian_packages_find(struct packaged_file *files, size_t count)
{
	debian_packages_find_in(DPKG_LISTS, files, count);
}

/* All are made by a rule, but for that of libc. */
const char *debian_debug_package(char *text, const char *package)
{
	snprintf(text, PACKAGE_BYTES + 16, "%s%s", package,
	         strcmp(package, "libc6") ? "-dbgsym" : "-dbg");
	return text;
}
