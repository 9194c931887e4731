/* record/program.c - finds a program, and says why it cannot be recorded. */
#include "record/program.h"

#include "elf/file.h"
#include "elf/machine.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SCRIPT_DEPTH_MAX 5 /* the kernel's limit */
#define SCRIPT_LINE_BYTES 256
#define LIBRARY_NAME "liboutlive.so"

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Search PATH. Like execvp(), go on after files that may not be executed. */
static enum program_result path_search(const char *name, char path[PATH_MAX],
                                       struct error *error)
{
	const char *at = getenv("PATH"), *end;
	bool denied = false;
	int length;

	if (!at)
		at = "/bin:/usr/bin";
	for (;; at = end + 1) {
		end = strchrnul(at, ':');
		length = snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - at), at,
		                  end == at ? "" : "/", name);
		if (length > 0 && length < PATH_MAX && !is_directory(path)) {
			if (access(path, X_OK) == 0)
				return PROGRAM_OK;
			denied |= errno == EACCES;
		}
		if (!*end)
			break;
	}
	if (denied) {
		error_set(error,
		          "%s: permission denied: no program of that name in PATH "
		          "is executable",
		          name);
		return PROGRAM_NOT_EXECUTABLE;
	}
	error_set(error, "%s: no such program in PATH: give a path (./%s) if it is here",
	          name, name);
	return PROGRAM_NOT_FOUND;
}

/*
 * Find the file that exec would run. The checks repeat those of the kernel, because exec
 * happens in the child, after the trace was created, and its errno says little.
 */
static enum program_result program_find(const char *name, char path[PATH_MAX],
                                        struct error *error)
{
	if (!*name) {
		error_set(error, "the program's name is empty");
		return PROGRAM_NOT_FOUND;
	}
	if (!strchr(name, '/'))
		return path_search(name, path, error);
	if (strlen(name) >= PATH_MAX) {
		error_set(error, "%.60s...: the path is too long", name);
		return PROGRAM_NOT_FOUND;
	}
	strcpy(path, name);
	if (access(path, X_OK) == 0) {
		if (!is_directory(path))
			return PROGRAM_OK;
		error_set(error, "%s: is a directory", name);
		return PROGRAM_NOT_EXECUTABLE;
	}
	if (errno == EACCES) {
		error_set(error,
		          "%s: permission denied: make it executable (chmod +x), "
		          "or check the directories above it",
		          name);
		return PROGRAM_NOT_EXECUTABLE;
	}
	error_set(error, "%s: %s", name, strerror(errno));
	return PROGRAM_NOT_FOUND;
}

/* ---- secure mode ---- */

/* Whether exec of this file can give privileges at all. */
static bool has_privileges(const char *path)
{
	struct statvfs mount;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	return statvfs(path, &mount) != 0 || !(mount.f_flag & ST_NOSUID);
}

/*
 * Whether our child would get AT_SECURE: the loader would then silently ignore LD_PRELOAD.
 * Checked by path, since such files are often executable but not readable.
 */
static bool is_secure(const char *name, struct error *error)
{
	struct stat status;

	if (stat(name, &status) || !has_privileges(name))
		return false;
	if ((status.st_mode & S_ISUID) && status.st_uid != getuid()) {
		error_set(error,
		          "%s: is setuid, and the loader ignores LD_PRELOAD for such "
		          "programs: record it as that user (sudo -u '#%u' outlive run ...)",
		          name, (unsigned)status.st_uid);
		return true;
	}
	if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) &&
	    status.st_gid != getgid()) {
		error_set(error,
		          "%s: is setgid, and the loader ignores LD_PRELOAD for such "
		          "programs: record it with that group (sudo -g '#%u' outlive run ...)",
		          name, (unsigned)status.st_gid);
		return true;
	}
	if (getuid() != 0 && getxattr(name, "security.capability", NULL, 0) > 0) {
		error_set(error,
		          "%s: has file capabilities, and the loader ignores "
		          "LD_PRELOAD for such programs: record it as root, or a copy of it",
		          name);
		return true;
	}
	return false;
}

/* ---- the ELF file that the kernel will load ---- */

/* Whether it is the dynamic loader run as a program: it preloads libraries, too. */
static bool is_loader(const char *path)
{
	char *real = realpath(path, NULL);
	const char *base;
	bool is;

	if (!real)
		return false;
	base = strrchr(real, '/') + 1;
	is = !strncmp(base, "ld-", 3) && strstr(base, ".so");
	free(real);
	return is;
}

#define SEARCHED_BYTES 65536

/*
 * Whether the program of pure Go in `file` can start others: its tables of functions, which no way
 * to strip it removes, have this name. The linker leaves out what nothing calls.
 */
static bool go_starts_programs(int file)
{
	static const char name[] = "os.StartProcess";
	char *bytes = malloc(SEARCHED_BYTES);
	bool is_found = false;
	off_t at = 0;
	ssize_t count;

	while (bytes && !is_found && (count = pread(file, bytes, SEARCHED_BYTES, at)) > 0) {
		is_found = memmem(bytes, (size_t)count, name, sizeof(name)) != NULL;
		if (count < (ssize_t)sizeof(name))
			break;
		at += count - (ssize_t)sizeof(name) + 1;
	}
	free(bytes);
	return is_found;
}

/* What does not use malloc, `kind`, is refused; but it is followed if it can start others. */
static enum program_result go_check(const char *path, const char *kind,
                                    const char *besides, int file, struct error *error)
{
	bool is_followed = go_starts_programs(file);

	error_set(error,
	          "%s: is a %s Go program, which does not use malloc: %sbuild it with cgo "
	          "(CGO_ENABLED=1 go build, with import \"C\" in it%s)",
	          path, kind,
	          is_followed ? "only the programs that it starts are recorded; to record "
	                        "this one, "
	                      : "",
	          besides);
	return is_followed ? PROGRAM_FOLLOWED : PROGRAM_REFUSED;
}

static enum program_result refuse_static(const char *path, struct error *error)
{
	error_set(error,
	          "%s: is statically linked, nothing can be preloaded into it: "
	          "link it dynamically (without -static)",
	          path);
	return PROGRAM_REFUSED;
}

/* Whether ASAN_OPTIONS lets ASan not be the first library. */
static bool asan_is_lenient(void)
{
	const char *options = getenv("ASAN_OPTIONS");

	return options && (strstr(options, "verify_asan_link_order=0") ||
	                   strstr(options, "verify_asan_link_order=false") ||
	                   strstr(options, "verify_asan_link_order=no"));
}

static bool asan_is_preloaded(void)
{
	const char *preloaded = getenv("LD_PRELOAD");
	char *names = strdup(preloaded ? preloaded : ""), *name, *rest = NULL;
	bool is = false;

	for (name = names ? strtok_r(names, ": ", &rest) : NULL; name && !is;
	     name = strtok_r(NULL, ": ", &rest))
		is = elf_name_is_asan(name);
	free(names);
	return is;
}

/*
 * Refuse programs with ASan: it ends the program if another library was loaded before it, and
 * ours must be first.
 */
static enum program_result asan_check(const char *path, const struct elf_file *elf,
                                      struct error *error)
{
	if (asan_is_lenient())
		return PROGRAM_OK;
	if (elf->needs_asan) {
		error_set(
			error,
			"%s: is built with AddressSanitizer, which allows no library before it: "
			"build it without -fsanitize=address, or set "
			"ASAN_OPTIONS=verify_asan_link_order=0",
			path);
		return PROGRAM_REFUSED;
	}
	if (asan_is_preloaded()) {
		error_set(
			error,
			"LD_PRELOAD: names AddressSanitizer, which allows no library before it: "
			"take it out, or set ASAN_OPTIONS=verify_asan_link_order=0");
		return PROGRAM_REFUSED;
	}
	return PROGRAM_OK;
}

/*
 * Whether the preloaded library can work in this program. Each refusal says how to build or run
 * it so that it can.
 */
static enum program_result elf_check(const char *path, const struct elf_file *elf,
                                     int file, struct error *error)
{
	if (!elf->is_64bit && (elf->machine == EM_386 || elf->machine == EM_ARM ||
	                       elf->machine == MACHINE_HERE)) {
		error_set(error,
		          "%s: is a 32-bit program, outlive records 64-bit ones: build "
		          "it for 64 bits (without -m32)",
		          path);
		return PROGRAM_REFUSED;
	}
	if (elf->machine != MACHINE_HERE) {
		error_set(error, "%s: is built for another kind of machine (ELF machine %u)",
		          path, elf->machine);
		return PROGRAM_NOT_EXECUTABLE;
	}
	if (!elf->has_interpreter && !is_loader(path))
		return elf->is_go
		           ? go_check(path, "static", " and without -static", file, error)
		           : refuse_static(path, error);
	if (strstr(elf->interpreter, "ld-musl")) {
		error_set(error,
		          "%s: is built for musl (%s), outlive for glibc: build it "
		          "against glibc",
		          path, elf->interpreter);
		return PROGRAM_REFUSED;
	}
	if (elf->has_interpreter && access(elf->interpreter, R_OK)) {
		error_set(error, "%s: its loader %s cannot be read: %s", path, elf->interpreter,
		          strerror(errno));
		return PROGRAM_NOT_EXECUTABLE;
	}
	if (elf->is_go && !elf->has_libraries)
		return go_check(path, "pure", "", file, error);
	return asan_check(path, elf, error);
}

/* ---- scripts ---- */

/* The interpreter in "#! interpreter [argument]"; "": the file is not a script. */
static void script_interpreter(int file, char interpreter[SCRIPT_LINE_BYTES])
{
	char line[SCRIPT_LINE_BYTES + 1], *start;
	ssize_t bytes = pread(file, line, SCRIPT_LINE_BYTES, 0);

	interpreter[0] = '\0';
	if (bytes < 3 || line[0] != '#' || line[1] != '!')
		return;
	line[bytes] = '\0';
	start = line + 2;
	start[strcspn(start, "\n")] = '\0';
	start += strspn(start, " \t");
	start[strcspn(start, " \t\r")] = '\0';
	strcpy(interpreter, start);
}

/*
 * A file that is not ELF: find the interpreter of its #! line. A script without that line is
 * run by shells, but not by exec.
 */
static enum program_result script_check(const char *path, int file,
                                        char interpreter[SCRIPT_LINE_BYTES],
                                        struct error *error)
{
	bool is_denied;

	script_interpreter(file, interpreter);
	if (!interpreter[0]) {
		error_set(error,
		          "%s: is not a program: neither ELF nor a script with a #! line; "
		          "run it by its interpreter (outlive run sh %s)",
		          path, path);
		return PROGRAM_NOT_EXECUTABLE;
	}
	if (access(interpreter, X_OK) == 0)
		return PROGRAM_OK;
	is_denied = errno == EACCES;
	error_set(error, "%s: its interpreter '%s': %s", path, interpreter,
	          strerror(errno));
	return is_denied ? PROGRAM_NOT_EXECUTABLE : PROGRAM_NOT_FOUND;
}

/*
 * Check one file of the #! chain. PROGRAM_OK with interpreter[0] set: check the interpreter
 * next; without: this is the ELF file, and it can be recorded.
 */
static enum program_result file_check(const char *path,
                                      char interpreter[SCRIPT_LINE_BYTES],
                                      struct error *error)
{
	enum program_result result = PROGRAM_OK;
	struct elf_file elf;
	int file;

	interpreter[0] = '\0';
	if (is_secure(path, error))
		return PROGRAM_REFUSED;
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0 && errno == EACCES)
		return PROGRAM_OK; /* executable but not readable: exec will report errors */
	if (file < 0) {
		error_set(error, "%s: %s", path, strerror(errno));
		return PROGRAM_NOT_EXECUTABLE;
	}
	switch (elf_file_read(&elf, file)) {
	case ELF_OK: result = elf_check(path, &elf, file, error); break;
	case ELF_NOT_ELF: result = script_check(path, file, interpreter, error); break;
	case ELF_DAMAGED:
		error_set(error, "%s: is damaged: its ELF headers point outside of it", path);
		result = PROGRAM_NOT_EXECUTABLE;
		break;
	case ELF_UNREADABLE:
		error_set(error, "%s: %s", path, strerror(errno));
		result = PROGRAM_NOT_EXECUTABLE;
		break;
	}
	close(file);
	return result;
}

/*
 * Two buffers take turns: while one names the file that is checked, the other receives the
 * interpreter that this file names.
 */
enum program_result program_check(const char *name, char path[PATH_MAX],
                                  struct error *error)
{
	char interpreters[2][SCRIPT_LINE_BYTES], *next = interpreters[0];
	enum program_result result = program_find(name, path, error);
	const char *current = path;
	int depth;

	if (result != PROGRAM_OK)
		return result;
	for (depth = 0; depth <= SCRIPT_DEPTH_MAX; depth++) {
		result = file_check(current, next, error);
		if (result != PROGRAM_OK || !next[0])
			return result;
		current = next;
		next = interpreters[next == interpreters[0]];
	}
	error_set(error, "%s: its #! lines lead through more than %d interpreters", path,
	          SCRIPT_DEPTH_MAX);
	return PROGRAM_NOT_EXECUTABLE;
}

/* ---- liboutlive.so ---- */

int program_library(char path[PATH_MAX], struct error *error)
{
	static const char *const paths[] = { LIBRARY_NAME, "../lib/outlive/" LIBRARY_NAME };
	char directory[PATH_MAX], *found = NULL, *candidate;
	ssize_t bytes = readlink("/proc/self/exe", directory, sizeof(directory) - 1);
	size_t i;

	if (bytes <= 0)
		return error_set(error, "/proc/self/exe: %s: is /proc mounted?",
		                 strerror(errno));
	directory[bytes] = '\0';
	*strrchr(directory, '/') = '\0';
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]) && !found; i++) {
		if (asprintf(&candidate, "%s/%s", directory, paths[i]) < 0)
			return error_set(error, "%s: out of memory", LIBRARY_NAME);
		found = realpath(candidate, path);
		if (found && access(path, R_OK))
			found = NULL;
		free(candidate);
	}
	if (!found)
		return error_set(
			error,
			"%s: not found beside 'outlive' in %s, nor in "
			"../lib/outlive beside that: build it (make) or install it (make install)",
			LIBRARY_NAME, directory);
	return 0;
}
