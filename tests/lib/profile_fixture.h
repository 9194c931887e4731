/*
 * profile_fixture.h - what tests of profiles share: a trace of one process without modules,
 * and the profile and the reports that come of it.
 */
#ifndef OUTLIVE_PROFILE_FIXTURE_H
#define OUTLIVE_PROFILE_FIXTURE_H

#include "verdict/classes.h"
#include "replay/profile.h"
#include "trace_builder.h"

#include <stdbool.h>

struct fixture {
	struct trace_build trace;
	struct chunk_build chunks[8];
	size_t chunk_count;
	struct ring_header header;
	struct trace_reader *reader;
	struct profile *profile;
	struct classes *classes; /* of fixture_report() */
	char *text;
};

/* For cmocka: a fixture, a cmocka_unit_test with it. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* Another chunk, in which thread `thread` goes on after `before` events. */
struct chunk_build *fixture_chunk(struct fixture *fixture, uint32_t thread,
                                  uint64_t time, uint64_t before, const uint64_t *stack,
                                  uint32_t depth);

/* The profile of all chunks; once. */
struct profile *fixture_profile(struct fixture *fixture);

/* How deep its stacks went; makes the profile. */
const struct stack_depths *fixture_stacks(struct fixture *fixture);

/* The report as text, or as JSON; --stacks if asked for. After fixture_stacks(). */
const char *fixture_report(struct fixture *fixture, bool is_json, bool is_stacks);

void expect_text(const char *text, const char *what);
void expect_no_text(const char *text, const char *what);

#endif
