/*
 * mappings.c - memory that the program maps itself: parts of it are unmapped, replaced by
 * MAP_FIXED, shrunk and grown by mremap(); a file; addresses that are only reserved; a shared
 * segment (if there may be any); calls by syscall(), and calls that fail.
 *
 * expect: .mappings.calls == 9 + $out.shared
 * expect: .mappings.remaps == 2
 * expect: .mappings.unmaps == 3 + $out.shared
 * expect: .mappings.failed == 3
 * expect: .mappings.unknown_bytes == 0
 * expect: .mappings.bytes == 4096 * (246 + 3 * $out.shared)
 * expect: .mappings.live_bytes == 4096 * 135
 * expect: .mappings.live_bytes == .mappings.bytes - .mappings.ended_bytes
 * expect: [.mappings.paths[] | select(.function == "arena") | .bytes, .ended_bytes, .peak_bytes]
 *   == [409600, 122880, 409600]
 * expect: [.mappings.paths[] | select(.function == "cut") | .calls, .unmaps, .unmapped_bytes]
 *   == [0, 1, 81920]
 * expect: [.mappings.paths[] | select(.function == "replace") | .bytes] == [40960, 4096]
 * expect: [.mappings.paths[] | select(.function == "grow") | .bytes, .ended_bytes, .peak_bytes]
 *   == [204800, 0, 204800, 163840, 163840, 163840, 122880, 122880, 122880]
 * expect: [.mappings.paths[] | select(.function == "file" and .calls > 0) | .anonymous_bytes,
 *   (.mapped_file | endswith("/mappings"))] == [0, true]
 * expect: [.mappings.paths[] | select(.function == "reserve") | .reserved_bytes, .live_bytes]
 *   == [20480, 16384]
 * expect: [.mappings.paths[] | select(.function == "by_syscall") | .bytes, .unmapped_bytes] | add
 *   == 2 * 32768
 * expect: [.mappings.paths[] | select(.function == "wrong") | .failed] | add == 3
 * expect: [.mappings.paths[] | select(.function == "arena")][0].frames[1].function == "main"
 * expect: [.mappings.paths[] | select(.function == "arena")][0].line == 46
 * expect: .lost.events == 0
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOINLINE static __attribute__((noinline))
#define PAGES(n) ((n) * (size_t)4096)
#define ANYWHERE (MAP_PRIVATE | MAP_ANONYMOUS)

NOINLINE char *arena(void)
{
	char *pages = mmap(NULL, PAGES(100), PROT_READ | PROT_WRITE, ANYWHERE, -1, 0);
	return pages == MAP_FAILED ? abort(), NULL : pages;
}

NOINLINE int cut(char *pages)
{
	return munmap(pages + PAGES(10), PAGES(20)) + 0;
}

NOINLINE char *replace(char *pages, size_t count)
{
	char *at = mmap(pages, PAGES(count), PROT_READ, ANYWHERE | MAP_FIXED, -1, 0);

	return at == pages ? at : (abort(), NULL);
}

NOINLINE void grow(void)
{
	char *pages = mmap(NULL, PAGES(40), PROT_READ, ANYWHERE, -1, 0);

	pages = mremap(pages, PAGES(40), PAGES(30), 0);
	pages = mremap(pages, PAGES(30), PAGES(50), MREMAP_MAYMOVE);
	if (pages == MAP_FAILED)
		abort();
}

NOINLINE void file(void)
{
	int self = open("/proc/self/exe", O_RDONLY);
	char *pages = mmap(NULL, 4097, PROT_READ, MAP_PRIVATE, self, 0);

	if (pages == MAP_FAILED || munmap(pages, 4097))
		abort();
	close(self);
}

NOINLINE char *reserve(void)
{
	char *pages = mmap(NULL, PAGES(5), PROT_NONE, ANYWHERE, -1, 0);

	return pages == MAP_FAILED ? abort(), NULL : pages;
}

NOINLINE void by_syscall(void)
{
	long pages = syscall(SYS_mmap, NULL, PAGES(8), PROT_READ, ANYWHERE, -1, 0L);

	if (pages == -1 || syscall(SYS_munmap, pages, PAGES(8)))
		abort();
}

NOINLINE void wrong(char *pages)
{
	if (mmap(NULL, 0, PROT_READ, ANYWHERE, -1, 0) != MAP_FAILED ||
	    munmap(pages + 1, 4096) != -1 ||
	    mremap(pages + PAGES(10), 4096, 8192, 0) != MAP_FAILED)
		abort();
}

NOINLINE int shared(void)
{
	int segment = shmget(IPC_PRIVATE, PAGES(3), 0600), result = 0;
	void *pages = segment < 0 ? MAP_FAILED : shmat(segment, NULL, 0);

	if (pages != MAP_FAILED)
		result = shmdt(pages) == 0;
	if (segment >= 0)
		shmctl(segment, IPC_RMID, NULL);
	return result;
}

int main(void)
{
	char *pages = arena();

	if (cut(pages))
		return 1;
	wrong(pages);
	replace(pages + PAGES(50), 10);
	grow();
	file();
	replace(reserve() + PAGES(2), 1);
	by_syscall();
	printf("shared=%d\n", shared());
	return 0;
}
