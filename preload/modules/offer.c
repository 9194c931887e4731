/*
 * modules/offer.c - sends files of modules to the reader, and remembers which were sent.
 *
 * A file that is removed at once was usually made only a short time before. A file that has
 * existed for an hour is not sent, since sending takes some ten microseconds: the reader opens
 * it by its path soon after.
 *
 * A file without a name (a memfd, or a removed file) can be opened only by the process itself:
 * others need a capability for that.
 */
#include "modules/offer.h"

#include <stdatomic.h>

#include "ring/request.h"
#include "ring_socket.h"
#include "system/system.h"
#include "record_format.h"

#define PATH_BYTES_MAX 4096
#define GIVEN_BITS 10
#define RECENT_S 3600

static uint64_t session;  /* 0: no reader takes files */
static bool is_elsewhere; /* this process sees other files than the reader */

/* The files that were sent last, by a hash that identifies a file. */
static _Atomic uint64_t given[1 << GIVEN_BITS];

static uint64_t file_hash(const struct stat *status)
{
	uint64_t hash = FORMAT_HASH(status->st_ino, 32);

	hash = hash << 32 ^ (uint64_t)status->st_dev * UINT64_C(0x9E3779B97F4A7C15);
	hash ^= (uint64_t)status->st_ctim.tv_sec << 30 ^ (uint64_t)status->st_ctim.tv_nsec;
	return hash | 1; /* 0: an empty slot */
}

/* Whether to send the file. Its status changes also when it is linked, moved or removed. */
static bool is_of_interest(const struct stat *status)
{
	int64_t now_s = (int64_t)(system_time_ns(CLOCK_REALTIME) / 1000000000);

	return S_ISREG(status->st_mode) && status->st_size > 0 &&
	       (is_elsewhere || !status->st_nlink ||
	        now_s - status->st_ctim.tv_sec < RECENT_S);
}

/*
 * Send a file. `open_by`: a path that leads to it now; `directory` and `path`: its name for the
 * reader.
 */
static void file_give(const char *open_by, const char *directory, const char *path)
{
	struct stat status = { .st_mode = 0 };
	_Atomic uint64_t *slot;
	uint64_t hash;
	int file;

	if (system_path_status(open_by, &status) < 0 || !is_of_interest(&status))
		return;
	hash = file_hash(&status);
	slot = &given[FORMAT_HASH(hash, GIVEN_BITS)];
	if (atomic_load_explicit(slot, memory_order_relaxed) == hash)
		return;
	file = system_open(open_by, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	if (file < 0)
		return;
	if (system_status(file, &status) == 0 && is_of_interest(&status) &&
	    ring_request_give(session, file, directory, path))
		atomic_store_explicit(slot, hash, memory_order_relaxed);
	system_close(file);
}

/* Send a file with a relative path, which is relative to the present directory. */
static __attribute__((noinline)) void relative_give(const char *file)
{
	char directory[PATH_BYTES_MAX];
	long bytes;

	directory[0] = '\0';
	bytes = system_working_directory(directory, PATH_BYTES_MAX - 1);
	if (bytes <= 0 || directory[0] != '/')
		return;
	directory[bytes] = '/';
	directory[bytes + 1] = '\0';
	file_give(file, directory, file);
}

void module_offer(const char *file)
{
	const char *at = file;

	if (!file || !session)
		return;
	while (*at && *at != '/')
		at++;
	if (!*at || *file == '$') /* $ORIGIN/..: an installed library */
		return;
	if (*file == '/')
		file_give(file, "", file);
	else
		relative_give(file);
}

void module_offer_met(const char *path)
{
	if (session && is_elsewhere)
		file_give(path, "", path);
}

static uint64_t own_view(void)
{
	struct stat mounts = { .st_ino = 0 }, root = { .st_ino = 0 };

	if (system_path_status("/proc/self/ns/mnt", &mounts) < 0)
		mounts.st_ino = 0;
	system_path_status("/", &root);
	return ring_view(mounts.st_ino, root.st_dev, root.st_ino);
}

void module_offer_start(uint64_t number, uint64_t reader_view, const char *program)
{
	static const char deleted[] = " (deleted)";
	size_t bytes = strlen(program);

	session = number;
	is_elsewhere = reader_view && reader_view != own_view();
	if (session && bytes >= sizeof(deleted) &&
	    memcmp(program + bytes - (sizeof(deleted) - 1), deleted, sizeof(deleted) - 1) ==
	        0)
		file_give("/proc/self/exe", "", program);
}
