#!/bin/bash
# A program that brings its own malloc is run all the same (what it starts may be
# recorded), and whoever looks at the trace reads why there is so little in it.
cat >own.c <<'END'
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++)
		*(volatile char *)malloc(10) = 1;
	if (argc > 1)
		execvp(argv[1], argv + 1);
	return 0;
}
END
cat >plain.c <<'END'
#include <stdlib.h>
int main(void)
{
	*(volatile char *)malloc(10) = 1;
	return 0;
}
END
${CC:-gcc} -fno-builtin -o own own.c "$OUTLIVE_ROOT_DIR/tests/cli/lib/bump_malloc.c" && ${CC:-gcc} -fno-builtin -o plain plain.c || exit 1
recorded_json() {
	jq -c '[.processes[] | [.arguments[0], .own_malloc, .allocations]]'
}

"$OUTLIVE" run -q -o trace -- ./own 2>stderr
echo "status $?"
grep malloc stderr
"$OUTLIVE" info trace | grep -A 1 malloc
"$OUTLIVE" info --format json trace | recorded_json
echo "with a report, once:"
"$OUTLIVE" run -o trace -- ./own 2>stderr
grep -A 1 malloc stderr
echo "and what it starts:"
"$OUTLIVE" run -q -o trace -- ./own ./plain 2>stderr
grep malloc stderr
"$OUTLIVE" info --format json trace | recorded_json
echo "one that names its memory under its lock, called before main:"
cat >locked.c <<'END'
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *arena;
static size_t used;
static volatile char lock;
void *malloc(size_t size)
{
	char *block;

	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		;
	if (!arena) {
		arena = mmap(NULL, 1 << 26, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		prctl(0x53564d41 /* PR_SET_VMA */, 0, arena, 1 << 26, "mine");
		syscall(SYS_gettid);
	}
	block = arena + used;
	used += (size + 15) & ~(size_t)15;
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
	return block;
}
void free(void *block)
{
	(void)block;
}
void *calloc(size_t count, size_t size)
{
	return malloc(count * size);
}
void *realloc(void *old, size_t size)
{
	return old ? memcpy(malloc(size), old, size) : malloc(size);
}
int main(void)
{
	return 0;
}
END
cat >early.c <<'END'
#include <stdlib.h>
void *early;
static __attribute__((constructor)) void begin(void)
{
	early = malloc(10);
}
END
${CC:-gcc} -fPIC -shared -o libearly.so early.c &&
	${CC:-gcc} -fno-builtin -o locked locked.c -Wl,--no-as-needed -L. -learly -Wl,-rpath,. || exit 1
timeout 60 "$OUTLIVE" run -q -o trace -- ./locked 2>stderr
echo "status $?"
grep -c "own malloc" stderr
echo "where there is none, no line:"
"$OUTLIVE" run -o trace -- ./plain 2>&1 | grep -c 'own malloc'
"$OUTLIVE" info trace | grep -c malloc
echo "nor one at a fixed address that takes the address of malloc:"
cat >fixed.c <<'END'
#include <stdlib.h>
void *(*volatile allocate)(size_t) = malloc;
int main(void)
{
	return !allocate(10);
}
END
${CC:-gcc} -fno-pie -no-pie -o fixed fixed.c || exit 1
"$OUTLIVE" run -o trace -- ./fixed 2>&1 | grep -c 'own malloc'
"$OUTLIVE" info --format json trace | recorded_json
echo "and one that opens a module which reaches libc past us:"
cat >past.c <<'END'
#include <dlfcn.h>
int main(int argc, char **argv)
{
	(void)argv;
	return !dlopen("./libearly.so", RTLD_NOW | (argc > 1 ? RTLD_DEEPBIND : 0));
}
END
${CC:-gcc} -o past past.c || exit 1
"$OUTLIVE" run -o trace -- ./past deep 2>&1 | grep -c "a module was opened with RTLD_DEEPBIND"
"$OUTLIVE" info --format json trace | jq '[.processes[].past_us]' -c
"$OUTLIVE" run -o trace -- ./past 2>&1 | grep -c "a module was opened with RTLD_DEEPBIND"
echo "an allocator with names of its own, once it has mapped memory; a function that only sounds so:"
cat >named.c <<'END'
#include <stddef.h>
#include <sys/mman.h>
__attribute__((noipa)) static void *_mi_os_alloc(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
__attribute__((noipa)) void *mi_malloc(size_t size)
{
	static char *arena;

	if (!arena)
		arena = _mi_os_alloc(1 << 20);
	return arena += size;
}
__attribute__((noipa)) void *mi_open(size_t size)
{
	return mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
int main(int argc, char **argv)
{
	(void)argv;
	return !(argc > 1 ? mi_malloc(10) : mi_open(4096));
}
END
${CC:-gcc} -g -O1 -o named named.c || exit 1
for argument in '' used; do
	"$OUTLIVE" run -q -o trace -- ./named $argument
	COLUMNS=150 "$OUTLIVE" report trace | grep unseen
	"$OUTLIVE" report -f json trace | jq -c '.mappings.unseen_allocators[] | [.name, (.module | sub(".*/"; "")), .bytes]'
done
echo "one in a library that replaces malloc is recorded:"
sed '/^int main/,$d' named.c >libmimalloc.c
cat >>libmimalloc.c <<'END'
void *malloc(size_t size) { return mi_malloc((size + 15) & ~(size_t)15); }
void free(void *block) { (void)block; }
void *calloc(size_t count, size_t size) { return malloc(count * size); }
void *realloc(void *old, size_t size) { return old ? old : malloc(size); }
END
${CC:-gcc} -g -O1 -fno-builtin -fPIC -shared -o libmimalloc.so libmimalloc.c && ${CC:-gcc} -fno-builtin -o linked plain.c -Wl,--no-as-needed -L. -lmimalloc -Wl,-rpath,. || exit 1
"$OUTLIVE" run -q -o trace -- ./linked
"$OUTLIVE" report -f json trace | jq -c '[.totals.allocations > 0, .process.own_malloc, .mappings.unseen_allocators]'
echo "a library before outlive's that wraps malloc, and one that replaces it:"
cat >wrap.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (!next)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	return next(size);
}
END
${CC:-gcc} -fno-builtin -fPIC -shared -o wrap.so wrap.c &&
	${CC:-gcc} -fno-builtin -fPIC -shared -o replace.so "$OUTLIVE_ROOT_DIR/tests/cli/lib/bump_malloc.c" || exit 1
for before in wrap.so: replace.so: ''; do
	mkdir rings
	LD_PRELOAD=${before:+$PWD/$before}$(dirname "$OUTLIVE")/liboutlive.so OUTLIVE_DIR=$PWD/rings ./plain
	COLUMNS=200 "$OUTLIVE" report rings/*.ring 2>/dev/null | grep '^  malloc  \|own malloc\|^  allocated'
	"$OUTLIVE" report -f json rings/*.ring 2>/dev/null | jq -c '[.process | .own_malloc, .malloc_before] + [.totals.allocations]'
	rm -r rings
done
exit 0
