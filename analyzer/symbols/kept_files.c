/* symbols/kept_files.c - keeps the files of loaded modules open. */
#include "symbols/kept_files.h"

#include "base/uthash.h"
#include "process/root.h"
#include "trace/definitions.h"
#include "elf/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_MAX 4096 /* further modules are opened by path at the end */
#define OPEN_SHARE 4  /* of RLIMIT_NOFILE: the rings need descriptors, too */
/* The most of these that may be files which no recorded module has named yet. */
#define OFFERED_MAX 2048
#define COMPARED_BYTES_MAX (UINT64_C(64) << 20)
#define COMPARED_STEP_BYTES 2048

/* All in bytes, so that it has no holes: a hash table compares it as it is. */
struct kept_build {
	uint8_t id_bytes; /* 0: the file has no build-id */
	uint8_t id[BUILD_ID_BYTES_MAX];
};

/* A path together with a build-id, and the file that had both. */
struct kept_file {
	UT_hash_handle by_path, by_build;
	int descriptor; /* -1: could not be opened */
	/* Different files had this path, and nothing says which one is meant. */
	bool is_doubtful;
	struct kept_build build; /* the key of by_build; with `path`, that of by_path */
	char path[];
};
_Static_assert(offsetof(struct kept_file, path) ==
                   offsetof(struct kept_file, build) + sizeof(struct kept_build),
               "one key");

struct kept_files {
	struct kept_file *by_path;
	/* The first file of each build-id that was opened: it stays open. */
	struct kept_file *by_build;
	size_t open_max, open_count, offered_count;
	char path[PATH_MAX]; /* of the module being opened */
};

/* Files of modules may use only a share of the descriptors, since each ring needs one, too. */
struct kept_files *kept_files_new(void)
{
	struct kept_files *kept = calloc(1, sizeof(*kept));
	struct rlimit limit;

	if (!kept)
		return NULL;
	kept->open_max = OPEN_MAX;
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur / OPEN_SHARE < OPEN_MAX)
		kept->open_max = limit.rlim_cur / OPEN_SHARE;
	return kept;
}

void kept_files_free(struct kept_files *kept)
{
	struct kept_file *entry, *next;

	if (!kept)
		return;
	entry = kept->by_path; /* the entries stay linked when the tables are gone */
	HASH_CLEAR(by_build, kept->by_build);
	HASH_CLEAR(by_path, kept->by_path);
	for (; entry; entry = next) {
		next = entry->by_path.next;
		if (entry->descriptor >= 0)
			close(entry->descriptor);
		free(entry);
	}
	free(kept);
}

/* `bytes` is at most BUILD_ID_BYTES_MAX. */
static struct kept_build build_of(const uint8_t *build_id, size_t bytes)
{
	struct kept_build build = { .id_bytes = (uint8_t)bytes };

	if (bytes)
		memcpy(build.id, build_id, bytes);
	return build;
}

/* Not inlined: its callers have large frames of their own. */
static __attribute__((noinline)) struct kept_file *entry_find(
	const struct kept_files *kept, const char *path, const struct kept_build *build)
{
	struct {
		struct kept_build build;
		char path[PATH_MAX];
	} key = { .build = *build };
	size_t path_bytes = strlen(path);
	struct kept_file *entry;

	if (path_bytes > sizeof(key.path))
		return NULL;
	memcpy(key.path, path, path_bytes);
	HASH_FIND(by_path, kept->by_path, &key, sizeof(*build) + path_bytes, entry);
	return entry;
}

/* A file with this build-id under any path: a process may have changed its directory. */
static struct kept_file *build_find(const struct kept_files *kept,
                                    const struct kept_build *build)
{
	struct kept_file *entry = NULL;

	if (build->id_bytes)
		HASH_FIND(by_build, kept->by_build, build, sizeof(*build), entry);
	return entry;
}

/*
 * Search by path and build-id, then by the build-id alone. A file without a build-id is found
 * by its path only.
 */
int kept_files_find(const struct kept_files *kept, const char *path,
                    const uint8_t *build_id, size_t build_id_bytes)
{
	const struct kept_file *entry;
	struct kept_build build;

	if (build_id_bytes > BUILD_ID_BYTES_MAX)
		return -1;
	build = build_of(build_id, build_id_bytes);
	entry = entry_find(kept, path, &build);
	if (entry && entry->is_doubtful)
		return KEPT_DOUBTFUL;
	if (!entry || entry->descriptor < 0)
		entry = build_find(kept, &build);
	return entry ? entry->descriptor : -1;
}

/* Add an entry without a file. NULL: no memory; the module is opened by path at the end. */
static struct kept_file *entry_add(struct kept_files *kept, const char *path,
                                   const struct kept_build *build)
{
	size_t path_bytes = strlen(path);
	struct kept_file *entry = malloc(sizeof(*entry) + path_bytes + 1);

	if (!entry)
		return NULL;
	*entry = (struct kept_file){ .descriptor = -1, .build = *build };
	memcpy(entry->path, path, path_bytes + 1);
	HASH_ADD(by_path, kept->by_path, build, sizeof(*build) + path_bytes, entry);
	if (hash_has(&entry->by_path))
		return entry;
	free(entry);
	return NULL;
}

/* Without memory, the file is found by its path alone. */
static void entry_opened(struct kept_files *kept, struct kept_file *entry, int file)
{
	entry->descriptor = file;
	kept->open_count++;
	if (entry->build.id_bytes && !build_find(kept, &entry->build))
		HASH_ADD(by_build, kept->by_build, build, sizeof(entry->build), entry);
}

#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/*
 * Returns `file` if it is a regular ELF file with the module's build-id; else closes it, and
 * returns -1.
 */
static int module_check(int file, const struct module_definition *module)
{
	struct elf_file elf;
	struct stat status;

	if (file < 0)
		return -1;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	    elf_file_read(&elf, file) == ELF_OK &&
	    elf_file_is_build(&elf, module->build_id, module->build_id_bytes))
		return file;
	close(file);
	return -1;
}

/*
 * Open the file at its path in the process's root; if it is gone there, at that path here, which
 * may be another file where its root is not ours and no build-id tells. If it was replaced
 * already: the process's executable, or (which needs a privilege) the mapped file itself.
 */
static int module_open_anywhere(pid_t pid, const char *path,
                                const struct module_definition *module)
{
	char other[128];
	int file, root = process_root(pid);

	file = root < 0 ? -1
	                : module_check(process_root_open(root, path, FILE_FLAGS), module);
	if (file < 0 && (module->build_id_bytes || root < 0 || process_root_is_ours(root)))
		file = module_check(open(path, FILE_FLAGS), module);
	if (root >= 0)
		close(root);
	if (file < 0 && module->build_id_bytes) {
		snprintf(other, sizeof(other), "/proc/%d/exe", (int)pid);
		file = module_check(open(other, FILE_FLAGS), module);
	}
	if (file < 0 && module->segment_count) {
		snprintf(other, sizeof(other), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64,
		         (int)pid, module->segments[0].start & ~UINT64_C(0xfff),
		         (module->segments[0].end + 0xfff) & ~UINT64_C(0xfff));
		file = module_check(open(other, FILE_FLAGS), module);
	}
	return file;
}

/*
 * Keep the file of one module, if there is a descriptor left for it. A path that is not
 * absolute depends on the process's directory, so it is not opened.
 */
static void module_take(struct kept_files *kept, pid_t pid,
                        const struct module_definition *module, const char *path)
{
	struct kept_build build = build_of(module->build_id, module->build_id_bytes);
	struct kept_file *entry = entry_find(kept, path, &build);
	int file;

	if (path[0] != '/' || kept->open_count >= kept->open_max)
		return;
	if (!entry)
		entry = entry_add(kept, path, &build);
	if (!entry || entry->descriptor >= 0 || entry->is_doubtful)
		return;
	file = module_open_anywhere(pid, path, module);
	if (file >= 0)
		entry_opened(kept, entry, file);
}

/*
 * The traced program may have written over its chunk, so every length is checked. A record
 * that cannot be is skipped, since the analyzer reports it later.
 */
size_t kept_files_add(struct kept_files *kept, pid_t pid, const uint8_t *chunk,
                      size_t bytes, size_t from)
{
	struct definition_cursor cursor = { .data = chunk, .bytes = bytes, .at = from };
	struct module_definition module;
	char *path = kept->path;

	while (definition_next(&cursor)) {
		if (cursor.header.kind != DEFINITION_MODULE ||
		    cursor.header.bytes < sizeof(module))
			continue;
		memcpy(&module, cursor.record, sizeof(module));
		if (module.path_bytes >= sizeof(kept->path) ||
		    module.path_bytes > cursor.header.bytes - sizeof(module) ||
		    module.build_id_bytes > BUILD_ID_BYTES_MAX)
			continue;
		memcpy(path, cursor.record + sizeof(module), module.path_bytes);
		path[module.path_bytes] = '\0';
		module_take(kept, pid, &module, path);
	}
	return cursor.at;
}

/* ---- files that are offered ---- */

/* Whether two files have the same bytes. False if one of them shrinks meanwhile. */
static bool files_are_same(int one, int other)
{
	char a[COMPARED_STEP_BYTES], b[COMPARED_STEP_BYTES];
	struct stat first, second;
	ssize_t bytes = 0;
	off_t at;

	if (fstat(one, &first) || fstat(other, &second) ||
	    first.st_size != second.st_size || (uint64_t)first.st_size > COMPARED_BYTES_MAX)
		return false;
	if (first.st_ino == second.st_ino && first.st_dev == second.st_dev)
		return true;
	for (at = 0; at < first.st_size; at += bytes) {
		bytes = pread(one, a, sizeof(a), at);
		if (bytes <= 0 || pread(other, b, (size_t)bytes, at) != bytes ||
		    memcmp(a, b, (size_t)bytes))
			return false;
	}
	return true;
}

/*
 * Another file with the path of `entry`, without a build-id: if their bytes differ, it is
 * unknown which of the two a module was, and no name is better than a wrong name.
 */
static void entry_doubt(struct kept_files *kept, struct kept_file *entry, int file)
{
	if (entry->build.id_bytes || files_are_same(entry->descriptor, file))
		return;
	close(entry->descriptor);
	entry->descriptor = -1;
	entry->is_doubtful = true;
	kept->open_count--;
}

/*
 * Keep an offered file, if it is an ELF file and there is room for it. True: the descriptor
 * is kept. Offers have a limit of their own, so that a program which opens many libraries
 * cannot use up all descriptors before modules are recorded.
 */
static bool file_keep(struct kept_files *kept, const char *path, int file)
{
	struct kept_file *entry;
	struct kept_build build;
	struct elf_file elf;
	struct stat status;

	if (path[0] != '/' || fstat(file, &status) || !S_ISREG(status.st_mode) ||
	    elf_file_read(&elf, file) != ELF_OK)
		return false;
	build = build_of(elf.build_id, elf.build_id_bytes);
	entry = entry_find(kept, path, &build);
	if (entry && entry->descriptor >= 0)
		entry_doubt(kept, entry, file);
	else if (kept->open_count < kept->open_max && kept->offered_count < OFFERED_MAX) {
		if (!entry)
			entry = entry_add(kept, path, &build);
		if (!entry || entry->is_doubtful)
			return false;
		entry_opened(kept, entry, file);
		kept->offered_count++;
		return true;
	}
	return false;
}

void kept_files_offer(void *kept, const char *path, int file)
{
	if (!file_keep(kept, path, file))
		close(file);
}
