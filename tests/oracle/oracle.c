/*
 * oracle.c - an allocator that knows, of every block, which activations of its birth's
 * stack have ended when it is freed. Linked into the target before libc, so it is what
 * liboutlive.so finds behind itself; it shares no code and no idea with it.
 *
 * ORACLE_LOG names the file to write; without it this is only an allocator.
 */
#define _GNU_SOURCE
#include "activations.h"
#include "oracle_log.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ALLOCATOR __attribute__((visibility("default")))

/* glibc's own, whatever is interposed. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

struct live {
	uint64_t address; /* 0: free slot; it stays when the block goes */
	uint64_t size;
	struct oracle_time born;
	struct activation *innermost;
	uint64_t first_size;
	uint32_t thread, number, reallocs;
	bool crossed, is_live;
};

static struct {
	struct live *slots;
	int bits;
	uint64_t used; /* slots that are not free */
} table;

static struct oracle_header *header;
static struct oracle_block *blocks;
static bool lock;
static bool is_over; /* the process ends */

static void lock_take(void)
{
	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void lock_give(void)
{
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

/* ---- the log ----------------------------------------------------------------------- */

static uint64_t executable_bias(void)
{
	const ElfW(Phdr) *segment = (const void *)getauxval(AT_PHDR);
	unsigned long i, count = getauxval(AT_PHNUM);

	for (i = 0; i < count; i++) {
		if (segment[i].p_type == PT_PHDR)
			return (uint64_t)segment - segment[i].p_vaddr;
	}
	return 0;
}

static void log_open(void)
{
	const char *path = getenv("ORACLE_LOG");
	uint64_t bytes = sizeof(*header) + ORACLE_BLOCKS_MAX * sizeof(*blocks);
	struct oracle_header *mapped;
	int fd;

	fd = path ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	if (ftruncate(fd, (off_t)bytes))
		abort();
	mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (mapped == MAP_FAILED)
		abort();
	mapped->magic = ORACLE_MAGIC;
	mapped->bias = executable_bias();
	mapped->pid = (uint32_t)getpid();
	blocks = (struct oracle_block *)(mapped + 1);
	header = mapped;
}

/* Opened by the first who asks: that is before any thread. A child is not the one. */
struct oracle_header *oracle_header(void)
{
	static bool was_opened;

	if (!was_opened && environ) {
		was_opened = true;
		log_open();
	}
	return header;
}

static bool is_logging(void)
{
	return oracle_header() && !is_over && header->pid == (uint32_t)getpid();
}

static struct oracle_time now(void)
{
	struct timespec time;
	uint32_t low, high;

	clock_gettime(CLOCK_MONOTONIC, &time);
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (struct oracle_time){ (uint64_t)high << 32 | low,
		                         (uint64_t)time.tv_sec * 1000000000 +
		                             (uint64_t)time.tv_nsec };
}

/* ---- live blocks ------------------------------------------------------------------- */

static struct live *table_slot(uint64_t address)
{
	uint32_t slot = oracle_hash(address >> 4, table.bits);

	while (table.slots[slot].address && table.slots[slot].address != address)
		slot = (slot + 1) & ((1u << table.bits) - 1);
	return &table.slots[slot];
}

static void table_grow(void)
{
	struct live *old = table.slots;
	uint64_t count = old ? UINT64_C(1) << table.bits : 0, i;

	table.bits = old ? table.bits + 1 : 16;
	table.slots = oracle_map((UINT64_C(1) << table.bits) * sizeof(*old));
	table.used = 0;
	for (i = 0; i < count; i++) {
		if (!old[i].is_live)
			continue;
		*table_slot(old[i].address) = old[i];
		table.used++;
	}
	if (old)
		munmap(old, count * sizeof(*old));
}

static void live_add(const struct live *live)
{
	struct live *slot;

	lock_take();
	if (!table.slots || table.used * 2 >= UINT64_C(1) << table.bits)
		table_grow();
	slot = table_slot(live->address);
	table.used += !slot->address;
	*slot = *live;
	slot->is_live = true;
	lock_give();
}

/* Whether there was one; then *live is it, and it is there no more. */
static bool live_remove(void *block, struct live *live)
{
	struct live *slot;
	bool found = false;

	lock_take();
	if (table.slots) {
		slot = table_slot((uint64_t)block);
		found = slot->is_live;
		*live = *slot;
		slot->is_live = false;
	}
	lock_give();
	return found;
}

static void *born(void *block, size_t size)
{
	static __thread uint32_t numbers __attribute__((tls_model("initial-exec")));
	struct live live = { .address = (uint64_t)block, .size = size, .first_size = size };
	int saved = errno;

	if (!block || !is_logging())
		return block;
	live.innermost = activation_innermost();
	live.thread = activation_thread();
	live.number = numbers++;
	live.born = now();
	live_add(&live);
	__atomic_fetch_add(&header->births, 1, __ATOMIC_RELAXED);
	errno = saved;
	return block;
}

/* What a block's record says whether it was freed or not. */
static void block_fill(struct oracle_block *block, const struct live *live)
{
	block->address = live->address;
	block->size = live->size;
	block->first_size = live->first_size;
	block->born = live->born;
	block->depth = live->innermost ? live->innermost->depth : 0;
	block->stack = live->innermost ? live->innermost->stack : 0;
	block->thread = live->thread;
	block->number = live->number;
	block->reallocs = live->reallocs;
	block->crossed = live->crossed;
}

static void freed(const struct live *live)
{
	uint64_t number = __atomic_fetch_add(&header->blocks, 1, __ATOMIC_RELAXED);
	const struct activation *owner;
	struct oracle_block *block = &blocks[number];

	__atomic_fetch_add(&header->frees, 1, __ATOMIC_RELAXED);
	if (number >= ORACLE_BLOCKS_MAX) {
		__atomic_fetch_add(&header->dropped, 1, __ATOMIC_RELAXED);
		return;
	}
	block_fill(block, live);
	block->end = now();
	block->escape = activations_ended(live->innermost, &owner);
	block->owner = owner ? owner->function : 0;
	block->crossed |= live->thread != activation_thread();
}

/* The process ends: live blocks are logged after the freed ones, and nothing from now on. */
static __attribute__((destructor)) void live_log(void)
{
	uint64_t i, at = header ? header->blocks : 0;

	if (!is_logging())
		return;
	for (i = 0; table.slots && i < UINT64_C(1) << table.bits; i++) {
		if (!table.slots[i].is_live)
			continue;
		if (at >= ORACLE_BLOCKS_MAX) {
			header->dropped++;
			return;
		}
		block_fill(&blocks[at], &table.slots[i]);
		blocks[at++].is_live = true;
	}
	header->live = at - header->blocks;
	is_over = true;
}

static void ends(void *block)
{
	struct live live;
	int saved = errno;

	if (!is_logging())
		return;
	if (live_remove(block, &live))
		freed(&live);
	else
		__atomic_fetch_add(&header->unknown_frees, 1, __ATOMIC_RELAXED);
	errno = saved;
}

/* ---- the allocator ----------------------------------------------------------------- */

ALLOCATOR void *malloc(size_t size)
{
	return born(__libc_malloc(size), size);
}

ALLOCATOR void *calloc(size_t count, size_t size)
{
	return born(__libc_calloc(count, size), count * size);
}

ALLOCATOR void free(void *block)
{
	if (block)
		ends(block);
	__libc_free(block);
}

ALLOCATOR void *realloc(void *old, size_t size)
{
	struct live live;
	bool is_known;
	void *block;

	if (!old)
		return born(__libc_realloc(old, size), size);
	if (!is_logging())
		return __libc_realloc(old, size);
	is_known = live_remove(old, &live);
	block = __libc_realloc(old, size);
	if (!is_known)
		return born(block, size);
	if (block) {
		live.address = (uint64_t)block;
		live.size = size;
		live.reallocs++;
		live.crossed |= live.thread != activation_thread();
		live.born = now();
	} else if (!size) {
		freed(&live);
		return NULL;
	}
	live_add(&live);
	return block;
}

ALLOCATOR void *memalign(size_t alignment, size_t size)
{
	return born(__libc_memalign(alignment, size), size);
}

ALLOCATOR void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

ALLOCATOR int posix_memalign(void **result, size_t alignment, size_t size)
{
	void *block;

	if (alignment % sizeof(void *) || alignment & (alignment - 1) || !alignment)
		return EINVAL;
	block = memalign(alignment, size);
	if (!block)
		return ENOMEM;
	*result = block;
	return 0;
}
