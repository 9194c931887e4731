/*
 * attach/carrier.h - the memory that is brought into the process: the carrier's code, and what it
 * works on. It stays, and serves every later attach: allocators keep pointers to the thread's
 * block in it, for which it is the same thread come back.
 *
 *   code   one page, readable and executable, never writable
 *   data   struct carrier | stack | dtv | static TLS and the thread's block
 */
#ifndef OUTLIVE_ATTACH_CARRIER_H
#define OUTLIVE_ATTACH_CARRIER_H

#include "attach/remote.h"
#include "attach_format.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum carrier_status {
	CARRIER_CREATED = 0,
	CARRIER_THERE = 1,  /* the proper thread waits for the gate */
	CARRIER_LOADED = 2, /* it has entered the library */
	CARRIER_NO_THREAD = -1,
	CARRIER_NOT_LOADED = -2,
};

enum carrier_gate { GATE_SHUT = 0, GATE_OPEN = 1, GATE_AWAY = 2 };

/* carrier_code.S knows these offsets. */
struct carrier {
	uint64_t pthread_create, pthread_detach, dlopen, dlsym, dlerror;
	uint64_t load;   /* carrier_load in the process */
	uint64_t thread; /* of the proper thread */
	int32_t status;  /* enum carrier_status; atomic, process */
	uint32_t gate;   /* enum carrier_gate; atomic, tool */
	uint64_t request;
	uint64_t serve;  /* the library's function, if it is open; 0: open it */
	uint64_t code;   /* where the code is */
	int32_t failure; /* of pthread_create() */
	uint32_t tid;
	char path[512], symbol[64], error[512];
	struct attach_request asked;
};
static_assert(offsetof(struct carrier, load) == 40, "carrier_code.S");
static_assert(offsetof(struct carrier, status) == 56, "carrier_code.S");
static_assert(offsetof(struct carrier, gate) == 60, "carrier_code.S");
static_assert(offsetof(struct carrier, serve) == 72, "carrier_code.S");
static_assert(offsetof(struct carrier, failure) == 88, "carrier_code.S");
static_assert(offsetof(struct carrier, path) == 96, "carrier_code.S");
static_assert(offsetof(struct carrier, symbol) == 608, "carrier_code.S");
static_assert(offsetof(struct carrier, error) == 672, "carrier_code.S");

#define CARRIER_CODE_BYTES 4096
#define CARRIER_HEAD_BYTES 4096
#define CARRIER_STACK_BYTES 65536
#define CARRIER_DTV_BYTES 16384
static_assert(sizeof(struct carrier) <= CARRIER_HEAD_BYTES, "its room");

/* Where things are, in the process's data. */
struct carrier_plan {
	size_t data_bytes;
	size_t stack_top;                              /* where the entry's address is */
	size_t dtv, block;                             /* the block: struct pthread */
	uint32_t tid_offset;                           /* in the block */
	uint32_t tls_offset_offset, tls_module_offset; /* in a link_map */
	uint32_t block_bytes;
};

/* Code: its bytes, and offsets of its entries. */
const void *carrier_code(size_t *bytes);
size_t carrier_first_offset(void);
size_t carrier_load_offset(void);

/*
 * Plan by what libc tells its debuggers. 0, or -1 and *error: this libc does not tell it.
 */
int carrier_plan_make(struct carrier_plan *plan, const struct remote *remote,
                      const struct remote_symbols *libc, struct error *error);

/*
 * Write the thread's block, its vector and its thread-local data as those of a new thread of
 * glibc's. `data`: address in the process. `canary` and `pointer_guard` are those of its threads.
 * False: out of memory, or the process has none there.
 */
bool carrier_block_write(const struct carrier_plan *plan, const struct remote *remote,
                         uint64_t data, uint64_t canary, uint64_t pointer_guard);

#endif
