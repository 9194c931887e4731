/*
 * self/maps.c - /proc/self/maps and smaps become definitions.
 */
#include "self/maps.h"

#include <stdatomic.h>

#include "system/clock.h"
#include "go/arenas.h"
#include "ring/definitions.h"
#include "ring/growth.h"
#include "self/maps_kind.h"
#include "self/maps_use.h"
#include "self/memory.h"
#include "self/own_pages.h"
#include "ring/ring.h"
#include "system/system.h"

#define RECORD_BYTES 8192 /* room for the longest path */
#define BUFFER_BYTES 8192
#define NAME_BYTES_MAX 4096
#define APART_QUANTA UINT64_C(10000000) /* about 100 ms */

/* The budget for reading smaps: 1 % of the process's life; 10 % below 30 ms, at most 300 us. */
#define LIFE_SHARE 100
#define SHORT_LIFE_SHARE 10
#define COST_SHORT_NS UINT64_C(300000)
#define COST_MAX_NS UINT64_C(100000000)
/* What reading smaps costs at most; half of that on an idle machine. */
#define PAGE_NS 25
#define SWAPPED_PAGE_NS 200
#define MAPPING_NS 2000
#define PIECE_NS 2000
#define PIECES_MIN 16
#define PIECES_MAX 4096
#define THREAD_NS 4000
#define OWN_PAGES_NS 50000

/* One writer at a time: see definitions_enter(). */
static char buffer[BUFFER_BYTES];
static uint8_t uses[RECORD_BYTES]; /* of the mappings of one record */
static uint64_t spent_bytes;       /* bytes of the ring that all snapshots took */
static uint64_t spent_ns;          /* processor time that snapshots with sizes took */
static uint32_t mappings_before;   /* mappings in the last whole snapshot */
static _Atomic uint64_t last_time, last_exec_time;

struct snapshot {
	struct maps_definition *record; /* the record being filled; NULL: none */
	uint32_t used_bytes;            /* of it */
	uint32_t number;                /* of the next mapping */
	uint64_t room_bytes;            /* room left for this snapshot */
	uint64_t time;
	uint64_t next_start; /* where the last mapping ended */
	uint64_t file_start; /* start of the last mapping of a file's beginning */
	uint64_t data_end;   /* end of the last mapping of a file that is writable */
	uint64_t guard_end;  /* end of the last mapping without access */
	enum maps_reason reason;
	struct maps_reading reading;
	/* sizes: */
	bool is_sized;
	bool has_mapping;    /* a mapping's sizes are being read */
	struct maps_use use; /* the sizes of that mapping */
	uint32_t uses_bytes; /* in `uses` */
	uint64_t
		sized_until; /* in the thread's processor time: from then on it takes too long */
};

/* ---- records ------------------------------------------------------------------- */

/* Write the sizes of the mappings of `record`, which was committed. */
static void uses_add(struct snapshot *snapshot, const struct maps_definition *record)
{
	uint32_t bytes = (uint32_t)sizeof(struct maps_use_definition) +
	                 ((snapshot->uses_bytes + 7u) & ~7u);
	struct maps_use_definition *definition = NULL;

	if (snapshot->room_bytes >= bytes)
		definition = definition_reserve(bytes);
	if (!definition) {
		snapshot->is_sized = false;
		return;
	}
	*definition = (struct maps_use_definition){
		.header = { DEFINITION_MAPS_USE, (uint16_t)bytes, 0, snapshot->time },
		.reason = snapshot->reason,
		.first = record->first,
		.count = record->count,
	};
	memset((char *)definition + bytes - 8, 0, 8);
	memcpy(definition + 1, uses, snapshot->uses_bytes);
	definition_commit(bytes);
	spent_bytes += bytes;
	snapshot->room_bytes -= bytes;
}

static void record_end(struct snapshot *snapshot, bool is_last)
{
	struct maps_definition record;

	if (!snapshot->record)
		return;
	snapshot->record->header.bytes = (uint16_t)snapshot->used_bytes;
	snapshot->record->is_last = is_last;
	record = *snapshot->record;
	definition_commit(snapshot->used_bytes);
	spent_bytes += snapshot->used_bytes;
	snapshot->room_bytes -= snapshot->used_bytes;
	snapshot->record = NULL;
	if (snapshot->is_sized)
		uses_add(snapshot, &record);
}

static bool record_begin(struct snapshot *snapshot)
{
	if (snapshot->room_bytes < RECORD_BYTES)
		return false;
	snapshot->record = definition_reserve(RECORD_BYTES);
	if (!snapshot->record)
		return false;
	*snapshot->record = (struct maps_definition){
		.header = { DEFINITION_MAPS, 0, 0, snapshot->time },
		.reason = snapshot->reason,
		.first = snapshot->number,
	};
	snapshot->used_bytes = sizeof(*snapshot->record);
	snapshot->uses_bytes = 0;
	return true;
}

/* ---- lines --------------------------------------------------------------------- */

static const char *number_read(const char *at, const char *end, uint64_t *number)
{
	for (*number = 0; at < end; at++) {
		if (*at >= '0' && *at <= '9')
			*number = *number << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*number = *number << 4 | (uint64_t)(*at - 'a' + 10);
		else
			break;
	}
	return at;
}

/* "start-end rwxp offset device inode    name" */
static const char *line_read(const char *at, const char *end, struct maps_entry *entry)
{
	*entry = (struct maps_entry){ .access = 0 };
	at = number_read(at, end, &entry->start) + 1;
	at = number_read(at, end, &entry->end) + 1;
	if (end - at < 5)
		return end;
	entry->access = (at[0] == 'r' ? MAPS_READ : 0u) | (at[1] == 'w' ? MAPS_WRITE : 0u) |
	                (at[2] == 'x' ? MAPS_EXECUTE : 0u) |
	                (at[3] == 's' ? MAPS_SHARED : 0u);
	at = number_read(at + 5, end, &entry->offset);
	for (int field = 0; field < 3 && at < end; field++) {
		while (at < end && *at == ' ')
			at++;
		while (field < 2 && at < end && *at != ' ')
			at++;
	}
	return at;
}

/* Private memory without a name: what does it hold? */
static enum maps_kind kind_find(struct snapshot *snapshot,
                                const struct maps_entry *entry)
{
	enum maps_kind kind;

	if (entry->name_bytes || entry->access != (MAPS_READ | MAPS_WRITE))
		return MAPS_KIND_UNTOLD;
	if (go_arenas_hold(entry->start, entry->end))
		return MAPS_KIND_GO;
	kind = maps_reading_kind(&snapshot->reading, entry->start, entry->end);
	if (kind == MAPS_KIND_UNTOLD && entry->start == snapshot->data_end)
		kind = maps_reading_bss(&snapshot->reading, snapshot->file_start, entry->start,
		                        entry->end);
	if (kind == MAPS_KIND_UNTOLD && entry->start == snapshot->guard_end)
		kind = maps_reading_stack(&snapshot->reading, entry->end);
	if ((kind == MAPS_KIND_UNTOLD || kind == MAPS_KIND_GUARDED) &&
	    maps_reading_is_no_arena(&snapshot->reading, entry->start))
		kind = MAPS_KIND_ALIGNED;
	return kind;
}

/* Remember where the parts of a file are, for the mappings that follow. */
static void file_remember(struct snapshot *snapshot, const struct maps_entry *entry,
                          const char *name)
{
	if (!entry->name_bytes || *name != '/' || entry->access & MAPS_SHARED)
		return;
	if (!entry->offset)
		snapshot->file_start = entry->start;
	if (entry->access & MAPS_WRITE)
		snapshot->data_end = entry->end;
}

/* The sizes of the mapping before the one that begins now are complete. */
static void use_end(struct snapshot *snapshot)
{
	if (!snapshot->has_mapping)
		return;
	snapshot->has_mapping = false;
	snapshot->uses_bytes += maps_use_put(&snapshot->use, uses + snapshot->uses_bytes);
}

static bool record_has_room(const struct snapshot *snapshot, uint32_t bytes)
{
	return snapshot->used_bytes + bytes <= RECORD_BYTES &&
	       snapshot->uses_bytes + MAPS_USE_BYTES_MAX <= sizeof(uses);
}

/* Add a mapping. False: no room is left. */
static bool header_record(struct snapshot *snapshot, const char *line, const char *end)
{
	struct maps_entry entry;
	const char *name = line_read(line, end, &entry);
	uint32_t bytes;

	use_end(snapshot);
	if (entry.start < snapshot->next_start) /* a line that was read before */
		return true;
	snapshot->next_start = entry.end;
	entry.name_bytes = (uint16_t)(end - name > NAME_BYTES_MAX ? NAME_BYTES_MAX
	                                                          : end - name);
	entry.kind = kind_find(snapshot, &entry);
	if (!entry.access)
		snapshot->guard_end = entry.end;
	file_remember(snapshot, &entry, name);
	bytes = (uint32_t)(sizeof(entry) + ((entry.name_bytes + 7u) & ~7u));
	if (snapshot->record && !record_has_room(snapshot, bytes))
		record_end(snapshot, false);
	if (!snapshot->record && !record_begin(snapshot))
		return false;
	line = (char *)snapshot->record + snapshot->used_bytes;
	memset((char *)line, 0, bytes);
	memcpy((char *)line, &entry, sizeof(entry));
	memcpy((char *)line + sizeof(entry), name, entry.name_bytes);
	snapshot->used_bytes += bytes;
	snapshot->record->count++;
	snapshot->number++;
	snapshot->has_mapping = snapshot->is_sized;
	snapshot->use = (struct maps_use){ .grows_down = false };
	return true;
}

/* Headers begin with a digit or a lower-case letter, fields of smaps with a capital. */
static bool line_record(struct snapshot *snapshot, const char *line, const char *end)
{
	if (*line < 'A' || *line > 'Z')
		return header_record(snapshot, line, end);
	if (snapshot->has_mapping)
		maps_use_take(&snapshot->use, line, end);
	return true;
}

/* Parse all whole lines of the buffer. Returns the bytes of an incomplete last line. */
static long lines_record(struct snapshot *snapshot, long count, bool *has_room)
{
	const char *line = buffer, *end;

	while (*has_room &&
	       (end = memchr(line, '\n', (size_t)(buffer + count - line))) != NULL) {
		*has_room = line_record(snapshot, line, end);
		line = end + 1;
	}
	count -= line - buffer;
	/* No line is as long as the buffer. */
	if (count == BUFFER_BYTES)
		count = 0;
	memmove(buffer, line, (size_t)count);
	return count;
}

/* ---- snapshots ----------------------------------------------------------------- */

/*
 * Read the rest of the snapshot from the file at `path`. True: to its end, or the ring is full
 * and *has_room is false. False: it cannot be read, or took too long.
 */
static bool file_record(struct snapshot *snapshot, const char *path, bool *has_room)
{
	int fd = system_open(path, O_RDONLY | O_CLOEXEC, 0);
	bool in_time = true;
	long left = 0, count;

	if (fd < 0)
		return false;
	while (*has_room && in_time &&
	       (count = system_read(fd, buffer + left, (size_t)(BUFFER_BYTES - left))) >
	           0) {
		left = lines_record(snapshot, left + count, has_room);
		in_time = !snapshot->is_sized ||
		          system_time_ns(CLOCK_THREAD_CPUTIME_ID) < snapshot->sized_until;
	}
	system_close(fd);
	use_end(snapshot);
	return in_time;
}

static void snapshot_take(struct snapshot *snapshot)
{
	bool has_room = true, is_done = false;

	if (snapshot->is_sized)
		is_done = file_record(snapshot, "/proc/self/smaps", &has_room);
	if (!is_done) {
		snapshot->is_sized = false;
		is_done = file_record(snapshot, "/proc/self/maps", &has_room);
	}
	maps_reading_end(&snapshot->reading);
	record_end(snapshot, is_done && has_room);
	if (is_done && has_room)
		mappings_before = snapshot->number;
}

/* What a snapshot with sizes may cost by now. */
static uint64_t allowance_ns(uint64_t now_ns)
{
	uint64_t life_ns = now_ns - ring.header->start_ns;
	uint64_t all = life_ns / SHORT_LIFE_SHARE;

	if (all > COST_SHORT_NS)
		all = COST_SHORT_NS;
	if (all < life_ns / LIFE_SHARE)
		all = life_ns / LIFE_SHARE;
	if (all > COST_MAX_NS)
		all = COST_MAX_NS;
	return all > spent_ns ? all - spent_ns : 0;
}

uint64_t maps_allowance_ns(void)
{
	return allowance_ns(system_time_ns(CLOCK_MONOTONIC));
}

void maps_spend(uint64_t cost_ns)
{
	spent_ns += cost_ns;
}

static uint64_t cost_ns(const struct memory_definition *memory)
{
	return memory->resident / ARCH_PAGE_BYTES * PAGE_NS +
	       memory->swap / ARCH_PAGE_BYTES * SWAPPED_PAGE_NS +
	       mappings_before * (uint64_t)MAPPING_NS;
}

/* Write the totals. True: there is time for the sizes of each mapping as well. */
static void sizes_prepare(struct snapshot *snapshot)
{
	uint64_t life_ns = system_time_ns(CLOCK_MONOTONIC) - ring.header->start_ns;
	struct memory_definition memory;
	uint64_t allowed_ns, bytes;
	uint32_t threads;

	if (life_ns > OWN_PAGES_NS * SHORT_LIFE_SHARE)
		own_pages_record();
	memory_read(&memory, snapshot->time, snapshot->reason);
	ring_growth_peak_is(ring.header, memory.peak);
	allowed_ns = allowance_ns(memory.time_ns);
	if (snapshot->room_bytes < 2 * RECORD_BYTES)
		return;
	bytes = memory_record(&memory);
	snapshot->is_sized = memory.resident && cost_ns(&memory) < allowed_ns;
	snapshot->sized_until = system_time_ns(CLOCK_THREAD_CPUTIME_ID) + allowed_ns;
	if (snapshot->is_sized) {
		threads = (uint32_t)(allowed_ns / 4 / THREAD_NS);
		threads = threads < STACKS_RECORDED_MAX ? threads : STACKS_RECORDED_MAX;
		bytes += stacks_record(snapshot->time, snapshot->reason, threads);
	}
	spent_bytes += bytes;
	snapshot->room_bytes -= bytes;
}

static uint32_t pieces_allowed(void)
{
	uint64_t pieces = (system_time_ns(CLOCK_MONOTONIC) - ring.header->start_ns) /
	                  LIFE_SHARE / 2 / PIECE_NS;

	return pieces < PIECES_MIN ? PIECES_MIN : pieces > PIECES_MAX ? PIECES_MAX : pieces;
}

static uint64_t room_bytes(enum maps_reason reason)
{
	uint64_t all = ring.mapped_bytes / 16;

	if (reason == MAPS_MODULES || reason == MAPS_EXEC)
		all /= 2;
	return all > spent_bytes ? all - spent_bytes : 0;
}

static bool is_too_soon(enum maps_reason reason, uint64_t time)
{
	uint64_t last = atomic_load_explicit(&last_time, memory_order_relaxed);

	if (reason == MAPS_EXEC && !(ring.header->flags & RING_FORKED))
		last = atomic_load_explicit(&last_exec_time, memory_order_relaxed);
	return (reason == MAPS_MODULES || reason == MAPS_EXEC) &&
	       time < last + APART_QUANTA;
}

bool maps_record(enum maps_reason reason)
{
	struct snapshot snapshot = { .time = clock_before(), .reason = reason };
	uint64_t begun_ns;

	if (is_too_soon(reason, snapshot.time))
		return false;
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return true;
	}
	atomic_store_explicit(&last_time, snapshot.time, memory_order_relaxed);
	if (reason == MAPS_EXEC)
		atomic_store_explicit(&last_exec_time, snapshot.time, memory_order_relaxed);
	snapshot.room_bytes = room_bytes(reason);
	snapshot.reading = maps_reading_begin(pieces_allowed());
	begun_ns = system_time_ns(CLOCK_THREAD_CPUTIME_ID);
	if (reason == MAPS_EXEC || reason == MAPS_END)
		sizes_prepare(&snapshot);
	snapshot_take(&snapshot);
	if (reason == MAPS_EXEC || reason == MAPS_END)
		spent_ns += system_time_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	definitions_leave();
	return true;
}

void maps_forked(void)
{
	spent_bytes = 0;
	spent_ns = 0;
	atomic_store_explicit(&last_time, 0, memory_order_relaxed);
	atomic_store_explicit(&last_exec_time, 0, memory_order_relaxed);
}
