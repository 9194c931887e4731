/* profile_fixture.c - a trace in memory, and what comes of it. */
#include "profile_fixture.h"

#include "report/json/reporter.h"
#include "report/text/reporter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->header = build_header(1);
	*state = fixture;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < fixture->chunk_count; i++)
		chunk_build_release(&fixture->chunks[i]);
	classes_free(fixture->classes);
	profile_free(fixture->profile);
	trace_reader_close(fixture->reader);
	bytes_release(&fixture->trace.bytes);
	free(fixture->text);
	free(fixture);
	return 0;
}

struct chunk_build *fixture_chunk(struct fixture *fixture, uint32_t thread,
                                  uint64_t time, uint64_t before, const uint64_t *stack,
                                  uint32_t depth)
{
	struct chunk_build *chunk = &fixture->chunks[fixture->chunk_count++];

	chunk_build_begin(chunk, CHUNK_KIND_EVENTS, fixture->chunk_count, time);
	chunk_build_run(chunk, thread, time, before, stack, depth);
	return chunk;
}

struct profile *fixture_profile(struct fixture *fixture)
{
	struct error error = { "" };
	size_t i;

	trace_build_begin(&fixture->trace, fixture->header.session);
	trace_build_process(&fixture->trace, 0, &fixture->header);
	for (i = 0; i < fixture->chunk_count; i++)
		trace_build_chunk(&fixture->trace, 0, &fixture->chunks[i]);
	trace_build_end(&fixture->trace);
	fixture->reader = trace_reader_open_memory("memory", fixture->trace.bytes.data,
	                                           fixture->trace.bytes.count, &error);
	if (!fixture->reader)
		fail_msg("%s", error.message);
	fixture->profile = profile_read(fixture->reader, 0, NULL, NULL, &error);
	if (!fixture->profile)
		fail_msg("%s", error.message);
	return fixture->profile;
}

const struct stack_depths *fixture_stacks(struct fixture *fixture)
{
	fixture->classes = classes_new(fixture_profile(fixture), NULL);
	assert_non_null(fixture->classes);
	return &fixture->profile->replay.stacks;
}

const char *fixture_report(struct fixture *fixture, bool is_json, bool is_stacks)
{
	struct report_settings settings = { .view = is_stacks ? REPORT_STACKS
		                                                  : REPORT_OVERVIEW,
		                                .top = 20 };
	const struct report_subject subject = { .view = settings.view,
		                                    .reader = fixture->reader,
		                                    .profile = fixture->profile,
		                                    .settings = &settings };
	struct report_output output = { .is_watched = false };
	size_t bytes;

	free(fixture->text);
	fixture->text = NULL;
	output.file = open_memstream(&fixture->text, &bytes);
	assert_int_equal(
		reporter_show(is_json ? &json_reporter : &text_reporter, &output, &subject), 0);
	fclose(output.file);
	if (getenv("SHOW"))
		puts(fixture->text);
	return fixture->text;
}

void expect_text(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("does not say '%s':\n%s", what, text);
}

void expect_no_text(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("says '%s':\n%s", what, text);
}
