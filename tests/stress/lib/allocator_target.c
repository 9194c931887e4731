/*
 * allocator_target.c - which allocator serves this process? Allocates through every entry
 * point, and says in which mapping the blocks lie and who answers malloc_usable_size of a
 * size that the allocators round differently; then frees them all.
 *
 * Prints: allocator's own version, if it has one; usable size of a 1040-byte block.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* jemalloc, tcmalloc and mimalloc each count what they have handed out. */
static unsigned long allocated_by_jemalloc(void)
{
	int (*control)(const char *, void *, size_t *, void *, size_t) = (int (*)(
		const char *, void *, size_t *, void *, size_t))dlsym(RTLD_DEFAULT, "mallctl");
	unsigned long long epoch = 1;
	size_t allocated = 0, bytes = sizeof(epoch);

	if (!control)
		return 0;
	control("epoch", &epoch, &bytes, &epoch, sizeof(epoch));
	bytes = sizeof(allocated);
	control("stats.allocated", &allocated, &bytes, NULL, 0);
	return allocated;
}

static unsigned long allocated_by_tcmalloc(void)
{
	int (*property)(const char *, size_t *) = (int (*)(const char *, size_t *))dlsym(
		RTLD_DEFAULT, "MallocExtension_GetNumericProperty");
	size_t allocated = 0;

	if (property)
		property("generic.current_allocated_bytes", &allocated);
	return allocated;
}

/* mimalloc answers for one address: is it in one of its heaps? */
static int is_in_mimalloc(const void *block)
{
	int (*is_ours)(const void *) = (int (*)(const void *))dlsym(RTLD_DEFAULT,
	                                                            "mi_is_in_heap_region");

	return is_ours && is_ours(block);
}

static const char *allocator_name(void)
{
	static void *blocks[1000];
	unsigned long je = allocated_by_jemalloc(), tc = allocated_by_tcmalloc();
	const char *name = "glibc";

	for (int i = 0; i < 1000; i++)
		blocks[i] = malloc(40000);
	if (allocated_by_jemalloc() - je >= 40000000)
		name = "jemalloc";
	else if (allocated_by_tcmalloc() - tc >= 40000000)
		name = "tcmalloc";
	else if (is_in_mimalloc(blocks[999]))
		name = "mimalloc";
	for (int i = 0; i < 1000; i++)
		free(blocks[i]);
	return name;
}

static __attribute__((noinline)) int allocate(void)
{
	void *blocks[7];
	int wrong = 0;

	blocks[0] = malloc(1040);
	blocks[1] = calloc(10, 104);
	blocks[2] = realloc(malloc(8), 1040);
	if (posix_memalign(&blocks[3], 256, 1040))
		return -1;
	blocks[4] = aligned_alloc(64, 1088);
	blocks[5] = memalign(64, 1040);
	blocks[6] = strdup("a string of some length");
	for (int i = 0; i < 7; i++) {
		wrong += malloc_usable_size(blocks[i]) < (i == 6 ? 24 : 1040);
		free(blocks[i]);
	}
	return wrong;
}

int main(void)
{
	void *block = malloc(1040);
	size_t usable = malloc_usable_size(block);
	int wrong = allocate();

	free(block);
	dprintf(STDOUT_FILENO, "%s usable %zu wrong %d\n", allocator_name(), usable, wrong);
	return 0;
}
