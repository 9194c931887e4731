/*
 * attach/carrier.c - a thread control block that is not glibc's, but as glibc would make it.
 *
 * Without one, pthread_create() would work on the block of the thread that was stopped, and take
 * its locks, its allocator's cache and its errno. The layout is in symbols that libc exports for
 * libthread_db: no debug information is needed.
 */
#include "attach/carrier.h"

#include "base/page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TLS_BYTES_MAX (UINT64_C(1) << 20)
#define RESERVE_BYTES 4096 /* of static TLS, for libraries that are opened later */
#define BLOCK_BYTES_MAX 65536
#define DTV_SLOTS (CARRIER_DTV_BYTES / 16)

/* tcbhead_t of glibc, x86-64 (sysdeps/x86_64/nptl/tls.h), as words. */
enum {
	HEAD_SELF = 0,
	HEAD_DTV = 1,
	HEAD_SELF_TOO = 2,
	HEAD_MANY = 3,
	HEAD_CANARY = 5,
	HEAD_POINTER_GUARD = 6,
	HEAD_WORDS = 8
};

extern const uint8_t carrier_start[], carrier_first[], carrier_load[], carrier_end[];

const void *carrier_code(size_t *bytes)
{
	*bytes = (size_t)(carrier_end - carrier_start);
	return carrier_start;
}

size_t carrier_first_offset(void)
{
	return (size_t)(carrier_first - carrier_start);
}

size_t carrier_load_offset(void)
{
	return (size_t)(carrier_load - carrier_start);
}

/* A field's offset, as libc describes it: its bits, how many there are, its offset. */
static bool described(const struct remote *remote, const struct remote_symbols *libc,
                      const char *name, uint32_t *offset)
{
	uint64_t at = remote_symbol(libc, name);
	uint32_t fields[3];

	if (!at || !remote_read(remote, at, fields, sizeof(fields)) ||
	    fields[2] > BLOCK_BYTES_MAX)
		return false;
	*offset = fields[2];
	return true;
}

/* Where an object's thread-local data is below the block; 0: it has none in static TLS. */
static uint64_t static_offset(const struct carrier_plan *plan,
                              const struct remote *remote,
                              const struct remote_object *object)
{
	uint64_t offset = object->tls_bytes
	                      ? remote_word(remote,
	                                    object->link_map + plan->tls_offset_offset)
	                      : 0;

	return offset < TLS_BYTES_MAX ? offset : 0; /* -1, -2: elsewhere */
}

int carrier_plan_make(struct carrier_plan *plan, const struct remote *remote,
                      const struct remote_symbols *libc, struct error *error)
{
	uint64_t size_at = remote_symbol(libc, "_thread_db_sizeof_pthread"), below = 0,
			 offset;
	size_t i;

	memset(plan, 0, sizeof(*plan));
	if (!size_at ||
	    !remote_read(remote, size_at, &plan->block_bytes, sizeof(plan->block_bytes)) ||
	    !plan->block_bytes || plan->block_bytes > BLOCK_BYTES_MAX ||
	    !described(remote, libc, "_thread_db_pthread_tid", &plan->tid_offset) ||
	    !described(remote, libc, "_thread_db_link_map_l_tls_offset",
	               &plan->tls_offset_offset) ||
	    !described(remote, libc, "_thread_db_link_map_l_tls_modid",
	               &plan->tls_module_offset))
		return error_set(error, "its libc does not say how its threads are laid out "
		                        "(glibc 2.34 or later is needed): record it from its "
		                        "start (outlive run)");
	for (i = 0; i < remote->count; i++) {
		offset = static_offset(plan, remote, &remote->objects[i]);
		below = offset > below ? offset : below;
	}
	below = (below + RESERVE_BYTES + PAGE - 1) / PAGE * PAGE;
	plan->stack_top = CARRIER_HEAD_BYTES + CARRIER_STACK_BYTES - 256 - 8;
	plan->dtv = CARRIER_HEAD_BYTES + CARRIER_STACK_BYTES;
	plan->block = plan->dtv + CARRIER_DTV_BYTES + below;
	plan->data_bytes = (plan->block + plan->block_bytes + PAGE - 1) / PAGE * PAGE;
	return 0;
}

static bool tls_copy(const struct remote *remote, const struct remote_object *object,
                     uint64_t to)
{
	uint8_t *image;
	bool is_copied;

	if (!object->tls_file_bytes)
		return true;
	if (object->tls_file_bytes > TLS_BYTES_MAX)
		return false;
	image = malloc(object->tls_file_bytes);
	is_copied = image &&
	            remote_read(remote, object->tls_image, image, object->tls_file_bytes) &&
	            remote_write(remote, to, image, object->tls_file_bytes);
	free(image);
	return is_copied;
}

static void vector_begin(uint64_t *vector)
{
	size_t i;

	for (i = 0; i < DTV_SLOTS; i++) { /* not allocated, and nothing to free */
		vector[2 * i] = UINT64_MAX;
		vector[2 * i + 1] = 0;
	}
	vector[0] = DTV_SLOTS - 2;
	vector[2] = UINT64_MAX; /* newer than any generation: never resized */
}

bool carrier_block_write(const struct carrier_plan *plan, const struct remote *remote,
                         uint64_t data, uint64_t canary, uint64_t pointer_guard)
{
	uint64_t block = data + plan->block, head[HEAD_WORDS];
	uint64_t *vector = calloc(2 * DTV_SLOTS, sizeof(*vector));
	bool is_written = vector != NULL;
	size_t i;

	if (vector)
		vector_begin(vector);
	for (i = 0; is_written && i < remote->count; i++) {
		const struct remote_object *object = &remote->objects[i];
		uint64_t offset = static_offset(plan, remote, object);
		uint64_t module = remote_word(remote,
		                              object->link_map + plan->tls_module_offset);

		if (!offset)
			continue;
		is_written = tls_copy(remote, object, block - offset);
		if (module && module < DTV_SLOTS - 2)
			vector[2 + 2 * module] = block - offset;
	}
	memset(head, 0, sizeof(head));
	head[HEAD_SELF] = head[HEAD_SELF_TOO] = block;
	head[HEAD_DTV] = data + plan->dtv + 16;
	head[HEAD_MANY] = 1;
	head[HEAD_CANARY] = canary;
	head[HEAD_POINTER_GUARD] = pointer_guard;
	is_written = is_written &&
	             remote_write(remote, data + plan->dtv, vector,
	                          2 * DTV_SLOTS * sizeof(*vector)) &&
	             remote_write(remote, block, head, sizeof(head));
	free(vector);
	return is_written;
}
