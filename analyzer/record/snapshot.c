/* record/snapshot.c - takes one snapshot of a living process. */
#include "record/snapshot.h"

#include "base/kernel_clock.h"
#include "process/memory.h"
#include "record/heap_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)
#define PEAK_BYTES (UINT64_C(1) << 20)
#define PEAK_DIVISOR 20  /* a process has grown if it gained this part */
#define MUCH_DIVISOR 8   /* it has grown so much that its snapshot is taken on credit */
#define RISING_DIVISOR 4 /* it still rises if one reading adds this part of that */
#define RISING_NS UINT64_C(100000000)
#define RISING_SLACK_NS UINT64_C(1000000) /* let the next reading come first */
#define REFUSED_NS SECOND_NS /* then try again: the process may have become readable */
/* of a smaller heap, little can be kept: its pages are read at the exit only, if at all */
#define HEAP_BYTES_MIN (UINT64_C(512) << 10)
#define HEAP_SPARSE_BYTES (UINT64_C(256) << 20)
#define QUIET_SNAPSHOTS 100 /* equal snapshots: after these the interval grows */
#define QUIET_NS (5 * SECOND_NS)

void watched_init(struct watched *watched, uint32_t process, pid_t pid,
                  const char *ring, bool is_exec)
{
	char path[64];

	*watched = (struct watched){
		.process = process,
		.pid = pid,
		.reasons = SEGMENTS_FIRST | (is_exec ? SEGMENTS_EXEC : 0u),
		.next_ns = kernel_now_ns(),
	};
	strncpy(watched->ring, ring, sizeof(watched->ring) - 1);
	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	watched->statm = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	watched->pages = open(path, O_RDONLY | O_CLOEXEC);
}

void watched_release(struct watched *watched)
{
	if (watched->statm >= 0)
		close(watched->statm);
	if (watched->pages >= 0)
		close(watched->pages);
	segments_release(&watched->segments);
	segment_snapshot_release(&watched->before);
	segment_packet_free(watched->heap);
}

/* The value of "Name: 123 kB" in /proc/PID/status, in bytes; 0: it is not there. */
static __attribute__((noinline)) uint64_t status_read(pid_t pid, const char *name)
{
	char path[64], text[4096];
	const char *at;
	ssize_t bytes;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	bytes = read(file, text, sizeof(text) - 1);
	close(file);
	text[bytes > 0 ? bytes : 0] = 0;
	at = strstr(text, name);
	return at ? strtoull(at + strlen(name), NULL, 10) << 10 : 0;
}

static uint64_t stack_limit(pid_t pid)
{
	struct rlimit limit;

	if (prlimit(pid, RLIMIT_STACK, NULL, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return 0;
	return limit.rlim_cur;
}

/* Read statm, by one system call; "": unknown. */
static void counts_read(const struct watched *watched, char text[WATCHED_STATM_BYTES])
{
	ssize_t bytes = -1;

	if (watched->statm >= 0)
		bytes = pread(watched->statm, text, WATCHED_STATM_BYTES - 1, 0);
	text[bytes > 0 ? bytes : 0] = 0;
}

/* Whether the process still runs the program that made the ring: exec unmaps it. */
static bool has_ring(const struct watched *watched)
{
	const struct process_maps *maps = &watched->segments.maps;
	const char *slash;
	size_t i;

	for (i = 0; i < maps->count; i++) {
		if (!(maps->mappings[i].access & MAPPING_SHARED))
			continue;
		slash = strrchr(maps->mappings[i].name, '/');
		if (slash && !strcmp(slash + 1, watched->ring))
			return true;
	}
	return false;
}

static bool is_refused(pid_t pid)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0)
		close(file);
	return file < 0 && (errno == EACCES || errno == EPERM);
}

static struct segment_packet *packet_make(const struct watched *watched,
                                          const struct segment_snapshot *snapshot)
{
	struct segment_packet *packet = calloc(1, sizeof(*packet));
	struct text payload = { NULL, 0, 0 };

	if (!packet || segment_snapshot_save(snapshot, &payload)) {
		text_release(&payload);
		free(packet);
		return NULL;
	}
	packet->type = BLOCK_SEGMENTS;
	packet->process = watched->process;
	packet->time_ns = snapshot->time_ns;
	packet->payload = (uint8_t *)payload.data;
	packet->bytes = payload.bytes;
	return packet;
}

/*
 * Make an empty snapshot: the process exists, but may not be read. NULL if the last one was
 * such, too.
 */
static struct segment_packet *refusal_make(struct watched *watched, uint64_t time_ns)
{
	struct segment_snapshot snapshot = { .time_ns = time_ns,
		                                 .reasons = watched->reasons,
		                                 .pid = (uint32_t)watched->pid };

	watched->next_ns = time_ns + REFUSED_NS;
	if (watched->is_refused)
		return NULL;
	watched->is_refused = true;
	watched->last_ns = time_ns;
	watched->reasons = SEGMENTS_INTERVAL;
	return packet_make(watched, &snapshot);
}

/* Schedule the next snapshot, later if the last ones were equal. */
static void snapshot_schedule(struct watched *watched,
                              const struct segment_snapshot *snapshot,
                              uint64_t every_ns)
{
	uint64_t wait_ns = every_ns;

	watched->quiet = segment_snapshot_is_same(snapshot, &watched->before)
	                     ? watched->quiet + 1
	                     : 0;
	if (watched->quiet > QUIET_SNAPSHOTS && every_ns < QUIET_NS) {
		wait_ns = every_ns * (watched->quiet - QUIET_SNAPSHOTS);
		wait_ns = wait_ns < QUIET_NS ? wait_ns : QUIET_NS;
	}
	watched->next_ns += wait_ns - every_ns;
}

/*
 * Read which pages of the heap are in memory, unless it is small, or so sparse that reading
 * would take long: 8 bytes are read for each page that could be there.
 */
static void heap_read(struct watched *watched, const struct segment_snapshot *snapshot)
{
	const struct memory_use *heap = &snapshot->uses[SEGMENT_HEAP];

	segment_packet_free(watched->heap);
	watched->heap = NULL;
	if (heap->rss >= HEAP_BYTES_MIN &&
	    heap->size <= HEAP_SPARSE_BYTES + 4 * heap->rss && watched->pages >= 0)
		watched->heap = heap_packet_read(&watched->segments, watched->pages,
		                                 watched->process, &watched->heap_pages);
}

/*
 * The process may end, become another program or forbid reading at any moment, also between two
 * of the reads below: so the snapshot counts only if the ring was among the mappings that were
 * read.
 */
struct segment_packet *watched_whole(struct watched *watched, uint64_t every_ns)
{
	uint64_t time_ns = kernel_now_ns(), pages;
	struct segment_packet *packet = NULL;
	struct segment_snapshot snapshot;
	struct error ignored;

	watched->grown_ns = 0;
	watched->is_much = false;
	watched->owed_ns = 0;
	counts_read(
		watched,
		watched->counts); /* first, so that a change during the snapshot is noticed */
	if (segments_read(&watched->segments, watched->pid, &ignored)) {
		if (is_refused(watched->pid))
			return refusal_make(watched, time_ns);
		watched->is_gone = true;
		return NULL;
	}
	if (!has_ring(watched)) {
		watched->is_gone = true;
		watched->is_another = watched->segments.maps.count >
		                      0; /* no maps: it has ended */
		return NULL;
	}
	watched->is_refused = false;
	watched->next_ns = time_ns + every_ns;
	if (!segment_snapshot_make(&snapshot, &watched->segments)) {
		snapshot.time_ns = time_ns;
		snapshot.reasons = watched->reasons;
		snapshot.peak_rss = status_read(watched->pid, "\nVmHWM:");
		snapshot.stack_limit = stack_limit(watched->pid);
		packet = packet_make(watched, &snapshot);
		heap_read(watched, &snapshot);
	}
	snapshot_schedule(watched, &snapshot, every_ns);
	segment_snapshot_release(&watched->before);
	watched->before = snapshot;
	watched->last_ns = time_ns;
	watched->reasons = SEGMENTS_INTERVAL;
	pages = (snapshot.total.rss + snapshot.uses[SEGMENT_OUTLIVE].rss) /
	        (uint64_t)sysconf(_SC_PAGESIZE);
	if (pages > watched->largest_pages)
		watched->largest_pages = pages;
	return packet;
}

bool watched_size_read(const struct watched *watched, struct watched_size *size)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	char counts[WATCHED_STATM_BYTES], *end;

	counts_read(watched, counts);
	size->entry.time_ns = kernel_now_ns();
	if (*counts && !strcmp(counts, size->counts))
		return true;
	strcpy(size->counts, counts);
	size->entry.size = strtoull(size->counts, &end, 10) * page_bytes;
	size->entry.resident = strtoull(end, &end, 10) * page_bytes;
	size->entry.shared = strtoull(end, &end, 10) * page_bytes;
	if (size->entry.shared >
	    size->entry.resident) /* the kernel counted them at two moments */
		size->entry.shared = size->entry.resident;
	if (size->entry.resident && process_memory_lasts(watched->pages))
		return true;
	size->counts[0] = 0; /* so that the next reading is checked even if it is equal */
	return false;
}

/*
 * A process has grown if it is larger than in any snapshot, by 1 MiB or a twentieth, whichever
 * is more. A process that was quiet and has changed gets the normal interval back.
 */
bool watched_size_apply(struct watched *watched, const struct watched_size *size,
                        uint64_t every_ns)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t pages = size->entry.resident / page_bytes, grown;
	uint64_t least = PEAK_BYTES / page_bytes;
	bool is_rising;

	if (least < watched->largest_pages / PEAK_DIVISOR)
		least = watched->largest_pages / PEAK_DIVISOR;
	grown = pages > watched->largest_pages ? pages - watched->largest_pages : 0;
	if (pages != watched->seen_pages && watched->quiet > QUIET_SNAPSHOTS) {
		watched->quiet = 0;
		watched->next_ns = watched->last_ns + every_ns;
	}
	is_rising = pages > watched->seen_pages &&
	            pages - watched->seen_pages >= least / RISING_DIVISOR;
	watched->seen_pages = pages;
	if (grown >= least && watched->last_ns) {
		watched->reasons = (watched->reasons & ~(uint32_t)SEGMENTS_INTERVAL) |
		                   SEGMENTS_PEAK;
		if (!watched->owed_ns)
			watched->owed_ns = size->entry.time_ns;
		/*
		 * wait until it stops rising, but not long: the peak is worth more than the way
		 * to it
		 */
		watched->grown_ns = watched->last_ns + SNAPSHOTS_APART_NS;
		if (is_rising && size->entry.time_ns < watched->owed_ns + RISING_NS)
			watched->grown_ns = size->entry.time_ns + SNAPSHOTS_APART_NS +
			                    RISING_SLACK_NS;
		watched->is_much = grown >= watched->largest_pages / MUCH_DIVISOR;
	}
	return watched->last_ns && !watched->is_refused &&
	       !strcmp(size->counts, watched->counts);
}

struct segment_packet *watched_sizes_packet(const struct watched *watched,
                                            struct segment_sizes *sizes)
{
	struct segment_packet *packet = calloc(1, sizeof(*packet));
	struct text payload = { NULL, 0, 0 };

	if (!packet || segment_sizes_save(sizes, &payload) || !payload.bytes) {
		text_release(&payload);
		free(packet);
		return NULL;
	}
	packet->type = BLOCK_SIZES;
	packet->process = watched->process;
	packet->time_ns = sizes->kept.time_ns;
	packet->payload = (uint8_t *)payload.data;
	packet->bytes = payload.bytes;
	return packet;
}
