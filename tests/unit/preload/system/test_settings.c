/* test_settings.c - the request of an attach is believed only if it is possible. */
#include "system/settings.h"
#include "attach_format.h"
#include "ring_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct attach_request request;
static struct settings settings;

static int set_up(void **unused)
{
	(void)unused;
	request = (struct attach_request){
		.magic = ATTACH_MAGIC,
		.version = ATTACH_VERSION,
		.bytes = sizeof(request),
		.ring_bytes = 8 << 20,
		.session = 77,
		.age_ns = 5,
		.sample_bytes = 512 << 10,
		.reader_pid = 12,
		.policy = RING_FLIGHT,
		.is_plain = 1,
		.directory = "/dev/shm/outlive.1",
	};
	return 0;
}

static void takes_what_is_asked(void **unused)
{
	(void)unused;
	assert_true(settings_take(&settings, &request));
	assert_string_equal(settings.directory, "/dev/shm/outlive.1");
	assert_int_equal(settings.ring_bytes, 8 << 20);
	assert_int_equal(settings.session, 77);
	assert_int_equal(settings.age_ns, 5);
	assert_int_equal(settings.sample_bytes, 512 << 10);
	assert_int_equal(settings.reader_pid, 12);
	assert_int_equal(settings.policy, RING_FLIGHT);
	assert_int_equal(settings.root_pid, getpid());
	assert_false(settings.wants_exact);
}

static void refuses_others(void **unused)
{
#define REFUSED(change)                                   \
	do {                                                  \
		set_up(NULL);                                     \
		request.change;                                   \
		assert_false(settings_take(&settings, &request)); \
	} while (0)
	(void)unused;
	REFUSED(magic++);
	REFUSED(version = ATTACH_VERSION + 1);
	REFUSED(bytes -= 8);
	REFUSED(directory[0] = 'x');
	REFUSED(directory[0] = '\0');
	REFUSED(directory[sizeof(request.directory) - 1] = 'x');
	REFUSED(sample_bytes = UINT64_MAX);
	REFUSED(policy = 99);
}

/* A size that cannot be is made one that can. */
static void bounds_the_ring(void **unused)
{
	(void)unused;
	request.ring_bytes = 0;
	assert_true(settings_take(&settings, &request));
	assert_true(settings.ring_bytes > 0);
	request.ring_bytes = UINT64_MAX;
	assert_true(settings_take(&settings, &request));
	assert_true(settings.ring_bytes < UINT64_C(1) << 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(takes_what_is_asked, set_up),
		cmocka_unit_test_setup(refuses_others, set_up),
		cmocka_unit_test_setup(bounds_the_ring, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
