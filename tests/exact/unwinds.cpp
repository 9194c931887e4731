/*
 * unwinds.cpp - the unwinder called by its own names, as other languages do: a throw in
 * frames that never allocated before, whose cleanups do; a forced unwinding with a stop
 * function; a walk by _Unwind_Backtrace from a cleanup; frames registered at run time,
 * for which libgcc allocates in the middle of its first phase.
 *
 * guards: a slot patched between the two phases aborts
 * guards: patch nothing in an event whose walk passes through the unwinder itself
 *         (-DALLOCATES: a personality routine that allocates)
 * build: g++ -O2 -DFAR
 * build: g++ -O0
 * build: g++ -O2 -DREGISTERED
 * build: g++ -O2 -DALLOCATES
 * build: clang++ -O2 -DFAR
 * build: g++ -O2 -static-libgcc -static-libstdc++ -DOWN_UNWINDER
 */
#include "exact.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unwind.h>

extern "C" void __register_frame(void *);
extern "C" void __deregister_frame(void *);

static int cleaned;

struct Cleanup {
	~Cleanup()
	{
		allocate_here(); /* the first event of the frames further out */
		cleaned++;
	}
};

static void no_cleanup(_Unwind_Reason_Code, _Unwind_Exception *)
{
}

/* The exception is not allocated: nothing walks the stack before the unwinder runs. */
static _Unwind_Exception raw;

NOIPA static void raise_raw(void)
{
	memset(&raw, 0, sizeof(raw));
	memcpy(&raw.exception_class, "OUTLIVE", 8);
	raw.exception_cleanup = no_cleanup;
	_Unwind_RaiseException(&raw);
	printf("nobody caught it\n");
	fflush(stdout);
	abort();
}

NOIPA static void fall(int depth)
{
	Cleanup cleanup;
	volatile char room[128];

	room[depth] = 1;
	if (depth == 0)
		raise_raw();
	fall(depth - 1);
	room[depth] = 2;
}

/* No event between the call of this and the throw: only _Unwind_RaiseException tells. */
NOIPA static int catch_raw(int depth)
{
	try {
		fall(depth);
	} catch (...) {
		return 1;
	}
	return 0;
}

NOIPA static int catch_again(int depth)
{
	try {
		try {
			fall(depth);
		} catch (...) {
			Cleanup cleanup;
			throw;
		}
	} catch (...) {
		return 1;
	}
	return 0;
}

/* The handler stands in the frame that raises: one slot between it and the unwinder. */
NOIPA static int catch_own(void)
{
	memset(&raw, 0, sizeof(raw));
	raw.exception_cleanup = no_cleanup;
	try {
		_Unwind_RaiseException(&raw);
	} catch (...) {
		return 1;
	}
	return 0;
}

#ifdef ALLOCATES
/* The program's own, in place of libstdc++'s: it allocates in both phases. */
extern "C" _Unwind_Reason_Code __gxx_personality_v0(
	int version, _Unwind_Action actions, _Unwind_Exception_Class exception_class,
	_Unwind_Exception *exception, _Unwind_Context *context)
{
	typedef _Unwind_Reason_Code (*personality)(int, _Unwind_Action,
	                                           _Unwind_Exception_Class,
	                                           _Unwind_Exception *, _Unwind_Context *);
	static personality real = (personality)dlsym(RTLD_NEXT, "__gxx_personality_v0");

	allocate_here();
	return real(version, actions, exception_class, exception, context);
}
#endif

#ifdef FAR
#define IS_FAR true
#else
#define IS_FAR false
#endif
#define FAR_FRAMES 16600 /* a stack is followed for 16,384 */

/* Deeper than a stack is followed, and no event on the way down. */
NOIPA static int fall_far(int depth)
{
	Cleanup cleanup;
	int result;

	if (depth == 0)
		raise_raw();
	result = fall_far(depth - 1);
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

NOIPA static int catch_far(int depth)
{
	try {
		return fall_far(depth);
	} catch (...) {
		return -1;
	}
}

/* ---- forced -------------------------------------------------------------------- */

static uintptr_t stop_at;
static void *volatile landing[5];

static _Unwind_Reason_Code stop(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                _Unwind_Exception *, _Unwind_Context *context, void *)
{
	if (_Unwind_GetCFA(context) > stop_at || actions & _UA_END_OF_STACK)
		__builtin_longjmp((void **)landing, 1);
	return _URC_NO_REASON;
}

NOIPA static void force(int depth)
{
	Cleanup cleanup;
	volatile char room[100];

	room[depth] = 3;
	if (depth % 2)
		allocate_here();
	if (depth == 0) {
		memset(&raw, 0, sizeof(raw));
		raw.exception_cleanup = no_cleanup;
		_Unwind_ForcedUnwind(&raw, stop, nullptr);
		abort();
	}
	force(depth - 1);
	room[depth] = 4;
}

NOIPA static int forced(int depth)
{
	stop_at = (uintptr_t)__builtin_frame_address(0);
	if (__builtin_setjmp((void **)landing) == 0)
		force(depth);
	return 1;
}

/* ---- looking ------------------------------------------------------------------- */

static int saw_main;

static _Unwind_Reason_Code look(_Unwind_Context *context, void *)
{
	uintptr_t function = _Unwind_GetRegionStart(context);

	extern int main();
	saw_main += function == (uintptr_t)main;
	return _URC_NO_REASON;
}

struct Looks {
	~Looks()
	{
		saw_main = 0;
		allocate_here();
		_Unwind_Backtrace(look, nullptr);
		check(saw_main == 1, "main is not on the stack");
	}
};

NOIPA static void look_and_fall(int depth)
{
	Looks looks;

	if (depth == 0)
		raise_raw();
	look_and_fall(depth - 1);
}

#ifdef REGISTERED
/* A CIE and an FDE for some code of no account: libgcc sorts it at the next throw. */
static void *register_some(void)
{
	static const unsigned char cie[] = { 0x14, 0,    0,   0, 0,    0,    0,    0,
		                                 1,    'z',  'R', 0, 1,    0x78, 0x10, 1,
		                                 0,    0x0c, 7,   8, 0x90, 1,    0,    0 };
	unsigned char *page = (unsigned char *)mmap(nullptr, 8192, PROT_READ | PROT_WRITE,
	                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t length = 24, back = 28;
	uint64_t start = (uint64_t)page + 4096, bytes = 64;

	memcpy(page, cie, 24);
	memcpy(page + 24, &length, 4);
	memcpy(page + 28, &back, 4);
	memcpy(page + 32, &start, 8);
	memcpy(page + 40, &bytes, 8);
	__register_frame(page);
	return page;
}
#endif

NOIPA static void round_of(int depth)
{
#ifdef REGISTERED
	void *page = register_some();
#endif
	cleaned = 0;
	check(catch_raw(depth) == 1, "raw");
	check(catch_again(depth) == 1, "again");
	check(catch_own() == 1, "own");
	check(cleaned == 2 * depth + 3, "%d cleaned", cleaned);
	cleaned = 0;
	check(forced(depth) == 1, "forced");
	check(cleaned == depth + 1, "%d cleaned, forced", cleaned);
	try {
		look_and_fall(depth);
	} catch (...) {
		cleaned = 100;
	}
	check(cleaned == 100, "look");
#ifdef REGISTERED
	__deregister_frame(page);
	munmap(page, 8192);
#endif
}

int main()
{
	exact_begin();
	for (int i = 0; i < 300; i++)
		round_of(i % 17);
	/* minutes where each event is a whole walk, so WHOLE has it in the other builds only */
#if !defined(ALLOCATES) && !defined(OWN_UNWINDER)
	if (IS_FAR || getenv("WHOLE")) {
		cleaned = 0;
		check(catch_far(FAR_FRAMES) == -1, "far");
		check(cleaned == FAR_FRAMES + 1, "%d cleaned", cleaned);
	}
#endif
	return exact_end();
}
