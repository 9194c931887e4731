/* record/snapshot.c - takes one snapshot of a living process. */
#include "record/snapshot.h"

#include "base/kernel_clock.h"

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
#define QUIET_LOOKS 100      /* equal snapshots: after these the interval grows */
#define QUIET_NS (5 * SECOND_NS)

void looked_init(struct looked *looked, uint32_t process, pid_t pid, const char *ring,
                 bool is_exec)
{
	char path[64];

	*looked = (struct looked){
		.process = process,
		.pid = pid,
		.reasons = SEGMENTS_FIRST | (is_exec ? SEGMENTS_EXEC : 0u),
		.next_ns = kernel_now_ns(),
	};
	strncpy(looked->ring, ring, sizeof(looked->ring) - 1);
	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	looked->statm = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	looked->pages = open(path, O_RDONLY | O_CLOEXEC);
}

void looked_release(struct looked *looked)
{
	if (looked->statm >= 0)
		close(looked->statm);
	if (looked->pages >= 0)
		close(looked->pages);
	segments_release(&looked->segments);
	segment_snapshot_release(&looked->before);
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
static void counts_read(const struct looked *looked, char text[LOOKED_STATM_BYTES])
{
	ssize_t bytes = -1;

	if (looked->statm >= 0)
		bytes = pread(looked->statm, text, LOOKED_STATM_BYTES - 1, 0);
	text[bytes > 0 ? bytes : 0] = 0;
}

/*
 * Whether the process still has the memory that it had when pagemap was opened: exec replaces
 * it, and the end of the process frees it. Reading pagemap at an odd offset fails if the memory
 * exists, and returns 0 if not. The kernel checks that first: it searches no page table and
 * waits for no lock of the process.
 */
static bool has_memory(const struct looked *looked)
{
	char byte;

	return looked->pages < 0 || pread(looked->pages, &byte, 1, 1) != 0;
}

/* Whether the process still runs the program that made the ring: exec unmaps it. */
static bool has_ring(const struct looked *looked)
{
	const struct process_maps *maps = &looked->segments.maps;
	const char *slash;
	size_t i;

	for (i = 0; i < maps->count; i++) {
		if (!(maps->mappings[i].access & MAPPING_SHARED))
			continue;
		slash = strrchr(maps->mappings[i].name, '/');
		if (slash && !strcmp(slash + 1, looked->ring))
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

static struct segment_packet *packet_make(const struct looked *looked,
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
	packet->process = looked->process;
	packet->time_ns = snapshot->time_ns;
	packet->payload = (uint8_t *)payload.data;
	packet->bytes = payload.bytes;
	return packet;
}

/*
 * Make an empty snapshot: the process exists, but may not be read. NULL if the last one was
 * such, too.
 */
static struct segment_packet *refusal_make(struct looked *looked, uint64_t time_ns)
{
	struct segment_snapshot snapshot = { .time_ns = time_ns,
		                                 .reasons = looked->reasons,
		                                 .pid = (uint32_t)looked->pid };

	looked->next_ns = time_ns + REFUSED_NS;
	if (looked->is_refused)
		return NULL;
	looked->is_refused = true;
	looked->last_ns = time_ns;
	looked->reasons = SEGMENTS_INTERVAL;
	return packet_make(looked, &snapshot);
}

/* Schedule the next snapshot, later if the last ones were equal. */
static void look_schedule(struct looked *looked,
                          const struct segment_snapshot *snapshot, uint64_t every_ns)
{
	uint64_t wait_ns = every_ns;

	looked->quiet = segment_snapshot_is_same(snapshot, &looked->before)
	                    ? looked->quiet + 1
	                    : 0;
	if (looked->quiet > QUIET_LOOKS && every_ns < QUIET_NS) {
		wait_ns = every_ns * (looked->quiet - QUIET_LOOKS);
		wait_ns = wait_ns < QUIET_NS ? wait_ns : QUIET_NS;
	}
	looked->next_ns += wait_ns - every_ns;
}

struct segment_packet *looked_whole(struct looked *looked, uint64_t every_ns)
{
	uint64_t time_ns = kernel_now_ns(), pages;
	struct segment_packet *packet = NULL;
	struct segment_snapshot snapshot;
	struct error ignored;

	looked->grown_ns = 0;
	looked->is_much = false;
	looked->owed_ns = 0;
	counts_read(
		looked,
		looked->counts); /* first, so that a change during the snapshot is noticed */
	if (segments_read(&looked->segments, looked->pid, &ignored)) {
		if (is_refused(looked->pid))
			return refusal_make(looked, time_ns);
		looked->is_gone = true;
		return NULL;
	}
	if (!has_ring(looked)) {
		looked->is_gone = true;
		looked->is_another = looked->segments.maps.count >
		                     0; /* no maps: it has ended */
		return NULL;
	}
	looked->is_refused = false;
	looked->next_ns = time_ns + every_ns;
	if (!segment_snapshot_make(&snapshot, &looked->segments)) {
		snapshot.time_ns = time_ns;
		snapshot.reasons = looked->reasons;
		snapshot.peak_rss = status_read(looked->pid, "\nVmHWM:");
		snapshot.stack_limit = stack_limit(looked->pid);
		packet = packet_make(looked, &snapshot);
	}
	look_schedule(looked, &snapshot, every_ns);
	segment_snapshot_release(&looked->before);
	looked->before = snapshot;
	looked->last_ns = time_ns;
	looked->reasons = SEGMENTS_INTERVAL;
	pages = snapshot.total.rss / (uint64_t)sysconf(_SC_PAGESIZE);
	if (pages > looked->largest_pages)
		looked->largest_pages = pages;
	return packet;
}

bool looked_size_read(const struct looked *looked, struct looked_size *size)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	char counts[LOOKED_STATM_BYTES], *end;

	counts_read(looked, counts);
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
	if (size->entry.resident && has_memory(looked))
		return true;
	size->counts[0] = 0; /* so that the next reading is checked even if it is equal */
	return false;
}

bool looked_size_note(struct looked *looked, const struct looked_size *size,
                      uint64_t every_ns)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t pages = size->entry.resident / page_bytes, grown;
	uint64_t least = PEAK_BYTES / page_bytes;
	bool is_rising;

	if (least < looked->largest_pages / PEAK_DIVISOR)
		least = looked->largest_pages / PEAK_DIVISOR;
	grown = pages > looked->largest_pages ? pages - looked->largest_pages : 0;
	if (pages != looked->seen_pages && looked->quiet > QUIET_LOOKS) {
		looked->quiet = 0;
		looked->next_ns = looked->last_ns + every_ns;
	}
	is_rising = pages > looked->seen_pages &&
	            pages - looked->seen_pages >= least / RISING_DIVISOR;
	looked->seen_pages = pages;
	if (grown >= least && looked->last_ns) {
		looked->reasons = (looked->reasons & ~(uint32_t)SEGMENTS_INTERVAL) |
		                  SEGMENTS_PEAK;
		if (!looked->owed_ns)
			looked->owed_ns = size->entry.time_ns;
		/*
		 * wait until it stops rising, but not long: the peak is worth more than the way
		 * to it
		 */
		looked->grown_ns = looked->last_ns + LOOKS_APART_NS;
		if (is_rising && size->entry.time_ns < looked->owed_ns + RISING_NS)
			looked->grown_ns = size->entry.time_ns + LOOKS_APART_NS + RISING_SLACK_NS;
		looked->is_much = grown >= looked->largest_pages / MUCH_DIVISOR;
	}
	return looked->last_ns && !looked->is_refused &&
	       !strcmp(size->counts, looked->counts);
}

struct segment_packet *looked_sizes_packet(const struct looked *looked,
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
	packet->process = looked->process;
	packet->time_ns = sizes->kept.time_ns;
	packet->payload = (uint8_t *)payload.data;
	packet->bytes = payload.bytes;
	return packet;
}
