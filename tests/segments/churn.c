/*
 * churn.c - processes that are hard to look at: `churn maps` maps and unmaps a thousand
 * times a second, `churn many N` has N mappings, `churn short` starts processes that live
 * for a moment each and say their pid, `churn names` maps what has odd names. The others
 * print "ready"; each goes on until it is killed.
 */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void churn_maps(void)
{
	static char *blocks[64];
	static size_t sizes[64];
	size_t bytes;

	ready();
	for (unsigned i = 0;; i++) {
		bytes = (1 + i * 7 % 50) * PAGE;
		if (blocks[i % 64])
			munmap(blocks[i % 64], sizes[i % 64]);
		sizes[i % 64] = bytes;
		blocks[i % 64] = mmap(NULL, bytes, PROT_READ | (i % 2 ? PROT_WRITE : 0),
		                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (i % 2)
			memset(blocks[i % 64], 1, bytes);
		usleep(300);
	}
}

static void many(size_t count)
{
	char *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < count; i++) {
		pages[i * PAGE] = 1;
		if (i % 2 && mprotect(pages + i * PAGE, PAGE, PROT_READ))
			exit(1);
	}
	ready();
	pause();
}

/* Each says its pid, waits a little, and is gone. */
static void short_lives(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			printf("%d\n", (int)getpid());
			fflush(stdout);
			usleep(300);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static void file_map(const char *name, int is_deleted, int access, int flags)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || ftruncate(file, 5 * PAGE) ||
	    mmap(NULL, 5 * PAGE, access, flags, file, 0) == MAP_FAILED)
		fprintf(stderr, "no %s\n", name);
	close(file);
	if (is_deleted)
		unlink(name);
}

static void names(void)
{
	static char shared[64];
	int file = (int)syscall(SYS_memfd_create, "mem \033[31m fd", MFD_CLOEXEC), shm;
	aio_context_t rings = 0;
	struct io_uring_params parameters = { 0 };
	void *at;

	file_map("a b\n\033[31mc", 0, PROT_READ, MAP_PRIVATE);
	file_map("its end (deleted)", 0, PROT_READ, MAP_PRIVATE);
	file_map("gone \"quoted\",\\", 1, PROT_READ | PROT_WRITE, MAP_SHARED);
	file_map("\xff\xfe no utf-8", 0, PROT_READ, MAP_PRIVATE);
	snprintf(shared, sizeof(shared), "/dev/shm/outlive test %d", (int)getpid());
	file_map(shared, 1, PROT_READ | PROT_WRITE, MAP_SHARED);
	if (file >= 0 && !ftruncate(file, 6 * PAGE))
		mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	shm = shmget(IPC_PRIVATE, 7 * PAGE, IPC_CREAT | 0600);
	if (shm >= 0) {
		shmat(shm, NULL, 0);
		shmctl(shm, IPC_RMID, NULL);
	}
	syscall(SYS_io_setup, 16, &rings);
	file = (int)syscall(SYS_io_uring_setup, 8, &parameters);
	if (file >= 0)
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	at = mmap(NULL, 9 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	          0);
	prctl(0x53564d41, 0, at, 9 * PAGE, "own name"); /* PR_SET_VMA_ANON_NAME, if there */
	/* Huge pages: of hugetlbfs where some are set aside, else as the kernel likes. */
	at = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
	          MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (at != MAP_FAILED)
		memset(at, 1, 4 << 20);
	at = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	          0);
	madvise(at, 8 << 20, MADV_HUGEPAGE);
	memset(at, 1, 8 << 20);
	ready();
	pause();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(what, "maps"))
		churn_maps();
	if (!strcmp(what, "many"))
		many(strtoul(argv[2], NULL, 10));
	if (!strcmp(what, "short"))
		short_lives();
	if (!strcmp(what, "names"))
		names();
	return 1;
}
