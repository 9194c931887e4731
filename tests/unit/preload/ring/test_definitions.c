/*
 * test_definitions.c - what the preload says of the maps and of phases is what is
 * so, and takes no more of the ring than it may.
 * Long, because each kind of definition is a case.
 */
#define OWN_RING_CHUNKS 64
#include "own_ring.h"
#include "go/arenas.h"
#include "go/runtime.h"
#include "ring/definitions.h"
#include "self/maps.h"
#include "system/own_memory.h"
#include "self/phase.h"
#include "ring/ring.h"
#include "system/system.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_BYTES (8u << 20)

static char truth[TEXT_BYTES], written[TEXT_BYTES];
static uint64_t start;

/* Each definition in the ring from the `skip`th on, to `see`. How many there are in all. */
static size_t definitions_visit(size_t skip,
                                void (*see)(const struct definition_header *))
{
	size_t count = 0;

	for (uint32_t i = 0; i < ring.chunk_count; i++) {
		const char *chunk = (const char *)ring.chunks + (size_t)i * CHUNK_BYTES;
		const struct chunk_header *header = (const struct chunk_header *)chunk;
		uint32_t at = sizeof(*header);

		if (!header->ticket || header->kind != CHUNK_KIND_DEFINITIONS)
			continue;
		while (at < COMMIT_BYTES(header->commit)) {
			const struct definition_header *definition = (const void *)(chunk + at);

			assert_true(definition->bytes >= sizeof(*definition));
			assert_int_equal(definition->bytes % 8, 0);
			if (count++ >= skip && see)
				see(definition);
			at += definition->bytes;
		}
		assert_int_equal(at, COMMIT_BYTES(header->commit));
	}
	return count;
}

/* ---- maps ------------------------------------------------------------------------ */

static size_t known_bytes;
static uint32_t mappings, last_reason;
static bool is_whole;

static void maps_see(const struct definition_header *definition)
{
	const struct maps_definition *maps = (const void *)definition;
	const char *at = (const char *)(maps + 1);

	if (definition->kind != DEFINITION_MAPS)
		return; /* sizes, totals: see below */
	assert_int_equal(maps->first, mappings);
	for (uint32_t i = 0; i < maps->count; i++) {
		const struct maps_entry *entry = (const void *)at;

		known_bytes += (size_t)snprintf(
			written + known_bytes, sizeof(written) - known_bytes,
			"%lx-%lx %c%c%c%c %lx %.*s\n", entry->start, entry->end,
			entry->access & MAPS_READ ? 'r' : '-',
			entry->access & MAPS_WRITE ? 'w' : '-',
			entry->access & MAPS_EXECUTE ? 'x' : '-',
			entry->access & MAPS_SHARED ? 's' : 'p', entry->offset, entry->name_bytes,
			(const char *)(entry + 1));
		at += sizeof(*entry) + ((entry->name_bytes + 7u) & ~7u);
	}
	assert_int_equal(at - (const char *)definition, definition->bytes);
	mappings += maps->count;
	is_whole = maps->is_last;
	last_reason = maps->reason;
}

/* The same of /proc, in the same words; nothing is allocated on the way. */
static void truth_read(void)
{
	static char raw[TEXT_BYTES];
	size_t bytes = 0, used = 0;
	int file = system_open("/proc/self/maps", O_RDONLY, 0), name;
	unsigned long first, end, offset;
	char access[5], *line, *next;
	long count;

	while ((count = system_read(file, raw + bytes, sizeof(raw) - 1 - bytes)) > 0)
		bytes += (size_t)count;
	system_close(file);
	raw[bytes] = 0;
	for (line = raw; *line; line = next) {
		next = strchr(line, '\n') + 1;
		assert_int_equal(sscanf(line, "%lx-%lx %4s %lx %*s %*u %n", &first, &end,
		                        access, &offset, &name),
		                 4);
		if (line + name >= next) /* no name: it went on into the next line */
			name = (int)(next - line) - 1;
		used += (size_t)snprintf(truth + used, sizeof(truth) - used,
		                         "%lx-%lx %s %lx %.*s", first, end, access, offset,
		                         (int)(next - line - name), line + name);
	}
}

/* Ordinary, and with a name that needs all there is. */
static void a_snapshot_is_what_is_mapped(void **unused)
{
	char name[256], path[600];
	int file;

	(void)unused;
	memset(name, 'n', 250);
	name[250] = 0;
	snprintf(path, sizeof(path), "%s/with a space and\n%s", own_ring_directory,
	         name + 50);
	file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(file >= 0);
	assert_int_equal(ftruncate(file, 8192), 0);
	assert_ptr_not_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 4096),
	                     MAP_FAILED);
	start = definitions_visit(0, NULL);
	assert_true(maps_record(MAPS_START));
	truth_read();
	definitions_visit(start, maps_see);
	assert_string_equal(written, truth);
	assert_true(is_whole);
	assert_int_equal(last_reason, MAPS_START);
	close(file);
	unlink(path);
}

/* Those that come in between keep apart; then 20,000 mappings do not take the ring. */
static void snapshots_are_bounded(void **unused)
{
	const size_t pages = 40000;
	char *many = mmap(NULL, pages * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                  0);

	(void)unused;
	assert_false(maps_record(MAPS_MODULES));
	assert_true(maps_record(MAPS_EXEC));
	assert_false(maps_record(MAPS_EXEC));
	assert_false(maps_record(MAPS_MODULES));
	assert_ptr_not_equal(many, MAP_FAILED);
	for (size_t i = 0; i < pages; i += 2)
		mprotect(many + i * 4096, 4096, PROT_NONE);
	mappings = 0;
	known_bytes = 0;
	start = definitions_visit(0, NULL);
	assert_true(maps_record(MAPS_END));
	definitions_visit(start, maps_see);
	assert_true(mappings > 1000);
	assert_false(is_whole);
	assert_true(definitions_visit(0, NULL) - start <=
	            OWN_RING_CHUNKS * CHUNK_BYTES / 16 / 2048);
	munmap(many, pages * 4096);
	start = definitions_visit(0, NULL);
	for (int i = 0; i < 100; i++)
		assert_true(maps_record(MAPS_END));
	assert_true(definitions_visit(0, NULL) - start <= 1);
}

/* ---- sizes ----------------------------------------------------------------------- */

#define SECOND_NS UINT64_C(1000000000)
#define BLOCK_BYTES (UINT64_C(8) << 20)

/* Of one mapping, as both tell it. */
struct sizes {
	uint64_t start, end, kib[MAPS_USE_FIELDS];
	uint16_t kind;
};
static struct sizes seen[65536], true_sizes[65536], sizes_before[65536];
static size_t seen_count, use_count, true_count;
static struct memory_definition totals;
static uint32_t totals_count, stacks_count, stack_tid;

static void use_see(const struct maps_use_definition *use)
{
	const uint8_t *at = (const uint8_t *)(use + 1);

	assert_int_equal(use->first + use->count, seen_count);
	for (uint32_t i = 0; i < use->count; i++) {
		uint16_t mask;

		memcpy(&mask, at, sizeof(mask));
		at += sizeof(mask);
		for (int field = 0; field < MAPS_USE_FIELDS; field++) {
			for (int shift = 0; mask >> field & 1; shift += 7) {
				seen[use_count].kib[field] |= (uint64_t)(*at & 0x7f) << shift;
				if (!(*at++ & 0x80))
					break;
			}
		}
		use_count++;
	}
	assert_true(at - (const uint8_t *)use <= use->header.bytes &&
	            at - (const uint8_t *)use > use->header.bytes - 8);
}

static void sizes_see(const struct definition_header *definition)
{
	const struct maps_definition *maps = (const void *)definition;
	const struct stacks_definition *stacks = (const void *)definition;
	const char *at = (const char *)(maps + 1);

	if (definition->kind == DEFINITION_MAPS_USE)
		use_see((const void *)definition);
	if (definition->kind == DEFINITION_MEMORY) {
		totals_count++;
		memcpy(&totals, definition, sizeof(totals));
	}
	if (definition->kind == DEFINITION_STACKS) {
		stacks_count = stacks->count;
		stack_tid = ((const struct stacks_entry *)(stacks + 1))->tid;
	}
	for (uint32_t i = 0; definition->kind == DEFINITION_MAPS && i < maps->count; i++) {
		const struct maps_entry *entry = (const void *)at;

		seen[seen_count++] = (struct sizes){ .start = entry->start,
			                                 .end = entry->end,
			                                 .kind = entry->kind };
		at += sizeof(*entry) + ((entry->name_bytes + 7u) & ~7u);
	}
}

static void smaps_read(void)
{
	static char line[8192];
	FILE *file = fopen("/proc/self/smaps", "r");
	struct sizes *sizes = true_sizes;
	unsigned long first, end, kib;

	true_count = 0;
	setvbuf(file, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), file)) {
		if (*line >= 'A' && *line <= 'Z') {
			if (sscanf(line, "Rss: %lu", &kib) == 1)
				sizes->kib[MAPS_USE_RSS] = kib;
			if (sscanf(line, "Pss: %lu", &kib) == 1)
				sizes->kib[MAPS_USE_PSS] = kib;
			if (sscanf(line, "Private_Dirty: %lu", &kib) == 1)
				sizes->kib[MAPS_USE_PRIVATE_DIRTY] = kib;
			if (sscanf(line, "Shared_Clean: %lu", &kib) == 1)
				sizes->kib[MAPS_USE_SHARED_CLEAN] = kib;
			if (sscanf(line, "Anonymous: %lu", &kib) == 1)
				sizes->kib[MAPS_USE_ANONYMOUS] = kib;
			continue;
		}
		assert_int_equal(sscanf(line, "%lx-%lx", &first, &end), 2);
		sizes = &true_sizes[true_count++];
		*sizes = (struct sizes){ .start = first, .end = end };
	}
	fclose(file);
}

/* A snapshot of the end, of a process that has lived for so long. */
static void snapshot_at_end(uint64_t life_ns)
{
	start = definitions_visit(0, NULL);
	seen_count = use_count = totals_count = stacks_count = 0;
	memset(seen, 0, sizeof(seen));
	ring.header->start_ns = system_time_ns(CLOCK_MONOTONIC) - life_ns;
	assert_true(maps_record(MAPS_END));
	definitions_visit(start, sizes_see);
}

static const struct sizes *sizes_of(const struct sizes *sizes, size_t count,
                                    const void *memory)
{
	uint64_t address = (uintptr_t)memory;

	for (size_t i = 0; i < count; i++) {
		if (sizes[i].start <= address && address < sizes[i].end)
			return &sizes[i];
	}
	return NULL;
}

/* With a page below it that keeps it apart from what is there. */
static uint64_t *map_apart(size_t bytes)
{
	char *memory = mmap(NULL, bytes + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	mprotect(memory + 4096, bytes, PROT_READ | PROT_WRITE);
	return (uint64_t *)(memory + 4096);
}

/* All but what the looking itself touches: the ring, and buffers in the test. */
static void sizes_are_those_of_smaps(void **unused)
{
	char *block = (char *)map_apart(BLOCK_BYTES);
	uint64_t differ_kib = 0, sum_kib = 0;
	size_t before_count;

	(void)unused;
	memset(block, 1, BLOCK_BYTES / 2);
	smaps_read();
	before_count = true_count;
	memcpy(sizes_before, true_sizes, before_count * sizeof(*true_sizes));
	snapshot_at_end(1000 * SECOND_NS);
	smaps_read();
	assert_int_equal(use_count, seen_count);
	for (size_t i = 0; i < seen_count; i++) {
		const struct sizes *truth = sizes_of(true_sizes, true_count,
		                                     (void *)seen[i].start);
		const struct sizes *before = sizes_of(sizes_before, before_count,
		                                      (void *)seen[i].start);
		int64_t more;

		assert_non_null(truth);
		assert_non_null(before);
		more = (int64_t)truth->kib[MAPS_USE_RSS] - (int64_t)seen[i].kib[MAPS_USE_RSS];
		differ_kib += (uint64_t)(more < 0 ? -more : more);
		sum_kib += seen[i].kib[MAPS_USE_RSS];
		if (!more)
			assert_int_equal(seen[i].kib[MAPS_USE_ANONYMOUS],
			                 truth->kib[MAPS_USE_ANONYMOUS]);
		/* Other processes with the same files, which begin and end, change what is shared. */
		if (!more &&
		    before->kib[MAPS_USE_SHARED_CLEAN] == truth->kib[MAPS_USE_SHARED_CLEAN])
			assert_int_equal(seen[i].kib[MAPS_USE_SHARED_CLEAN],
			                 truth->kib[MAPS_USE_SHARED_CLEAN]);
	}
	/* `seen` and `true_sizes` themselves; and a few pages */
	assert_true(differ_kib < 64 + (sizeof(seen) + sizeof(true_sizes)) / 1024);
	assert_int_equal(sizes_of(seen, seen_count, block)->kib[MAPS_USE_RSS],
	                 BLOCK_BYTES / 2 / 1024);
	assert_int_equal(sizes_of(seen, seen_count, block)->kib[MAPS_USE_PRIVATE_DIRTY],
	                 BLOCK_BYTES / 2 / 1024);
	assert_int_equal(totals_count, 1);
	assert_true(totals.resident / 1024 <= sum_kib + 256 &&
	            totals.resident / 1024 + 256 >= sum_kib);
	assert_true(totals.peak >= totals.resident && totals.threads == 1);
	assert_int_equal(stacks_count, 1);
	assert_int_equal(stack_tid, system_pid());
	munmap(block - 4096, BLOCK_BYTES + 8192);
}

/* Too little time, or too few descriptors: as much as can be had. */
static void sizes_cost_what_they_may(void **unused)
{
	struct rlimit before, none = { 0, 0 };
	char *block = (char *)map_apart(64 * BLOCK_BYTES);

	(void)unused;
	memset(block, 1, 16 * BLOCK_BYTES);
	snapshot_at_end(SECOND_NS / 10);
	assert_int_equal(use_count, 0);
	assert_true(seen_count > 10);
	assert_int_equal(totals_count, 1);
	assert_true(totals.resident > 16 * BLOCK_BYTES);
	munmap(block - 4096, 64 * BLOCK_BYTES + 8192);
	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	errno = 12345;
	snapshot_at_end(1000 * SECOND_NS);
	assert_int_equal(errno, 12345);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(seen_count, 0);
	assert_int_equal(use_count, 0);
	assert_int_equal(totals.resident, 0);
}

/* What begins as a large block of glibc does, what the recorder marked, a stack, and neither. */
static void kinds_are_reported(void **unused)
{
	uint64_t *large = map_apart(1 << 20), *two = map_apart(1 << 20);
	uint64_t *neither = map_apart(1 << 20), *untouched = map_apart(1 << 20);
	uint64_t *wrong = map_apart(1 << 20), *own = map_apart(65536);
	uint64_t *small = map_apart(4096), *stack = map_apart(1 << 20);
	uint64_t *thread = stack + ((1 << 20) - 2304) / 64 * 8;

	(void)unused;
	thread[0] = thread[2] = (uint64_t)thread;
	large[1] = (1 << 20) | 2;
	two[1] = (1 << 18) | 2;
	two[(1 << 18) / 8 + 1] = (1 << 19) | 2;
	neither[0] = UINT64_MAX;
	wrong[1] = (UINT64_MAX & ~UINT64_C(4095)) | 2;
	memcpy(own, &(struct own_header){ OWN_HEADER_MAGIC, 65536 }, 16);
	memcpy(small, &(struct own_header){ OWN_HEADER_MAGIC, 4096 }, 16);
	snapshot_at_end(1000 * SECOND_NS);
	assert_int_equal(sizes_of(seen, seen_count, large)->kind, MAPS_KIND_MALLOC);
	assert_int_equal(sizes_of(seen, seen_count, two)->kind, MAPS_KIND_MALLOC);
	assert_int_equal(sizes_of(seen, seen_count, neither)->kind, MAPS_KIND_GUARDED);
	assert_int_equal(sizes_of(seen, seen_count, untouched)->kind, MAPS_KIND_GUARDED);
	assert_int_equal(sizes_of(seen, seen_count, wrong)->kind, MAPS_KIND_GUARDED);
	assert_int_equal(sizes_of(seen, seen_count, own)->kind, MAPS_KIND_OWN);
	assert_int_equal(sizes_of(seen, seen_count, small)->kind, MAPS_KIND_OWN);
	assert_int_equal(sizes_of(seen, seen_count, stack)->kind, MAPS_KIND_STACK);
	/* the test's own bss, by its program headers; its first page may be one of the file's */
#ifndef __SANITIZE_THREAD__ /* the writable stubs of its tests make data and bss executable */
	assert_int_equal(sizes_of(seen, seen_count, written + 8192)->kind, MAPS_KIND_BSS);
#endif
	/* and looking gave it no page */
	assert_int_equal(sizes_of(seen, seen_count, untouched)->kib[MAPS_USE_RSS], 0);
}

#define ARENA_WORDS (GO_ARENA_BYTES / sizeof(uint64_t))

/* Four aligned pieces of 64 MiB, reserved; the beginning of each but the second is writable. */
static uint64_t *arenas_map(void)
{
	char *memory = mmap(NULL, 5 * GO_ARENA_BYTES, PROT_NONE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *at = memory + GO_ARENA_BYTES - (uintptr_t)memory % GO_ARENA_BYTES;

	assert_ptr_not_equal(memory, MAP_FAILED);
	for (int i = 0; i < 4; i++)
		mprotect(at + i * GO_ARENA_BYTES, i == 1 ? 0 : 1 << 20, PROT_READ | PROT_WRITE);
	return (uint64_t *)at;
}

/* Only what a Go runtime has reserved is Go's; an arena of glibc has a header. */
static void arenas_are_told_apart(void **unused)
{
	uint64_t *arenas = arenas_map(), *go = arenas + 2 * ARENA_WORDS;
	uint64_t *neither = arenas + 3 * ARENA_WORDS;
	uintptr_t caller = (uintptr_t)arenas_map & ~UINT64_C(4095);

	(void)unused;
	neither[0] = 1;
	arenas[0] = (uintptr_t)arenas + 48;
	go_runtimes[0] = (struct go_runtime){ .start = caller,
		                                  .end = caller + 4096,
		                                  .has_runtime = true };
	atomic_store(&go_runtime_count, 1);
	go_arenas_see(caller + 4096, go, go, GO_ARENA_BYTES, PROT_NONE, MAP_ANONYMOUS);
	go_arenas_see(caller, go, go - 512, GO_ARENA_BYTES, PROT_NONE, MAP_ANONYMOUS);
	go_arenas_see(caller, NULL, go, GO_ARENA_BYTES, PROT_NONE, MAP_ANONYMOUS);
	go_arenas_see(caller, go, go, 1 << 20, PROT_NONE, MAP_ANONYMOUS);
	assert_false(go_arenas_hold((uintptr_t)go, (uintptr_t)go + 4096));
	/* a heap that grows, all that it has reserved is held */
	go_arenas_see(caller, go - ARENA_WORDS, go - ARENA_WORDS, GO_ARENA_BYTES, PROT_NONE,
	              MAP_ANONYMOUS);
	assert_false(go_arenas_hold((uintptr_t)go, (uintptr_t)go + 4096));
	go_arenas_see(caller, go, go, GO_ARENA_BYTES, PROT_NONE, MAP_ANONYMOUS);
	assert_true(go_arenas_hold((uintptr_t)(go - ARENA_WORDS), (uintptr_t)neither));
	assert_false(go_arenas_hold((uintptr_t)(go - ARENA_WORDS) - 4 * GO_ARENA_BYTES,
	                            (uintptr_t)neither));
	snapshot_at_end(1000 * SECOND_NS);
	atomic_store(&go_runtime_count, 0);
	assert_int_equal(sizes_of(seen, seen_count, go)->kind, MAPS_KIND_GO);
	assert_int_equal(sizes_of(seen, seen_count, neither)->kind, MAPS_KIND_ALIGNED);
	assert_true(sizes_of(seen, seen_count, arenas)->kind != MAPS_KIND_ALIGNED);
	munmap(arenas, 4 * GO_ARENA_BYTES);
}

static size_t descriptors_count(void)
{
	size_t count = 0;

	for (int file = 0; file < 1024; file++)
		count += fcntl(file, F_GETFD) >= 0;
	return count;
}

static void no_descriptor_is_left(void **unused)
{
	size_t before = descriptors_count();

	(void)unused;
	snapshot_at_end(1000 * SECOND_NS);
	snapshot_at_end(1);
	assert_int_equal(descriptors_count(), before);
}

/* ---- phases ---------------------------------------------------------------------- */

static uint64_t phases_seen;
static char names[1 << 20];

static void phase_see(const struct definition_header *definition)
{
	const struct phase_definition *phase = (const void *)definition;
	size_t used = strlen(names);

	assert_int_equal(definition->kind, DEFINITION_PHASE);
	phases_seen++;
	if (used + phase->name_bytes + 16 < sizeof(names))
		snprintf(names + used, sizeof(names) - used, "%u:%.*s ", phase->phase,
		         (int)phase->name_bytes, (const char *)(phase + 1));
}

static void phases_are_reported_once(void **unused)
{
	(void)unused;
	start = definitions_visit(0, NULL);
	phase_write_name("early");
	phase_write(PHASE_MAIN, 100);
	phase_write(PHASE_MAIN, 110);
	phase_write_name("early");
	phase_write_name("late");
	phase_write_name("");
	phase_write_name(NULL);
	phase_write(PHASE_EXIT, 200);
	phase_write(PHASE_MAIN, 210);
	definitions_visit(start, phase_see);
	assert_string_equal(names, "3:early 1: 3:late 3: 2: ");
}

static void many_phases_do_not_fill_the_ring(void **unused)
{
	uint64_t lost = ring.header->lost[LOST_DEFINITIONS];

	(void)unused;
	phases_seen = 0;
	*names = 0;
	start = definitions_visit(0, NULL);
	for (int i = 0; i < 1000000; i++)
		phase_write_name(i & 1 ? "one" : "other");
	definitions_visit(start, phase_see);
	assert_true(phases_seen > 1000 && phases_seen < PHASE_CHANGES_MAX);
	assert_int_equal(ring.header->lost[LOST_DEFINITIONS] - lost,
	                 1000000 - (phases_seen - 1));
	/* the last one says that nothing is known from there on */
	assert_string_equal(names + strlen(names) - 4, " 3: ");
}

/* A signal handler that interrupts the writer is refused at once; a jump sets it free. */
static void who_is_in_does_not_wait_for_himself(void **unused)
{
	uint64_t lost = ring.header->lost[LOST_DEFINITIONS];

	(void)unused;
	assert_true(definitions_enter());
	assert_false(definitions_enter());
	phase_write_name("from a handler");
	maps_record(MAPS_END);
	assert_int_equal(ring.header->lost[LOST_DEFINITIONS] - lost, 2);
	definitions_abandon();
	assert_true(definitions_enter());
	definitions_leave();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_is_what_is_mapped),
		cmocka_unit_test(sizes_are_those_of_smaps),
		cmocka_unit_test(sizes_cost_what_they_may),
		cmocka_unit_test(kinds_are_reported),
		cmocka_unit_test(arenas_are_told_apart),
		cmocka_unit_test(no_descriptor_is_left),
		cmocka_unit_test(snapshots_are_bounded),
		cmocka_unit_test(phases_are_reported_once),
		cmocka_unit_test(many_phases_do_not_fill_the_ring),
		cmocka_unit_test(who_is_in_does_not_wait_for_himself),
	};

	return cmocka_run_group_tests(tests, own_ring_set_up, own_ring_tear_down);
}
