/*
 * segments/segment.c - classifies each mapping of a process as one segment.
 *
 * Long, because the kinds exclude one another: which comes first is decided here.
 */
#include "segments/segment.h"

#include "base/page.h"
#include "process/command_line.h"
#include "process/runtimes.h"
#include "process/thread_block.h"
#include "trace_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (UINT64_C(64) << 20) /* glibc, malloc/arena.c: HEAP_MAX_SIZE */
#define GUARD_BYTES_MAX (UINT64_C(64) << 10)
#define STACK_BYTES_MIN (UINT64_C(16) << 10) /* PTHREAD_STACK_MIN */
#define STACK_BYTES_MAX (UINT64_C(1) << 30)
/* malloc maps blocks from 128 KiB on by default; a block may have been shrunk since. */
#define LARGE_BYTES_MIN (UINT64_C(64) << 10)
#define THREAD_OF_GO UINT32_MAX
#define GO_ARENA_FIRST UINT64_C(0xc000000000)
#define ATTEMPTS_MAX 3  /* to read a process that becomes another program meanwhile */
#define PIECES_MAX 4096 /* adjacent large blocks in one mapping */
#define JOINED_BYTES_MAX (UINT64_C(16) << 10) /* above a thread's state, at most */

struct scan {
	struct segments *segments;
	struct process_memory memory;
	bool is_go;       /* the process contains the Go runtime */
	bool is_recorded; /* from a trace: the process's memory cannot be read */
	bool has_own;     /* the process contains the recorder */
};

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* ---- mappings of files ---- */

static bool is_shared_memory(const struct mapping *mapping)
{
	static const char *const prefixes[] = {
		"/dev/shm/",       "/memfd:",     "/SYSV",  "/dev/zero",   "/anon_hugepage",
		"/dev/hugepages/", "[anon_shmem", "/[aio]", "anon_inode:",
	};
	size_t i;

	if (!mapping->name[0])
		return true;
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (begins(mapping->name, prefixes[i]))
			return true;
	}
	return false;
}

/* The segment of a module's mapping, by the part of the ELF file at that address. */
static enum segment module_segment(const struct process_module *module,
                                   const struct mapping *mapping)
{
	const struct module_part *part;
	size_t i;

	if (!mapping->inode)
		return SEGMENT_BSS;
	if (mapping->access & MAPPING_EXECUTE)
		return SEGMENT_CODE;
	for (i = 0; i < module->part_count; i++) {
		part = &module->parts[i];
		if (mapping->start < part->end && mapping->end > part->start &&
		    part->access & MAPPING_WRITE)
			return SEGMENT_DATA; /* even if it was made read-only since */
	}
	return mapping->access & MAPPING_WRITE ? SEGMENT_DATA : SEGMENT_RODATA;
}

static enum segment file_segment(const struct segments *segments, size_t i)
{
	const struct mapping *mapping = &segments->maps.mappings[i];
	uint32_t module = segments->modules.of_mapping[i];

	if (runtime_is_recorder(mapping->name))
		return SEGMENT_OUTLIVE;
	if (module != MODULE_NONE_OF_MAPS)
		return runtime_is_recorder(segments->modules.modules[module].path)
		           ? SEGMENT_OUTLIVE
		           : module_segment(&segments->modules.modules[module], mapping);
	if (mapping->access & MAPPING_EXECUTE)
		return SEGMENT_JIT;
	/* The kernel's name for anonymous memory in huge pages, shared or private. */
	if (begins(mapping->name, "/anon_hugepage") && !(mapping->access & MAPPING_SHARED))
		return SEGMENT_OTHER;
	return is_shared_memory(mapping) ? SEGMENT_SHARED : SEGMENT_FILE;
}

/* ---- anonymous memory ---- */

static bool is_reserved(const struct mapping *mapping)
{
	return !(mapping->access & (MAPPING_READ | MAPPING_WRITE | MAPPING_EXECUTE));
}

static bool is_writable(const struct mapping *mapping)
{
	return (mapping->access & (MAPPING_READ | MAPPING_WRITE)) ==
	       (MAPPING_READ | MAPPING_WRITE);
}

/*
 * Whether a heap of an arena of glibc begins there, as far as its memory can be read: it begins
 * with the address of the arena's state, which is right behind the header of the first heap, and
 * that of the heap before it, or 0 (malloc/arena.c: heap_info).
 */
static bool has_arena_header(const struct scan *scan, const struct mapping *mapping)
{
	struct word_pair head;
	uint64_t offset;

	if (scan->is_recorded ||
	    !process_memory_is_present(&scan->memory, mapping->start) ||
	    !process_memory_read(&scan->memory, mapping->start, &head))
		return mapping->known != MAPS_KIND_ALIGNED;
	offset = head.words[0] % ARENA_BYTES;
	return offset && offset % 16 == 0 && offset < PAGE &&
	       head.words[1] % ARENA_BYTES == 0 &&
	       (head.words[0] - offset == mapping->start) == !head.words[1];
}

/*
 * Whether it is an arena of glibc: aligned 64 MiB, whose upper part is not yet accessible. The
 * kernel aligns what programs map themselves, too, and that by chance to 64 MiB.
 */
static bool is_arena(const struct scan *scan, size_t i)
{
	const struct segments *segments = scan->segments;
	const struct mapping *mapping = &segments->maps.mappings[i], *next = mapping + 1;

	if (mapping->start % ARENA_BYTES || !has_arena_header(scan, mapping))
		return false;
	if (mapping->end - mapping->start == ARENA_BYTES)
		return true;
	return i + 1 < segments->maps.count && next->start == mapping->end &&
	       is_reserved(next) && !next->name[0] &&
	       next->end - mapping->start >= ARENA_BYTES;
}

/*
 * The size of the piece that begins with these two words, and in *segment its segment; 0:
 * unknown. The second word of a large block of glibc is its size, whole pages, with bit 1 set
 * (malloc/malloc.c).
 */
static uint64_t piece_bytes(const struct word_pair *head, enum segment *segment)
{
	uint64_t bytes = head->words[1];

	*segment = SEGMENT_OUTLIVE;
	if (head->words[0] != OWN_HEADER_MAGIC) {
		*segment = SEGMENT_HEAP;
		if (head->words[0] >= PAGE || (bytes & 7) != 2)
			return 0;
		bytes &= ~UINT64_C(7);
	}
	return bytes % PAGE ? 0 : bytes;
}

/*
 * Classify a mapping by the pieces in it. Large blocks of glibc and the recorder's own memory
 * are mapped one by one; the kernel joins each with its neighbours, and a new one is mapped
 * below the others. The kind that takes most of the mapping wins. SEGMENT_OTHER: known pieces
 * take no more than half of it.
 */
static enum segment pieces_segment(const struct scan *scan, size_t i)
{
	const struct mapping *mapping = &scan->segments->maps.mappings[i];
	uint64_t at = mapping->start, bytes, sums[SEGMENT_COUNT] = { 0 };
	enum segment segment;
	struct word_pair head;
	bool is_small;

	is_small = mapping->end - mapping->start < LARGE_BYTES_MIN;
	if (!mapping->use.anonymous || (is_small && !scan->has_own))
		return SEGMENT_OTHER;
	for (int piece = 0; at < mapping->end && piece < PIECES_MAX; piece++) {
		if ((mapping->use.anonymous < mapping->use.size &&
		     !process_memory_is_present(&scan->memory, at)) ||
		    !process_memory_read(&scan->memory, at, &head))
			break;
		bytes = piece_bytes(&head, &segment);
		if (!bytes || bytes > mapping->end - at ||
		    (is_small && segment != SEGMENT_OUTLIVE))
			break;
		sums[segment] += bytes;
		at += bytes;
	}
	if ((at - mapping->start) * 2 <= mapping->end - mapping->start)
		return SEGMENT_OTHER;
	return sums[SEGMENT_HEAP] >= sums[SEGMENT_OUTLIVE] ? SEGMENT_HEAP : SEGMENT_OUTLIVE;
}

/* The same, as the process itself recorded it. */
static enum segment known_segment(const struct mapping *mapping)
{
	return mapping->known == MAPS_KIND_OWN      ? SEGMENT_OUTLIVE
	       : mapping->known == MAPS_KIND_MALLOC ? SEGMENT_HEAP
	                                            : SEGMENT_OTHER;
}

static enum thread_block known_block(const struct mapping *mapping)
{
	switch (mapping->known) {
	case MAPS_KIND_STACK: return THREAD_BLOCK_THERE;
	case MAPS_KIND_GUARDED:
	case MAPS_KIND_ALIGNED: return THREAD_BLOCK_MISSING;
	default: return THREAD_BLOCK_UNKNOWN;
	}
}

/* Whether the mapping is directly above a guard, as thread libraries lay out their stacks. */
static bool is_like_stack(const struct segments *segments, size_t i)
{
	const struct mapping *mapping = &segments->maps.mappings[i], *guard = mapping - 1;

	return i > 0 && guard->end == mapping->start && is_reserved(guard) &&
	       !guard->name[0] && !guard->inode &&
	       guard->end - guard->start <= GUARD_BYTES_MAX &&
	       mapping->end - mapping->start >= STACK_BYTES_MIN &&
	       mapping->end - mapping->start <= STACK_BYTES_MAX;
}

/* Whether its size is that of the recorder's memory for a thread: a guard is below that, too. */
static bool is_like_own(const struct mapping *mapping)
{
	uint64_t bytes = mapping->end - mapping->start;

	return bytes >= OWN_THREAD_BYTES && bytes <= OWN_THREAD_BYTES + JOINED_BYTES_MAX;
}

/*
 * Whether the mapping resembles a heap arena of the Go runtime. Up to Go 1.25 the heap begins
 * at a fixed address; since 1.26 it is anywhere within aligned 64 MiB, and the addresses before
 * and after it are reserved.
 */
static bool is_like_go_arena(const struct segments *segments, size_t i)
{
	const struct mapping *mapping = &segments->maps.mappings[i];
	const struct mapping *before = mapping - 1, *after = mapping + 1;

	if (mapping->start >> 32 == GO_ARENA_FIRST >> 32)
		return true;
	return i > 0 && i + 1 < segments->maps.count && before->end == mapping->start &&
	       after->start == mapping->end && is_reserved(before) && is_reserved(after) &&
	       !before->inode && !after->inode && before->start % ARENA_BYTES == 0 &&
	       after->end % ARENA_BYTES == 0;
}

/*
 * Whether the mapping is Go's heap by what the process itself knew or by the tables of arenas or,
 * without a table, resembles it.
 */
static bool is_go_arena(const struct scan *scan, size_t i)
{
	const struct segments *segments = scan->segments;

	if (segments->maps.mappings[i].known == MAPS_KIND_GO)
		return true;
	return go_memories_have_table(&segments->go)
	           ? go_memories_hold(&segments->go, &scan->memory,
	                              &segments->maps.mappings[i])
	           : is_like_go_arena(segments, i);
}

/*
 * What lies above a guard: if glibc's block of a thread is at its end, or its end could not be
 * read, the stack of an unknown thread. Runtimes have guards below parts of their heaps, too.
 */
static enum segment guarded_segment(const struct scan *scan,
                                    const struct mapping *mapping)
{
	enum thread_block block = scan->is_recorded
	                              ? known_block(mapping)
	                              : thread_block_find(&scan->memory, mapping->end);

	if (block == THREAD_BLOCK_MISSING)
		return SEGMENT_OTHER;
	if (block == THREAD_BLOCK_UNKNOWN && scan->is_recorded && is_like_own(mapping))
		return SEGMENT_OUTLIVE;
	return SEGMENT_STACK;
}

static enum segment anonymous_segment(const struct scan *scan, size_t i)
{
	const struct segments *segments = scan->segments;
	const struct mapping *mapping = &segments->maps.mappings[i];
	uint32_t module = segments->modules.of_mapping[i];
	enum segment segment;

	if (segments->thread_of[i] == THREAD_OF_GO ||
	    (scan->is_go && !is_reserved(mapping) && is_go_arena(scan, i)))
		return SEGMENT_GO_HEAP;
	if (segments->thread_of[i] || mapping->grows_down)
		return SEGMENT_STACK;
	if (module != MODULE_NONE_OF_MAPS && !is_reserved(mapping))
		return runtime_is_recorder(segments->modules.modules[module].path)
		           ? SEGMENT_OUTLIVE
		           : SEGMENT_BSS;
	if (is_reserved(mapping))
		return SEGMENT_GUARD;
	if (mapping->access & MAPPING_EXECUTE)
		return SEGMENT_JIT;
	if (is_writable(mapping)) {
		if (is_arena(scan, i))
			return SEGMENT_HEAP;
		segment = scan->is_recorded ? known_segment(mapping) : pieces_segment(scan, i);
		if (segment == SEGMENT_OTHER && is_like_stack(segments, i))
			segment = guarded_segment(scan, mapping);
		return segment;
	}
	return SEGMENT_OTHER;
}

static enum segment mapping_segment(const struct scan *scan, size_t i)
{
	const struct mapping *mapping = &scan->segments->maps.mappings[i];
	const char *name = mapping->name;

	if (name[0] == '[') {
		if (begins(name, "[heap]"))
			return SEGMENT_HEAP;
		if (begins(name, "[stack"))
			return SEGMENT_STACK;
		if (begins(name, "[v") || begins(name, "[uprobes]"))
			return SEGMENT_KERNEL;
		if (begins(name, "[anon: Go: ") || begins(name, "[anon:Go: "))
			return strstr(name, "stack") ? SEGMENT_GO_STACK : SEGMENT_GO_HEAP;
	}
	if (mapping->inode || mapping->access & MAPPING_SHARED)
		return is_reserved(mapping) && !runtime_is_recorder(name)
		           ? SEGMENT_GUARD
		           : file_segment(scan->segments, i);
	return anonymous_segment(scan, i);
}

/* ---- threads ---- */

/*
 * Find the mapping that each thread's stack pointer is in. It may be the stack of a signal
 * handler or a coroutine: that counts as a stack, too. Go's stacks are in its heap, wherever
 * that is; stacks of threads that its C libraries create are above a guard.
 */
static void threads_assign(struct scan *scan)
{
	struct segments *segments = scan->segments;
	const struct process_thread *thread;
	const struct mapping *mapping;
	size_t i, at;

	for (i = 0; i < segments->threads.count; i++) {
		thread = &segments->threads.threads[i];
		at = process_maps_find(&segments->maps, thread->stack_pointer);
		if (at == segments->maps.count)
			continue;
		mapping = &segments->maps.mappings[at];
		if (!is_writable(mapping) || mapping->inode)
			continue;
		segments->thread_of[at] = scan->is_go && !mapping->name[0] &&
		                                  (mapping->known == MAPS_KIND_GO ||
		                                   !is_like_stack(segments, at))
		                              ? THREAD_OF_GO
		                              : (uint32_t)i + 1;
	}
}

/* Classify each mapping, and add up the segments. */
static void mappings_sort(const struct scan *scan)
{
	struct segments *segments = scan->segments;
	enum segment segment;
	size_t i;

	memset(segments->sums, 0, sizeof(segments->sums));
	memset(segments->mappings, 0, sizeof(segments->mappings));
	memset(&segments->total, 0, sizeof(segments->total));
	for (i = 0; i < segments->maps.count; i++) {
		segment = mapping_segment(scan, i);
		segments->of_mapping[i] = segment;
		memory_use_add(&segments->sums[segment], &segments->maps.mappings[i].use);
		if (segment != SEGMENT_OUTLIVE)
			memory_use_add(&segments->total, &segments->maps.mappings[i].use);
		segments->mappings[segment]++;
		if (segments->thread_of[i] == THREAD_OF_GO)
			segments->thread_of[i] = 0;
	}
}

static int rooms_make(struct segments *segments)
{
	free(segments->of_mapping);
	free(segments->thread_of);
	segments->of_mapping = calloc(segments->maps.count + 1, sizeof(enum segment));
	segments->thread_of = calloc(segments->maps.count + 1, sizeof(uint32_t));
	return segments->of_mapping && segments->thread_of ? 0 : -1;
}

int segments_sort(struct segments *segments)
{
	struct scan scan = { .segments = segments,
		                 .memory = { .file = -1, .pagemap = -1 },
		                 .is_recorded = true };

	if (rooms_make(segments))
		return -1;
	for (size_t i = 0; i < segments->maps.count; i++)
		scan.is_go |= segments->maps.mappings[i].known == MAPS_KIND_GO ||
		              (segments->maps.mappings[i].start == GO_ARENA_FIRST &&
		               !segments->maps.mappings[i].inode);
	threads_assign(&scan);
	mappings_sort(&scan);
	return 0;
}

/* ---- Go ---- */

/* Count a part of a mapping as stacks. */
static void stack_move(void *context, size_t i, const struct memory_use *part)
{
	struct segments *segments = context;

	if (segments->of_mapping[i] != SEGMENT_GO_HEAP)
		return;
	memory_use_subtract(&segments->sums[SEGMENT_GO_HEAP], part);
	memory_use_add(&segments->sums[SEGMENT_GO_STACK], part);
	segments->mappings[SEGMENT_GO_STACK]++;
}

/* 0, or -1: memory is out. */
static int go_find(struct scan *scan)
{
	struct segments *segments = scan->segments;
	size_t i;

	if (go_memories_read(&segments->go, &segments->modules, &segments->maps,
	                     &scan->memory))
		return -1;
	for (i = 0; i < segments->modules.count; i++)
		scan->is_go |= segments->modules.modules[i].is_go;
	return 0;
}

/* Classify the mappings that were read. 0, or -1: memory is out. */
static int scan_sort(struct scan *scan)
{
	struct segments *segments = scan->segments;
	size_t i;

	for (i = 0; i < segments->maps.count && !scan->has_own; i++)
		scan->has_own = segments->maps.mappings[i].inode &&
		                runtime_is_recorder(segments->maps.mappings[i].name);
	if (go_find(scan))
		return -1;
	threads_assign(scan);
	mappings_sort(scan);
	go_memories_stacks(&segments->go, &segments->maps, &scan->memory, stack_move,
	                   segments);
	return 0;
}

/* 0, or -1 and *error. */
static int scan_read(struct scan *scan, struct error *error)
{
	struct segments *segments = scan->segments;
	pid_t pid = segments->pid;

	if (process_maps_read(&segments->maps, pid, error))
		return -1;
	if (rooms_make(segments) || process_threads_read(&segments->threads, pid) ||
	    process_modules_find(&segments->modules, &segments->maps))
		return error_set(error, "%d: out of memory", (int)pid);
	command_line_read(pid, segments->command, sizeof(segments->command));
	return scan_sort(scan) ? error_set(error, "%d: out of memory", (int)pid) : 0;
}

/*
 * The memory is opened first. If it is there at the end, it was there all the time, and what was
 * read belongs together; else the mappings could be classified by words that were no longer there.
 */
int segments_read(struct segments *segments, pid_t pid, struct error *error)
{
	struct scan scan;
	bool lasts = false;

	segments->pid = pid;
	for (int attempt = 0; attempt < ATTEMPTS_MAX && !lasts; attempt++) {
		scan = (struct scan){ .segments = segments,
			                  .memory = process_memory_open(pid) };
		if (scan_read(&scan, error)) {
			process_memory_close(&scan.memory);
			return -1;
		}
		lasts = !segments->maps.count || process_memory_lasts(scan.memory.pagemap);
		process_memory_close(&scan.memory);
	}
	return lasts ? 0
	             : error_set(error,
	                         "%d: ended or became another program while it was read",
	                         (int)pid);
}

void segments_release(struct segments *segments)
{
	process_maps_release(&segments->maps);
	process_modules_release(&segments->modules);
	process_threads_release(&segments->threads);
	go_memories_release(&segments->go);
	free(segments->of_mapping);
	free(segments->thread_of);
	*segments = (struct segments){ .pid = 0 };
}
