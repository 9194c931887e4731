/*
 * libc_handle.c - every way to libc's allocator that is not a plain call: functions asked of a
 * handle of libc's by dlsym() and dlvsym(), of what comes next (RTLD_NEXT), and libc's own
 * names of them. Each block is counted once, and those that are freed so are known as freed.
 *
 * build: -ldl
 * expect: count("by_handle") == 100
 * expect: live("by_handle") == 0
 * expect: count("by_version") == 300
 * expect: live("by_version") == 0
 * expect: count("by_next") == 100
 * expect: live("by_next") == 0
 * expect: count("by_own_names") == 700
 * expect: live("by_own_names") == 0
 * expect: count("made_here") == 100
 * expect: live("made_here") == 0
 * expect: count("kept") == 3
 * expect: live("kept") == 3000
 * expect: .lost.events == 0
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);
void *__libc_memalign(size_t, size_t);
void *__libc_valloc(size_t);
void *__libc_pvalloc(size_t);

typedef void *allocate(size_t);
typedef void deallocate(void *);
#define NOINLINE __attribute__((noinline))

static void *volatile sink;

static NOINLINE void by_handle(allocate *get, deallocate *put)
{
	for (int i = 0; i < 100; i++)
		put(sink = get(5000));
}

static NOINLINE void by_version(allocate *get, deallocate *put)
{
	for (int i = 0; i < 100; i++)
		put(sink = get(5001));
}

static NOINLINE void by_next(allocate *get, deallocate *put)
{
	for (int i = 0; i < 100; i++)
		put(sink = get(5002));
}

static NOINLINE void by_own_names(void)
{
	for (int i = 0; i < 100; i++) {
		free(sink = __libc_malloc(6000));
		__libc_free(sink = __libc_calloc(6, 1000));
		sink = __libc_realloc(NULL, 10);
		__libc_free(sink = __libc_realloc(sink, 6000));
		free(sink = __libc_memalign(64, 6000));
		free(sink = __libc_valloc(6000));
		free(sink = __libc_pvalloc(6000));
	}
}

static NOINLINE void made_here(deallocate *put)
{
	for (int i = 0; i < 100; i++)
		put(sink = malloc(7000));
}

static NOINLINE void kept(allocate *get)
{
	for (int i = 0; i < 3; i++)
		sink = get(1000);
}

int main(void)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY);
	allocate *get = (allocate *)dlsym(libc, "malloc");
	deallocate *put = (deallocate *)dlsym(libc, "free");

	by_handle(get, put);
	made_here(put);
	kept(get);
	by_version((allocate *)dlvsym(libc, "malloc", "GLIBC_2.2.5"),
	           (deallocate *)dlvsym(libc, "free", "GLIBC_2.2.5"));
	by_version((allocate *)dlvsym(RTLD_DEFAULT, "malloc", "GLIBC_2.2.5"),
	           (deallocate *)dlvsym(RTLD_DEFAULT, "free", "GLIBC_2.2.5"));
	by_version((allocate *)dlvsym(RTLD_NEXT, "malloc", "GLIBC_2.2.5"),
	           (deallocate *)dlvsym(RTLD_NEXT, "free", "GLIBC_2.2.5"));
	if (dlvsym(RTLD_DEFAULT, "malloc", "GLIBC_NONE") ||
	    dlvsym(RTLD_NEXT, "free", "GLIBC_NONE"))
		return 1;
	by_next((allocate *)dlsym(RTLD_NEXT, "malloc"),
	        (deallocate *)dlsym(RTLD_NEXT, "free"));
	by_own_names();
	return 0;
}
