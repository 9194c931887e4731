/*
 * ring/create.c - make the file of a ring, map it, and fill in its first page.
 */
#include "ring/create.h"

#include "system/clock.h"
#include "ring/account.h"
#include "ring/growth.h"
#include "ring/name.h"
#include "ring/request.h"
#include "ring/ring.h"
#include "system/system.h"

/*
 * If the address space is limited, the ring takes at most one part in this many of what is
 * left.
 */
#define ROOM_SHARE 16

static_assert(SETTINGS_DIRECTORY_BYTES + 32 <= RING_NAME_DIRECTORY_BYTES,
              "room for paths");

/*
 * Read the program's path and command line. A new root directory may lack /proc; a forked child
 * still runs its parent's program.
 */
static void header_read_program(struct ring_header *header,
                                const struct ring_header *parent)
{
	long count = system_readlink("/proc/self/exe", header->executable,
	                             sizeof(header->executable) - 1);
	int fd = system_open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);

	if (count < 0 && parent)
		memcpy(header->executable, parent->executable, sizeof(header->executable));
	if (fd < 0 && parent) {
		memcpy(header->command, parent->command, sizeof(header->command));
		header->command_bytes = parent->command_bytes;
	}
	if (fd < 0)
		return;
	count = system_read(fd, header->command, sizeof(header->command));
	header->command_bytes = count > 0 ? (uint32_t)count : 0;
	system_close(fd);
}

static void header_fill(struct ring_header *header, const struct settings *settings,
                        uint32_t flags, const struct ring_header *parent)
{
	header->version_major = FORMAT_VERSION_MAJOR;
	header->version_minor = FORMAT_VERSION_MINOR;
	header->header_bytes = (uint32_t)(ring.chunks - (uint8_t *)header);
	if (ring_account.header) {
		header->account_offset = (uint64_t)((uint8_t *)ring_account.header -
		                                    (uint8_t *)header);
		header->account_bytes = ring.mapped_bytes - header->account_offset;
	}
	header->chunk_bytes = CHUNK_BYTES;
	header->chunk_count = ring.chunk_count;
	header->states_offset = RING_HEADER_BYTES;
	header->policy = settings->policy;
	header->flags = flags;
	header->pid = recorder.pid = system_pid();
	header->parent_pid = system_parent_pid();
	header->user_id = system_user_id();
	header->clock_kind = recorder.clock_is_monotonic_ns ? CLOCK_MONOTONIC_NS
	                                                    : CLOCK_TSC;
	header->clock_shift = CLOCK_SHIFT_TICKS;
	header->start_ticks = clock_ticks();
	header->start_ns = system_time_ns(CLOCK_MONOTONIC);
	header->start_wall_ns = system_time_ns(CLOCK_REALTIME);
	header->session = settings->session;
	header->age_ns = settings->age_ns;
	header->sample_bytes = settings->sample_bytes;
	if (settings->sample_bytes)
		header->features_required |= FEATURE_SAMPLED;
	/* A reader that has yet to find this ring counts as alive for one beat. */
	header->reader_pid = settings->reader_pid;
	header->reader_beat_ns = header->start_ns;
	header_read_program(header, parent);
	ring_growth_begin(header, header->header_bytes);
	header->magic = RING_MAGIC;
}

/*
 * Returns how many bytes of the address space the ring may take; the program keeps most of it.
 */
static uint64_t room_bytes_allowed(void)
{
	uint64_t limit_bytes = system_limit_bytes(RLIMIT_AS), mapped_bytes;

	if (limit_bytes == UINT64_MAX)
		return UINT64_MAX;
	mapped_bytes = system_mapped_bytes();
	return limit_bytes > mapped_bytes ? (limit_bytes - mapped_bytes) / ROOM_SHARE : 0;
}

/* The account goes behind the chunks; it is left out where the file may not be so large. */
static struct ring_account account_fit(const struct settings *settings,
                                       uint32_t chunk_count, uint64_t chunks_end,
                                       uint64_t *bytes)
{
	uint32_t blocks = settings->policy == RING_FLIGHT ? settings->account_blocks : 0;
	struct ring_account plan = account_plan((uint64_t)chunk_count * CHUNK_BYTES, blocks,
	                                        bytes);

	if (chunks_end + *bytes > system_limit_bytes(RLIMIT_FSIZE) ||
	    chunks_end + *bytes > room_bytes_allowed())
		*bytes = 0;
	return plan;
}

static bool ring_map(int fd, uint32_t chunk_count, const struct settings *settings)
{
	uint32_t chunks_offset = RING_HEADER_BYTES + ((chunk_count * 8 + 4095) & ~4095u);
	size_t chunks_end = chunks_offset + (size_t)chunk_count * CHUNK_BYTES;
	uint64_t account_bytes;
	struct ring_account plan = account_fit(settings, chunk_count, chunks_end,
	                                       &account_bytes);
	size_t size_bytes = chunks_end + account_bytes;
	void *base;

	if (system_truncate(fd, size_bytes) < 0)
		return false;
	base = system_map(size_bytes, fd);
	if (!base)
		return false;
	/* Touching a page that the file system has no room for would raise SIGBUS. */
	if (system_advise(base, chunks_offset, MADV_POPULATE_WRITE) < 0) {
		if (system_allocate(fd, size_bytes) < 0) {
			system_unmap(base, size_bytes);
			return false;
		}
		ring.is_populated = true;
	}
	ring.header = base;
	ring.states = (_Atomic uint64_t *)((char *)base + RING_HEADER_BYTES);
	ring.chunks = (uint8_t *)base + chunks_offset;
	ring.chunk_count = chunk_count;
	ring.mapped_bytes = size_bytes;
	plan.is_populated = ring.is_populated;
	if (account_bytes)
		account_make(&plan, (char *)base + chunks_end,
		             settings->sample_bytes ? settings->sample_bytes
		                                    : ACCOUNT_SAMPLE_BYTES);
	return true;
}

/*
 * Returns how many chunks the file may hold. If it grew past RLIMIT_FSIZE, SIGXFSZ would end
 * the process.
 */
static uint32_t chunk_count_allowed(const struct settings *settings)
{
	uint64_t bytes = settings->ring_bytes;
	uint64_t limit_bytes = system_limit_bytes(RLIMIT_FSIZE);
	uint64_t room_bytes = room_bytes_allowed();

	bytes = bytes < room_bytes ? bytes : room_bytes;

	if (bytes + bytes / 1024 + 2 * RING_HEADER_BYTES > limit_bytes)
		bytes = limit_bytes - limit_bytes / 512 > 2 * RING_HEADER_BYTES
		            ? limit_bytes - limit_bytes / 512 - 2 * RING_HEADER_BYTES
		            : 0;
	return (uint32_t)(bytes / CHUNK_BYTES);
}

/* Returns the reader's pid if it is in this pid namespace, else 0. */
static uint32_t reader_here(const struct settings *settings)
{
	return settings->reader_namespace &&
	               settings->reader_namespace == system_pid_namespace()
	           ? settings->reader_pid
	           : 0;
}

/*
 * Whether the reader has ended: rings that no reader removes must not pile up. A reader in
 * another pid namespace has no pid here, and is assumed to be alive.
 */
static bool reader_is_gone(const struct settings *settings)
{
	return settings->reader_pid && system_process_is_gone(settings->reader_pid) &&
	       reader_here(settings);
}

/* Whether waiting for the reader may help: it was active a moment ago. */
static bool reader_would_answer(const struct ring_header *parent)
{
	return !parent || *(volatile const uint32_t *)&parent->policy == RING_FLIGHT ||
	       ring_reader_is_alive(parent, system_time_ns(CLOCK_MONOTONIC));
}

/* The directory is out of reach: the reader makes the file in it, and names it. */
static bool ring_make_by_request(const struct settings *settings, uint32_t flags,
                                 uint32_t chunk_count, const struct ring_header *parent)
{
	int socket, fd;
	bool is_mapped;

	if (chunk_count < CHUNK_COUNT_MIN || !reader_would_answer(parent))
		return false;
	fd = ring_request(settings->session, &socket);
	if (fd < 0)
		return false;
	is_mapped = ring_map(fd, chunk_count, settings);
	system_close(fd);
	if (is_mapped)
		header_fill(ring.header, settings, flags, parent);
	system_close(socket);
	return is_mapped;
}

/* `parent`: page 0 of a forked child's parent, or NULL. */
static bool ring_make(const struct settings *settings, uint32_t flags,
                      const struct ring_header *parent)
{
	uint32_t chunk_count = chunk_count_allowed(settings);
	char directory[RING_NAME_DIRECTORY_BYTES], hidden[RING_NAME_PATH_BYTES];
	uint64_t number;
	bool is_mapped;
	int fd;

	if (reader_is_gone(settings))
		return false;
	fd = ring_name_find(settings->directory, reader_here(settings), directory, hidden,
	                    &number);
	if (fd < 0)
		return ring_make_by_request(settings, flags, chunk_count, parent);
	is_mapped = chunk_count >= CHUNK_COUNT_MIN && ring_map(fd, chunk_count, settings);
	/* A forked child's parent counts it. */
	if (!is_mapped && parent)
		system_unlink(hidden);
	else if (!is_mapped)
		ring_name_give_up(directory, hidden, number, fd);
	system_close(fd);
	if (!is_mapped)
		return false;
	header_fill(ring.header, settings, flags, parent);
	return ring_name_show(directory, hidden, number);
}

bool ring_is_to_be_had(const struct settings *settings)
{
	return ring_name_is_in_reach(settings->directory, reader_here(settings)) ||
	       ring_request_is_heard(settings->session);
}

bool ring_create(const struct settings *settings, uint32_t flags)
{
	ring_request_start();
	return ring_make(settings, flags, NULL);
}

bool ring_create_forked(const struct settings *settings, uint32_t flags)
{
	struct ring parent = ring;
	bool created;

	ring_let_go();
	created = settings && ring_make(settings, flags, parent.header);
	/* Only the parent's ring is left to record that. */
	if (settings && !created && parent.header)
		atomic_fetch_add_explicit(
			(_Atomic uint64_t *)&parent.header->lost[LOST_CHILDREN], 1,
			memory_order_relaxed);
	if (parent.header)
		system_unmap(parent.header, parent.mapped_bytes);
	return created;
}
