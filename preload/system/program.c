/* system/program.c - finds out from its file whether a program takes preloaded libraries. */
#include "system/program.h"

#include <elf.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "system/system.h"

#define SCRIPT_DEPTH_MAX 5 /* the kernel's limit */
#define BUFFER_BYTES 512
#define SEGMENTS_AT_ONCE (BUFFER_BYTES / sizeof(Elf64_Phdr))
#define ID_UNMAPPED 65534 /* an id that our user namespace does not know */

enum file_kind { FILE_UNKNOWN, FILE_SCRIPT, FILE_TAKES, FILE_IGNORES, FILE_REFUSES };

/* A path or a piece of a file, never both at once: the stack may be small. */
union buffer {
	char text[BUFFER_BYTES];
	Elf64_Ehdr elf;
	Elf64_Phdr segments[SEGMENTS_AT_ONCE];
};

/* ---- text ------------------------------------------------------------------------ */

/* Returns the rest of `text` after `prefix`; NULL: it does not begin with `prefix`. */
static const char *text_after(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix) {
		text++;
		prefix++;
	}
	return *prefix ? NULL : text;
}

static bool text_contains(const char *text, const char *part)
{
	while (*text && !text_after(text, part))
		text++;
	return *text;
}

static const char *base_name(const char *path)
{
	const char *base = path;

	for (; *path; path++) {
		if (*path == '/')
			base = path + 1;
	}
	return base;
}

/* ---- secure mode ------------------------------------------------------------------ */

/* A process with a filter has given up new privileges, and may not be allowed to ask. */
static bool has_given_privileges_up(void)
{
	return recorder.filter.is_on ||
	       system_call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0) == 1;
}

static bool is_without_privileges(int file)
{
	struct statfs mount = { .f_flags = 0 };

	return system_call(SYS_fstatfs, file, (long)&mount, 0, 0, 0, 0) == 0 &&
	       mount.f_flags & ST_NOSUID;
}

/*
 * Whether the loader would run this file in secure mode, where it ignores LD_PRELOAD: if an
 * effective id will differ from the real one, or capabilities are gained. `readable` is
 * negative if the file can only be executed.
 */
static bool is_secure(int file, int readable, const struct stat *status)
{
	uint32_t user = (uint32_t)system_call(SYS_getuid, 0, 0, 0, 0, 0, 0);
	uint32_t group = (uint32_t)system_call(SYS_getgid, 0, 0, 0, 0, 0, 0);
	bool gains = user && system_call(SYS_fgetxattr, readable,
	                                 (long)"security.capability", 0, 0, 0, 0) > 0;
	bool is_other = system_user_id() != user || system_group_id() != group;

	if (!gains && !is_other && !(status->st_mode & (S_ISUID | S_ISGID)))
		return false;
	if (has_given_privileges_up())
		return false;
	if (is_without_privileges(file))
		return is_other;
	/* The kernel ignores the bits for ids that are not mapped. */
	if (status->st_mode & S_ISUID && status->st_uid != ID_UNMAPPED)
		gains |= status->st_uid != user;
	else
		gains |= system_user_id() != user;
	if (status->st_mode & S_ISGID && status->st_mode & S_IXGRP &&
	    status->st_gid != ID_UNMAPPED)
		return gains || status->st_gid != group;
	return gains || system_group_id() != group;
}

/* ---- what is in the file ---------------------------------------------------------- */

/* Move the interpreter's path in "#! interpreter [argument]" to the buffer's start. */
static enum file_kind interpreter_take(union buffer *buffer)
{
	const char *from = buffer->text + 2;
	char *to = buffer->text;

	while (*from == ' ' || *from == '\t')
		from++;
	while (*from && *from != ' ' && *from != '\t' && *from != '\r' && *from != '\n')
		*to++ = *from++;
	*to = '\0';
	return to == buffer->text ? FILE_UNKNOWN : FILE_SCRIPT;
}

static enum file_kind loader_kind(int file, Elf64_Phdr name, union buffer *buffer)
{
	size_t bytes = name.p_filesz < BUFFER_BYTES ? name.p_filesz : BUFFER_BYTES - 1;
	long read_bytes = system_read_at(file, buffer->text, bytes, name.p_offset);

	if (read_bytes <= 0)
		return FILE_UNKNOWN;
	buffer->text[read_bytes] = '\0';
	return text_contains(buffer->text, "ld-musl") ? FILE_REFUSES : FILE_TAKES;
}

/* Search the program headers for the loader's name. A program that names none is static. */
static enum file_kind segments_kind(int file, uint64_t at, uint32_t count,
                                    union buffer *buffer)
{
	while (count) {
		uint32_t now = count < SEGMENTS_AT_ONCE ? count : (uint32_t)SEGMENTS_AT_ONCE;
		size_t bytes = now * sizeof(Elf64_Phdr);

		if (system_read_at(file, buffer->segments, bytes, at) != (long)bytes)
			return FILE_UNKNOWN;
		for (uint32_t i = 0; i < now; i++) {
			if (buffer->segments[i].p_type == PT_INTERP)
				return loader_kind(file, buffer->segments[i], buffer);
		}
		at += bytes;
		count -= now;
	}
	return FILE_IGNORES;
}

/* The loader names no other. Run as a program, it preloads libraries. */
static bool is_loader(const char *path)
{
	const char *name = base_name(path);

	return text_after(name, "ld.so") ||
	       (text_after(name, "ld-") && text_contains(name, ".so"));
}

static enum file_kind elf_kind(int file, bool has_loaders_name, union buffer *buffer)
{
	uint64_t at = buffer->elf.e_phoff;
	uint32_t count = buffer->elf.e_phnum;
	bool is_64bit = buffer->elf.e_ident[EI_CLASS] == ELFCLASS64;

	/* An emulator may run those of other machines: it may take libraries. */
	if (buffer->elf.e_machine != ARCH_MACHINE)
		return !is_64bit && buffer->elf.e_machine == ARCH_MACHINE_32 ? FILE_REFUSES
		                                                             : FILE_UNKNOWN;
	if (!is_64bit)
		return FILE_REFUSES;
	if (buffer->elf.e_phentsize != sizeof(Elf64_Phdr) || has_loaders_name)
		return FILE_UNKNOWN;
	return segments_kind(file, at, count, buffer);
}

/* ---- the file itself -------------------------------------------------------------- */

static int file_open(const struct program_file *program, int flags)
{
	if (program->flags & AT_SYMLINK_NOFOLLOW)
		flags |= O_NOFOLLOW;
	return (int)system_call(SYS_openat, program->directory, (long)program->path,
	                        flags | O_CLOEXEC, 0, 0, 0);
}

/* FILE_SCRIPT: the buffer has the path of the interpreter. `path` may be in the buffer. */
static enum file_kind file_read(int file, int readable, const char *path,
                                union buffer *buffer)
{
	bool has_loaders_name = is_loader(path);
	long bytes = system_read_at(readable, buffer->text, BUFFER_BYTES - 1, 0);
	struct stat status = { .st_mode = 0 };

	if (system_status(file, &status) < 0 || !S_ISREG(status.st_mode))
		return FILE_UNKNOWN;
	if (bytes >= 0)
		buffer->text[bytes] = '\0';
	if (bytes > 2 && text_after(buffer->text, "#!"))
		return interpreter_take(buffer);
	if (is_secure(file, readable, &status))
		return FILE_IGNORES;
	if (bytes < (long)sizeof(Elf64_Ehdr) || !text_after(buffer->text, ELFMAG))
		return FILE_UNKNOWN;
	return elf_kind(readable, has_loaders_name, buffer);
}

static enum file_kind file_kind(const struct program_file *program,
                                union buffer *buffer)
{
	int file = file_open(program, O_PATH), readable;
	enum file_kind kind;
	struct stat status = { .st_mode = 0 };

	if (file < 0)
		return FILE_UNKNOWN;
	readable = -1;
	/* To open a device could have an effect. */
	if (system_status(file, &status) == 0 && S_ISREG(status.st_mode))
		readable = file_open(program, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	kind = file_read(file, readable, program->path, buffer);
	if (readable >= 0)
		system_close(readable);
	system_close(file);
	return kind;
}

/* ---- where it is ------------------------------------------------------------------ */

static bool can_execute(const char *path)
{
	struct stat status = { .st_mode = 0 };

	return system_path_status(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       system_call(SYS_faccessat, AT_FDCWD, (long)path, 1 /* X_OK */, 0, 0, 0) == 0;
}

/* Write a path; false: the buffer is too small for it. */
static bool path_put(char *to, const char *directory, const char *end, const char *name)
{
	const char *limit = to + BUFFER_BYTES - 1;
	bool has_directory = directory < end;

	while (directory < end && to < limit)
		*to++ = *directory++;
	if (has_directory && to < limit)
		*to++ = '/';
	while (*name && to < limit)
		*to++ = *name++;
	*to = '\0';
	return to < limit;
}

/* Search the directories as execvp() does. */
static bool path_search(const struct program_file *program, char *path)
{
	const char *at = program->search, *end;

	for (;; at = end + 1) {
		for (end = at; *end && *end != ':'; end++)
			;
		if (path_put(path, at, end, program->path) && can_execute(path))
			return true;
		if (!*end)
			return false;
	}
}

/* The path of an open file, by its number. */
static void descriptor_path(char *path, int file)
{
	static const char before[] = "/proc/self/fd/";
	char digits[12];
	int count = 0;

	memcpy(path, before, sizeof(before) - 1);
	path += sizeof(before) - 1;
	do
		digits[count++] = (char)('0' + file % 10);
	while (file /= 10);
	while (count)
		*path++ = digits[--count];
	*path = '\0';
}

static bool is_empty(const char *path)
{
	return !path || (system_is_readable_byte(path) && !*path);
}

enum program_kind program_kind(const struct program_file *program)
{
	struct program_file file = *program;
	enum file_kind kind = FILE_SCRIPT;
	union buffer buffer;

	/* A path that is not read here may point anywhere: exec will report that. */
	if (file.flags & AT_EMPTY_PATH && is_empty(file.path)) {
		if (file.directory < 0)
			return PROGRAM_TAKES;
		descriptor_path(buffer.text, file.directory);
		file = (struct program_file){ AT_FDCWD, buffer.text, 0, NULL };
	} else if (file.search && !text_contains(file.path, "/")) {
		if (!path_search(program, buffer.text))
			return PROGRAM_TAKES;
		file = (struct program_file){ AT_FDCWD, buffer.text, 0, NULL };
	}
	for (int i = 0; i <= SCRIPT_DEPTH_MAX && kind == FILE_SCRIPT; i++) {
		kind = file_kind(&file, &buffer);
		file = (struct program_file){ AT_FDCWD, buffer.text, 0, NULL };
	}
	switch (kind) {
	case FILE_IGNORES: return PROGRAM_IGNORES;
	case FILE_REFUSES: return PROGRAM_REFUSES;
	default: return PROGRAM_TAKES;
	}
}
