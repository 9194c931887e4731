/*
 * test_preload_definitions.c - what the preload says of the maps and of phases is what is
 * so, and takes no more of the ring than it may.
 */
#include "definitions.h"
#include "maps_note.h"
#include "phase_note.h"
#include "ring_file.h"
#include "system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_BYTES (8u << 20)
#define CHUNKS 64

static char directory[] = "/tmp/outlive-definitions-XXXXXX";
static char truth[TEXT_BYTES], told[TEXT_BYTES];
static uint64_t start;

static int ring_set_up(void **unused)
{
	struct settings settings = { .ring_bytes = CHUNKS * (uint64_t)CHUNK_BYTES,
		                         .policy = RING_FLIGHT };

	(void)unused;
	if (!mkdtemp(directory))
		return -1;
	snprintf(settings.directory, sizeof(settings.directory), "%s", directory);
	return ring_create(&settings, 0) ? 0 : -1;
}

static int ring_tear_down(void **unused)
{
	char path[300];

	(void)unused;
	snprintf(path, sizeof(path), "%s/%u.0.ring", directory, system_pid());
	unlink(path);
	return rmdir(directory);
}

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

static size_t told_bytes;
static uint32_t mappings, last_reason;
static bool is_whole;

static void maps_see(const struct definition_header *definition)
{
	const struct maps_definition *maps = (const void *)definition;
	const char *at = (const char *)(maps + 1);

	assert_int_equal(definition->kind, DEFINITION_MAPS);
	assert_int_equal(maps->first, mappings);
	for (uint32_t i = 0; i < maps->count; i++) {
		const struct maps_entry *entry = (const void *)at;

		told_bytes += (size_t)snprintf(
			told + told_bytes, sizeof(told) - told_bytes, "%lx-%lx %c%c%c%c %lx %.*s\n",
			entry->start, entry->end, entry->access & MAPS_READ ? 'r' : '-',
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
static void a_picture_is_what_is_mapped(void **unused)
{
	char name[256], path[600];
	int file;

	(void)unused;
	memset(name, 'n', 250);
	name[250] = 0;
	snprintf(path, sizeof(path), "%s/with a space and\n%s", directory, name + 50);
	file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(file >= 0);
	assert_int_equal(ftruncate(file, 8192), 0);
	assert_ptr_not_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 4096),
	                     MAP_FAILED);
	start = definitions_visit(0, NULL);
	assert_true(maps_note(MAPS_START));
	truth_read();
	definitions_visit(start, maps_see);
	assert_string_equal(told, truth);
	assert_true(is_whole);
	assert_int_equal(last_reason, MAPS_START);
	close(file);
	unlink(path);
}

/* Those that come in between keep apart; then 20,000 mappings do not take the ring. */
static void pictures_are_bounded(void **unused)
{
	const size_t pages = 40000;
	char *many = mmap(NULL, pages * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                  0);

	(void)unused;
	assert_false(maps_note(MAPS_MODULES));
	assert_false(maps_note(MAPS_EXEC));
	assert_ptr_not_equal(many, MAP_FAILED);
	for (size_t i = 0; i < pages; i += 2)
		mprotect(many + i * 4096, 4096, PROT_NONE);
	mappings = 0;
	told_bytes = 0;
	start = definitions_visit(0, NULL);
	assert_true(maps_note(MAPS_END));
	definitions_visit(start, maps_see);
	assert_true(mappings > 1000);
	assert_false(is_whole);
	assert_true(definitions_visit(0, NULL) - start <= CHUNKS * CHUNK_BYTES / 16 / 4096);
	munmap(many, pages * 4096);
	start = definitions_visit(0, NULL);
	for (int i = 0; i < 100; i++)
		assert_true(maps_note(MAPS_END));
	assert_true(definitions_visit(0, NULL) - start <= 1);
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

static void phases_are_told_once(void **unused)
{
	(void)unused;
	start = definitions_visit(0, NULL);
	phase_note_name("early");
	phase_note(PHASE_MAIN, 100);
	phase_note(PHASE_MAIN, 110);
	phase_note_name("early");
	phase_note_name("late");
	phase_note_name("");
	phase_note_name(NULL);
	phase_note(PHASE_EXIT, 200);
	phase_note(PHASE_MAIN, 210);
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
		phase_note_name(i & 1 ? "one" : "other");
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
	phase_note_name("from a handler");
	maps_note(MAPS_END);
	assert_int_equal(ring.header->lost[LOST_DEFINITIONS] - lost, 2);
	definitions_abandon();
	assert_true(definitions_enter());
	definitions_leave();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_is_what_is_mapped),
		cmocka_unit_test(pictures_are_bounded),
		cmocka_unit_test(phases_are_told_once),
		cmocka_unit_test(many_phases_do_not_fill_the_ring),
		cmocka_unit_test(who_is_in_does_not_wait_for_himself),
	};

	return cmocka_run_group_tests(tests, ring_set_up, ring_tear_down);
}
