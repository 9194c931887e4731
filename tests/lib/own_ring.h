/*
 * own_ring.h - a flight ring in a directory of its own, which the recorder of this test writes
 * to. A test defines OWN_RING_CHUNKS first if 16 are not enough.
 */
#ifndef OUTLIVE_TESTS_OWN_RING_H
#define OUTLIVE_TESTS_OWN_RING_H

#include "ring/create.h"
#include "ring_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef OWN_RING_CHUNKS
#define OWN_RING_CHUNKS 16
#endif

static char own_ring_directory[] = "/tmp/outlive-unit-XXXXXX";

/* For cmocka_run_group_tests(). */
static inline int own_ring_set_up(void **unused)
{
	struct settings settings = { .ring_bytes = OWN_RING_CHUNKS * (uint64_t)CHUNK_BYTES,
		                         .policy = RING_FLIGHT };

	(void)unused;
	if (!mkdtemp(own_ring_directory))
		return -1;
	snprintf(settings.directory, sizeof(settings.directory), "%s", own_ring_directory);
	return ring_create(&settings, 0) ? 0 : -1;
}

static inline int own_ring_tear_down(void **unused)
{
	char path[300];

	(void)unused;
	snprintf(path, sizeof(path), "%s/%d.0.ring", own_ring_directory, (int)getpid());
	unlink(path);
	return rmdir(own_ring_directory);
}

#endif
