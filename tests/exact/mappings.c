/*
 * mappings.c - mmap(), munmap() and mremap() behave as without the recorder: results and errno,
 * before any constructor, in signal handlers on a small stack, in a child of vfork(), in threads
 * at once; and inside a malloc() that maps every block, whose frames stay exact.
 *
 * guards: a walk that began inside a hook leaves a stub where the hook returns to
 * inferred: none
 * plugin: mapper.c
 * build: gcc -O2 mapper.so -Wl,-rpath,.
 * build: gcc -O0 mapper.so -Wl,-rpath,.
 * build: clang -O2 mapper.so -Wl,-rpath,.
 */
#include "exact.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE ((size_t)4096)

static char *early;
static int early_errno;

static void before_all(void)
{
	errno = 77;
	early = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	             0);
	early_errno = errno;
}
__attribute__((section(".preinit_array"),
               used)) static void (*preinit)(void) = before_all;

/* Every call keeps errno if it succeeds, and sets the kernel's error if it fails. */
NOINLINE static int calls(void)
{
	char *pages, *moved;
	int wrong = 0;

	errno = 55;
	pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	             -1, 0);
	wrong |= pages == MAP_FAILED || errno != 55;
	pages[3 * PAGE] = 9;
	moved = mremap(pages, 4 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	wrong |= (moved == MAP_FAILED || errno != 55 || moved[3 * PAGE] != 9) * 2;
	wrong |= (mmap(moved + PAGE, PAGE, PROT_READ,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != moved + PAGE ||
	          moved[PAGE] || errno != 55) *
	         4;
	wrong |= (munmap(moved + 2 * PAGE, PAGE) || errno != 55) * 8;
	wrong |= (mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	              MAP_FAILED ||
	          errno != EINVAL) *
	         16;
	errno = 0;
	wrong |= (mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 9999, 0) != MAP_FAILED ||
	          errno != EBADF) *
	         32;
	wrong |= (munmap(moved + 1, PAGE) != -1 || errno != EINVAL) * 64;
	wrong |= (mremap(moved + 1, PAGE, 2 * PAGE, 0) != MAP_FAILED || errno != EINVAL) *
	         128;
	errno = 55;
	/* Not the page between: another thread may have mapped something there. */
	wrong |= (munmap(moved, 2 * PAGE) || munmap(moved + 3 * PAGE, 61 * PAGE) ||
	          errno != 55) *
	         256;
	wrong |= (syscall(SYS_munmap, 1L, PAGE) != -1 || errno != EINVAL) * 512;
	return wrong;
}

static volatile int handled, handler_wrong;

static void handler(int signal)
{
	int saved = errno;

	(void)signal;
	handler_wrong |= calls();
	handled++;
	errno = saved;
}

NOINLINE static void in_handlers(void)
{
	static char small[8192] __attribute__((aligned(64)));
	stack_t stack = { .ss_sp = small, .ss_size = sizeof(small) };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	int i;

	check(sigaltstack(&stack, NULL) == 0, "a small stack");
	check(sigaction(SIGUSR1, &action, NULL) == 0, "a handler");
	for (i = 0; i < 50; i++) {
		raise(SIGUSR1);
		allocate_here();
	}
	check(handled == 50, "%d handled", handled);
	check(handler_wrong == 0, "wrong in a handler: %d", handler_wrong);
}

static void *thread(void *wrong)
{
	int i;

	for (i = 0; i < 200; i++) {
		void *volatile block = malloc(100);

		*(int *)wrong |= calls();
		free(block);
	}
	return NULL;
}

NOINLINE static void in_threads(void)
{
	pthread_t threads[4];
	int wrong[4] = { 0 }, i;

	for (i = 0; i < 4; i++)
		check(pthread_create(&threads[i], NULL, thread, &wrong[i]) == 0, "a thread");
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		check(wrong[i] == 0, "wrong in a thread: %d", wrong[i]);
	}
}

NOINLINE static void in_vfork(void)
{
	pid_t pid = vfork();
	int status = -1;

	if (pid == 0)
		_exit(calls() ? 1 : 33);
	check(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 33, "vfork");
	pid = fork();
	if (pid == 0)
		_exit(calls() ? 1 : 33);
	check(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 33, "fork");
}

/* Blocks that outlive frames, in a malloc that is walked from inside. */
NOINLINE static void *up(int depth)
{
	void *volatile block = depth ? up(depth - 1) : malloc(64);

	allocate_here();
	return block;
}

NOINLINE static void frames(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		void *volatile block = up(i % 7);

		block = realloc(block, 5000);
		free(block);
		allocate_here();
	}
}

int main(void)
{
	exact_begin();
	check(early && early != MAP_FAILED, "mapped before all");
	check(early_errno == 77, "errno %d before all", early_errno);
	check(calls() == 0, "wrong in main: %d", calls());
	frames();
	in_handlers();
	in_threads();
	in_vfork();
	frames();
	printf("done\n");
	return exact_wrong != 0;
}
