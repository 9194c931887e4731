/* record/renaming.c - copies a trace, with other names. */
#include "record/renaming.h"

#include "base/array.h"
#include "base/text.h"
#include "record/names.h"
#include "replay/profile_symbols.h"
#include "trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_TRIES 100

/* The new names of one process; empty: it keeps those it has. */
struct process_names {
	struct text symbols, sources;
};

struct names {
	struct process_names *list; /* by number of the process */
	size_t count, capacity;
};

static void names_release(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		text_release(&names->list[i].symbols);
		text_release(&names->list[i].sources);
	}
	free(names->list);
}

/* Those of the process with that number; NULL when memory is out. */
static struct process_names *names_of(struct names *names, uint32_t number)
{
	if (array_reserve(names->list, names->capacity, (size_t)number + 1))
		return NULL;
	for (; names->count <= number; names->count++)
		names->list[names->count] = (struct process_names){ { NULL, 0, 0 },
			                                                { NULL, 0, 0 } };
	return &names->list[number];
}

/* ---- finding names ----------------------------------------------------------------------- */

/* Count the addresses of each module, and those with a line. */
static void lines_count(const struct profile *profile, struct renamed_module *modules)
{
	size_t locations = address_map_location_count(profile->map), count, i;
	const struct symbol_frame *frames;
	const struct location *location;

	for (i = 1; i < locations; i++) {
		location = address_map_location(profile->map, (uint32_t)i);
		if (location->module == MODULE_NONE)
			continue;
		frames = profile_machine_frames(profile, (uint32_t)i, &count);
		modules[location->module].addresses++;
		modules[location->module].lines += count && frames[0].line;
	}
}

/* Tell of each module with new names. Returns how many there are, or -1: memory is out. */
static long modules_tell(const struct renaming *renaming, const struct profile *profile)
{
	size_t count = address_map_module_count(profile->map), i;
	struct renamed_module *modules = calloc(count + 1, sizeof(*modules));
	const struct module *module;
	long renamed = 0;
	int handle;

	if (!modules)
		return -1;
	lines_count(profile, modules);
	for (i = 0; i < count; i++) {
		if (!profile->renamed[i] || !modules[i].addresses)
			continue;
		module = address_map_module(profile->map, (uint32_t)i);
		handle = symbolizer_module(renaming->symbolizer, module->path, module->build_id,
		                           module->build_id_bytes);
		modules[i].module = module;
		modules[i].missing = symbolizer_missing(renaming->symbolizer, handle, 0);
		modules[i].origin = symbolizer_origin(renaming->symbolizer, handle);
		renaming->tell(renaming->context, &modules[i]);
		renamed++;
	}
	free(modules);
	return renamed;
}

/* Find the names of one process. Returns how many modules have new ones, or -1 and *error. */
static long process_rename(const struct renaming *renaming, size_t index,
                           struct names *names, struct error *error)
{
	struct profile_choice choice = { .symbolizer = renaming->symbolizer,
		                             .is_renaming = true,
		                             .is_for_names = true };
	struct profile *profile = profile_read_chosen(
		renaming->reader, index, &choice, renaming->reading, renaming->context, error);
	struct process_names *new;
	long renamed = -1;

	if (!profile)
		return -1;
	if (!profile_symbolize(profile, renaming->symbolizer, NULL))
		renamed = modules_tell(renaming, profile);
	if (renamed > 0) {
		new = names_of(names, profile->process->number);
		if (!new || trace_names_save(profile, &new->symbols, &new->sources))
			renamed = -1;
	}
	if (renamed < 0)
		error_set(error, "%s: out of memory for symbols", renaming->path);
	profile_free(profile);
	return renamed;
}

/* ---- writing the trace ------------------------------------------------------------------- */

/* Read exactly `bytes`. 0, or -1 and *error. */
static int read_all(const struct renaming *renaming, int file, void *to, size_t bytes,
                    off_t at, struct error *error)
{
	size_t done = 0;
	ssize_t got;

	while (done < bytes) {
		got = pread(file, (char *)to + done, bytes - done, at + (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(error, "%s: %s at offset %lld", renaming->path,
			                 got ? strerror(errno) : "the file ends", (long long)at);
		done += (size_t)got;
	}
	return 0;
}

static bool is_replaced(const struct names *names, const struct trace_block *block)
{
	return (block->type == BLOCK_SYMBOLS || block->type == BLOCK_SOURCES) &&
	       block->process < names->count && names->list[block->process].symbols.bytes;
}

/* Copy all blocks as they are, but for END and the names that are replaced. */
static int blocks_copy(const struct renaming *renaming, int from,
                       struct trace_writer *writer, off_t at, const struct names *names,
                       struct error *error)
{
	struct trace_block block;
	uint8_t *stored = NULL;
	size_t capacity = 0;
	struct stat status;
	int result;

	if (fstat(from, &status))
		return error_set(error, "%s: %s", renaming->path, strerror(errno));
	for (;;) {
		result = read_all(renaming, from, &block, sizeof(block), at, error);
		if (!result && block.magic != BLOCK_MAGIC)
			result = error_set(error, "%s: no block at offset %lld", renaming->path,
			                   (long long)at);
		if (result || block.type == BLOCK_END)
			break;
		at += sizeof(block);
		if (block.stored_bytes > (uint64_t)status.st_size ||
		    at > status.st_size - (off_t)block.stored_bytes) {
			result = error_set(error, "%s: the file ends in the block at offset %lld",
			                   renaming->path, (long long)at);
			break;
		}
		if (!is_replaced(names, &block)) {
			if (array_reserve(stored, capacity, block.stored_bytes))
				result = error_set(error, "%s: out of memory for a block",
				                   renaming->path);
			else
				result = read_all(renaming, from, stored, block.stored_bytes, at,
				                  error);
			if (result || (result = trace_writer_stored(writer, &block, stored, error)))
				break;
		}
		at += (off_t)block.stored_bytes;
	}
	free(stored);
	return result;
}

static int names_append(struct trace_writer *writer, const struct names *names,
                        struct error *error)
{
	uint32_t i;

	for (i = 0; i < names->count; i++) {
		if (trace_names_write(writer, i, &names->list[i].symbols,
		                      &names->list[i].sources, error))
			return -1;
	}
	return trace_writer_end(writer, error);
}

static int replaced_set(struct error *error, const char *path)
{
	return error_set(error, "%s: was replaced by another file meanwhile: try again",
	                 path);
}

/* Write the new trace into a file without a name yet. 0, or -1 and *error. */
static int trace_copy(const struct renaming *renaming, int to, const char *path,
                      const struct names *names, struct error *error)
{
	int from = open(renaming->path, O_RDONLY | O_CLOEXEC);
	struct trace_header header;
	struct trace_writer writer;
	int result = -1;

	if (from < 0) {
		close(to);
		return error_set(error, "%s: %s", renaming->path, strerror(errno));
	}
	if (flock(from, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		error_set(error, "%s: another outlive is writing it: wait for its end",
		          renaming->path);
		close(to);
	} else if (!trace_reader_is_of(renaming->reader, from)) {
		replaced_set(error, renaming->path);
		close(to);
	} else if (read_all(renaming, from, &header, sizeof(header), 0, error)) {
		close(to);
	} else if (trace_writer_open(&writer, to, path, header.session, error)) {
		trace_writer_close(&writer, NULL);
	} else if (trace_writer_header(&writer, &header, error) ||
	           blocks_copy(renaming, from, &writer, header.header_bytes, names,
	                       error) ||
	           names_append(&writer, names, error)) {
		trace_writer_close(&writer, NULL);
	} else if (fsync(writer.descriptor)) {
		error_set(error, "%s: %s", path, strerror(errno));
		trace_writer_close(&writer, NULL);
	} else {
		result = trace_writer_close(&writer, error);
	}
	close(from);
	return result;
}

/* ---- replacing the old one --------------------------------------------------------------- */

/* The owner and the mode of the trace, as far as we may set them. */
static void attributes_copy(int to, const struct stat *status)
{
	if (fchown(to, status->st_uid, status->st_gid))
		(void)fchmod(to, status->st_mode & 0700); /* not for another group, then */
	else
		(void)fchmod(to, status->st_mode & 07777);
}

/*
 * Give the file a name beside `target`, for a moment. With O_TMPFILE it has none before, so
 * that nothing is left behind if we are killed.
 */
static int file_name(int file, const char *target, char *path, size_t bytes)
{
	char link[64];
	int i;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	for (i = 0; i < PATH_TRIES; i++) {
		snprintf(path, bytes, "%s.%d.%d.new", target, (int)getpid(), i);
		if (!linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW))
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* Create the file: *is_named if it has a name, `path`, already. A descriptor, or -1. */
static int file_create(const char *target, char *path, size_t bytes, bool *is_named)
{
	const char *slash = strrchr(target, '/');
	int file;

	snprintf(path, bytes, "%.*s", slash ? (int)(slash - target + 1) : 1,
	         slash ? target : ".");
	*is_named = false;
	file = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return file;
	*is_named = true;
	snprintf(path, bytes, "%s.XXXXXX", target);
	return mkostemp(path, O_CLOEXEC);
}

#define NO_OUTPUT (-1)
#define OUTPUT_REFUSED (-2)

/* Whether the file may be replaced; if not, *error says why. */
static bool is_replaceable(const struct renaming *renaming, const char *path, int file,
                           struct error *error)
{
	uint64_t magic = 0;

	if (flock(file, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		error_set(error, "%s: another outlive is writing it: wait for its end", path);
	else if (!renaming->output && !trace_reader_is_of(renaming->reader, file))
		replaced_set(error, path);
	else if (pread(file, &magic, sizeof(magic), 0) != sizeof(magic) ||
	         magic != TRACE_MAGIC)
		error_set(error, "%s: exists and is not a trace: remove it, or use another -o",
		          path);
	else
		return true;
	return false;
}

/*
 * Open and lock the file that is to be replaced: as `outlive run -o`, refuse one that is no trace,
 * is being written, or cannot be read. The caller closes it. NO_OUTPUT: there is none.
 * OUTPUT_REFUSED: *error.
 */
static int output_lock(const struct renaming *renaming, struct error *error)
{
	const char *path = renaming->output ? renaming->output : renaming->path;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (file < 0 && errno == ENOENT && renaming->output)
		return NO_OUTPUT;
	if (file < 0) {
		error_set(error, "%s: %s", path, strerror(errno));
		return OUTPUT_REFUSED;
	}
	if (is_replaceable(renaming, path, file, error))
		return file;
	close(file);
	return OUTPUT_REFUSED;
}

/* Give the file its name, if what has that name now may still be replaced. */
static int output_replace(const struct renaming *renaming, const char *from,
                          const char *target, struct error *error)
{
	int old = output_lock(renaming, error), result = 0;

	if (old == OUTPUT_REFUSED)
		return -1;
	if (rename(from, target))
		result = error_set(error, "%s: %s", target, strerror(errno));
	if (old != NO_OUTPUT)
		close(old);
	return result;
}

/* Write the trace with the new names where it belongs. `target`: not a link. */
static int trace_replace(const struct renaming *renaming, const char *target,
                         const struct names *names, struct error *error)
{
	static char path[PATH_MAX + 64];
	struct stat status;
	bool is_named;
	int file, kept, result;

	if (stat(renaming->path, &status))
		return error_set(error, "%s: %s", renaming->path, strerror(errno));
	file = file_create(target, path, sizeof(path), &is_named);
	kept = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, 0);
	if (kept < 0) {
		if (file >= 0)
			close(file);
		return error_set(error, "%s: no file can be written beside it: %s", target,
		                 strerror(errno));
	}
	attributes_copy(kept, &status);
	result = trace_copy(renaming, file, target, names, error);
	if (!result && !is_named && file_name(kept, target, path, sizeof(path)))
		result = error_set(error, "%s: %s", target, strerror(errno));
	else if (!result)
		is_named = true;
	if (!result)
		result = output_replace(renaming, path, target, error);
	if (result && is_named)
		unlink(path);
	close(kept);
	return result;
}

long renaming_do(const struct renaming *renaming, struct error *error)
{
	size_t count = trace_reader_process_count(renaming->reader), i;
	struct names names = { .count = 0 };
	char *real = realpath(renaming->output ? renaming->output : renaming->path, NULL);
	const char *target = real ? real : renaming->output;
	long renamed = 0, of_process;
	int old = output_lock(renaming, error);

	if (old == OUTPUT_REFUSED)
		renamed = -1;
	else if (old != NO_OUTPUT)
		close(old);
	for (i = 0; i < count && renamed >= 0; i++) {
		if (!trace_reader_process(renaming->reader, i)->events)
			continue;
		of_process = process_rename(renaming, i, &names, error);
		renamed = of_process < 0 ? -1 : renamed + of_process;
	}
	if (renamed > 0 && !target)
		renamed = error_set(error, "%s: %s", renaming->path, strerror(errno));
	else if (renamed > 0 && trace_replace(renaming, target, &names, error))
		renamed = -1;
	names_release(&names);
	free(real);
	return renamed;
}
