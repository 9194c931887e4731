/* attach/library.c - finds liboutlive.so in a process by its build-id. */
#include "attach/library.h"

#include "elf/file.h"
#include "process/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int file_facts(const char *path, struct elf_file *facts, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	enum elf_result result;

	if (file < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	result = elf_file_read(facts, file);
	close(file);
	if (result != ELF_OK || !facts->build_id_bytes)
		return error_set(error,
		                 "%s: has no build-id, by which it is found in the process: "
		                 "build it again (make)",
		                 path);
	return 0;
}

/* The addresses of the two symbols. False: it is not our library. */
static bool symbols_find(const struct remote *remote,
                         const struct remote_object *object, uint64_t *control,
                         uint64_t *serve)
{
	struct remote_symbols symbols;

	if (remote_symbols_read(remote, object, &symbols))
		return false;
	*control = remote_symbol(&symbols, ATTACH_CONTROL);
	*serve = remote_symbol(&symbols, ATTACH_SERVE);
	remote_symbols_release(&symbols);
	return *control && *serve;
}

/* A library of ours whatever its version has this in its name. */
static bool is_named_so(const struct remote_object *object)
{
	return strstr(object->name, "liboutlive.so");
}

int library_find(const struct remote *remote, const char *path, uint64_t *control,
                 uint64_t *serve, struct error *error)
{
	struct elf_file ours;
	size_t i;

	*control = *serve = 0;
	if (file_facts(path, &ours, error))
		return -1;
	for (i = 0; i < remote->count; i++) {
		const struct remote_object *object = &remote->objects[i];

		if (elf_file_is_build(&ours, object->build_id, object->build_id_bytes) &&
		    symbols_find(remote, object, control, serve))
			return 0;
		if (is_named_so(object))
			return error_set(error,
			                 "%d: another version of liboutlive.so is loaded there "
			                 "already (%s): use the outlive that belongs to it",
			                 (int)remote->pid, object->name);
	}
	*control = *serve = 0;
	return 0;
}

bool library_control(const struct remote *remote, uint64_t at,
                     struct attach_control *control)
{
	return remote_read(remote, at, control, sizeof(*control)) &&
	       control->magic == ATTACH_MAGIC && control->version == ATTACH_VERSION &&
	       control->bytes == sizeof(*control);
}

/* ---- the way to the file ---- */

int library_reach(pid_t pid, const char *path, struct elsewhere *there, char *seen,
                  size_t bytes, struct error *error)
{
	struct statvfs mount;
	bool is_barred;
	int file;

	if (strlen(path) >= bytes)
		return error_set(error, "%s: the path is too long: install outlive elsewhere",
		                 path);
	if (!elsewhere_is_same(there, path))
		return elsewhere_copy(there, pid, path, seen, bytes, error);
	/* Its mount of the file may be another one than ours. */
	file = process_root_open(there->root, path, O_PATH);
	is_barred = fstatvfs(file, &mount) == 0 && mount.f_flag & ST_NOEXEC;
	if (file >= 0)
		close(file);
	if (is_barred)
		return error_set(error,
		                 "%s: is on a file system without execution (noexec), and "
		                 "cannot be loaded: install outlive elsewhere",
		                 path);
	strcpy(seen, path);
	return 0;
}
