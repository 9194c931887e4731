/*
 * throw_gap.cpp - the first event of a thread is a throw that passes code which only the
 * unwinder can step over: made at run time, and registered with it. The walk before the
 * first phase leaves its stubs up to there and knows nothing beyond. The cleanups further
 * out allocate while the exception is still on its way: a stub that they put before the
 * frame that catches would appear between the phases, and the unwinder abort.
 *
 * guards: where that walk stopped, patch nothing further up
 * build: g++ -O2
 * whole: g++ -O0
 * guards: an exception that a cleanup throws and catches leaves the outer one's rules be
 *         (-DNESTED)
 * whole: clang++ -O2
 * build: g++ -O2 -DNESTED
 * whole: g++ -O0 -DNESTED
 * build: clang++ -O2 -DNESTED
 */
#include "exact.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unwind.h>

extern "C" void __register_frame(void *);
extern "C" void __deregister_frame(void *);

typedef int (*caller)(int (*function)(int), int argument);

static caller jit;
static __thread int cleaned;
static __thread _Unwind_Exception raw;

static void no_cleanup(_Unwind_Reason_Code, _Unwind_Exception *)
{
}

struct Cleanup {
	~Cleanup()
	{
#ifdef NESTED
		try {
			throw cleaned;
		} catch (int) {
			allocate_here();
		}
#endif
		allocate_here();
		cleaned++;
	}
};

/* The exception is not allocated: no event before the unwinder runs. */
NOIPA static void raise_raw(void)
{
	memset(&raw, 0, sizeof(raw));
	raw.exception_cleanup = no_cleanup;
	_Unwind_RaiseException(&raw);
	printf("nobody caught it\n");
	fflush(stdout);
	abort();
}

NOIPA static int fall(int depth)
{
	Cleanup cleanup;
	int result;

	if (depth == 0)
		raise_raw();
	result = fall(depth - 1);
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

NOIPA static int fall_to_gap(int depth)
{
	Cleanup cleanup;
	int result;

	result = depth ? fall_to_gap(depth - 1) : jit(fall, 3);
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

NOIPA static int catch_it(int depth)
{
	try {
		return fall_to_gap(depth);
	} catch (...) {
		return -1;
	}
}

/* sub $8,%rsp; mov %rdi,%rax; mov %esi,%edi; call *%rax; add $8,%rsp; ret; and its CFI */
static unsigned char *jit_make(void)
{
	static const unsigned char code[] = { 0x48, 0x83, 0xec, 8,    0x48, 0x89,
		                                  0xf8, 0x89, 0xf7, 0xff, 0xd0, 0x48,
		                                  0x83, 0xc4, 8,    0xc3 };
	static const unsigned char cie[] = { 0x14, 0,    0,   0, 0,    0,    0,    0,
		                                 1,    'z',  'R', 0, 1,    0x78, 0x10, 1,
		                                 0,    0x0c, 7,   8, 0x90, 1,    0,    0 };
	static const unsigned char advance[] = { 0, 0x44, 0x0e, 16, 0, 0, 0, 0 };
	unsigned char *page = (unsigned char *)mmap(nullptr, 8192,
	                                            PROT_READ | PROT_WRITE | PROT_EXEC,
	                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t length = 28, back = 28;
	uint64_t start = (uint64_t)page + 4096, bytes = sizeof(code);

	if (page == MAP_FAILED) {
		printf("no executable memory\n");
		exit(1);
	}
	memcpy(page + 4096, code, sizeof(code));
	memcpy(page, cie, 24);
	memcpy(page + 24, &length, 4);
	memcpy(page + 28, &back, 4);
	memcpy(page + 32, &start, 8);
	memcpy(page + 40, &bytes, 8);
	memcpy(page + 48, advance, 8);
	__register_frame(page);
	jit = (caller)(page + 4096);
	return page;
}

/* No event in the thread before the throw: no stub further out stops that walk. */
static void *fresh_thread(void *argument)
{
	int depth = *(int *)argument;

	check(catch_it(depth) == -1, "not caught");
	check(cleaned == depth + 5, "%d cleaned", cleaned);
	cleaned = 0;
	check(catch_it(depth) == -1, "not caught again");
	check(cleaned == depth + 5, "%d cleaned", cleaned);
	allocate_here();
	return nullptr;
}

int main()
{
	unsigned char *page;

	exact_begin();
	page = jit_make();
	for (int depth = 0; depth < 6; depth++) {
		pthread_t thread;

		check(pthread_create(&thread, nullptr, fresh_thread, &depth) == 0, "no thread");
		pthread_join(thread, nullptr);
	}
	__deregister_frame(page);
	munmap(page, 8192);
	return exact_end();
}
