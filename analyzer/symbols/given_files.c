/* symbols/given_files.c - finds files by build-id in what a user gives. */
#include "symbols/given_files.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CRC_STEP_BYTES 4096

void given_files_release(struct given_files *files)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		free(files->list[i].path);
	free(files->list);
	*files = (struct given_files){ .count = 0 };
}

/* ---- adding ------------------------------------------------------------------------------ */

/* Open a regular file; -1 and errno. */
static int regular_open(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (file < 0)
		return -1;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
		return file;
	close(file);
	errno = EINVAL;
	return -1;
}

/* Whether the file is ELF, by its first bytes: most files of a tree are not. */
static bool is_elf(int file)
{
	char magic[4];

	return pread(file, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, "\177ELF", sizeof(magic));
}

/* 1: added; 0: it can give no names; -1: memory is out. */
static int file_take(struct given_files *files, const char *path, int descriptor,
                     bool is_named)
{
	struct given_file file = { .is_named = is_named };

	if (!is_elf(descriptor) || !debug_contents_read(&file.contents, descriptor) ||
	    !(file.contents.has_code || file.contents.has_dwarf ||
	      file.contents.has_symbols))
		return 0;
	if (array_reserve(files->list, files->capacity, files->count + 1) ||
	    !(file.path = strdup(path)))
		return -1;
	files->list[files->count++] = file;
	return 1;
}

/* A link in a tree may lead to a file of it; but a loop of directories would never end. */
static int tree_take(struct given_files *files, FTS *tree)
{
	FTSENT *entry;
	int file, result = 0;

	while (result >= 0 && (entry = fts_read(tree))) {
		if (entry->fts_info != FTS_F && entry->fts_info != FTS_SL)
			continue;
		file = regular_open(entry->fts_accpath);
		if (file < 0)
			continue;
		result = file_take(files, entry->fts_path, file, false);
		close(file);
	}
	return result < 0 ? -1 : 0;
}

static int directory_add(struct given_files *files, const char *path,
                         struct error *error)
{
	char *paths[] = { (char *)path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	int result;

	if (!tree)
		return error_set(error, "%s: %s", path, strerror(errno));
	result = tree_take(files, tree);
	fts_close(tree);
	return result ? error_set(error, "%s: out of memory for its files", path) : 0;
}

int given_files_add(struct given_files *files, const char *path, struct error *error)
{
	struct stat status;
	int file, result;

	if (stat(path, &status))
		return error_set(error, "%s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return directory_add(files, path, error);
	file = regular_open(path);
	if (file < 0)
		return error_set(error, "%s: %s", path,
		                 errno == EINVAL ? "neither a file nor a directory"
		                                 : strerror(errno));
	result = file_take(files, path, file, true);
	close(file);
	if (result < 0)
		return error_set(error, "%s: out of memory", path);
	if (!result)
		return error_set(error,
		                 "%s: no program, library or debug file of 64 bits: it can "
		                 "give no names",
		                 path);
	return 0;
}

/* ---- finding ----------------------------------------------------------------------------- */

/* How well a file serves; 0: not at all. */
static unsigned fitness(const struct debug_contents *contents, enum given_kind kind)
{
	switch (kind) {
	case GIVEN_CODE: return contents->has_code * (1 + contents->has_dwarf);
	case GIVEN_DEBUG: return contents->has_dwarf * 2 + contents->has_symbols;
	case GIVEN_BUILD: break;
	}
	return 1;
}

const struct given_file *given_files_find(const struct given_files *files,
                                          const uint8_t *build_id, size_t bytes,
                                          enum given_kind kind)
{
	const struct debug_contents *contents;
	const struct given_file *best = NULL;
	unsigned best_fitness = 0, fit;
	size_t i;

	for (i = 0; bytes && i < files->count; i++) {
		contents = &files->list[i].contents;
		if (contents->build_id_bytes != bytes ||
		    memcmp(contents->build_id, build_id, bytes))
			continue;
		fit = fitness(contents, kind);
		if (fit > best_fitness) {
			best = &files->list[i];
			best_fitness = fit;
		}
	}
	return best;
}

int given_file_open(const struct given_file *file)
{
	int descriptor = regular_open(file->path);
	struct debug_contents now;

	if (descriptor < 0)
		return -1;
	if (debug_contents_read(&now, descriptor) &&
	    now.build_id_bytes == file->contents.build_id_bytes &&
	    !memcmp(now.build_id, file->contents.build_id, now.build_id_bytes))
		return descriptor;
	close(descriptor);
	return -1;
}

/* ---- for libdwfl ------------------------------------------------------------------------- */

static int debug_by_build(const void *context, const uint8_t *build_id, size_t bytes,
                          const char **path)
{
	const struct given_file *file = given_files_find(context, build_id, bytes,
	                                                 GIVEN_DEBUG);

	if (!file)
		return -1;
	*path = file->path;
	return given_file_open(file);
}

/* The checksum that .gnu_debuglink has of a whole file: CRC-32. False: it cannot be read. */
static bool file_crc(int descriptor, uint32_t *crc)
{
	uint8_t bytes[CRC_STEP_BYTES];
	uint32_t sum = UINT32_MAX;
	ssize_t count, i;
	off_t at = 0;
	int bit;

	while ((count = pread(descriptor, bytes, sizeof(bytes), at)) > 0) {
		for (i = 0; i < count; i++) {
			sum ^= bytes[i];
			for (bit = 0; bit < 8; bit++)
				sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0xedb88320) : 0);
		}
		at += count;
	}
	*crc = ~sum;
	return count == 0;
}

static int debug_by_link(const void *context, const char *name, uint32_t crc,
                         const char **path)
{
	const struct given_files *files = context;
	const char *slash;
	uint32_t found;
	size_t i;
	int file;

	for (i = 0; i < files->count; i++) {
		slash = strrchr(files->list[i].path, '/');
		if (files->list[i].contents.build_id_bytes ||
		    strcmp(slash ? slash + 1 : files->list[i].path, name))
			continue;
		file = given_file_open(&files->list[i]);
		*path = files->list[i].path;
		if (file >= 0 && file_crc(file, &found) && found == crc)
			return file;
		if (file >= 0)
			close(file);
	}
	return -1;
}

const struct debug_finder *given_files_finder(struct given_files *files)
{
	if (files)
		files->finder = (struct debug_finder){ files, debug_by_build, debug_by_link };
	return files ? &files->finder : NULL;
}
