/*
 * no_way_back.cpp - a forked child that can have no ring of its own, as its root and its
 * network are others: in it threads end, exceptions fly, plugins are looked up, stacks are
 * looked at, programs are started, all through names that the recorder exports. (Where the
 * test may not change its root the child has a ring, and must do the same.) And one whose
 * recording has ended.
 *
 * guards: nothing rests on a ring that is not there
 * build: g++ -O2
 * build: g++ -O0
 */
#include <csetjmp>
#include <csignal>
#include <stdexcept>
#include <vector>

#include "exact.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static NOINLINE void throw_through(int depth)
{
	std::vector<int> guarded(10);

	if (depth == 0)
		throw std::runtime_error("thrown");
	throw_through(depth - 1);
	guarded[0] = 1;
}

static void *throw_in_thread(void *)
{
	int caught = 0;

	for (int i = 0; i < 200; i++) {
		try {
			throw_through(i % 7);
		} catch (std::exception &) {
			caught++;
		}
	}
	check(caught == 200, "caught %d", caught);
	pthread_exit(nullptr);
}

static NOINLINE void use_every_name(void)
{
	pthread_t threads[4];
	void *addresses[20];
	jmp_buf place;
	struct sigaction action = {};

	for (pthread_t &thread : threads)
		check(pthread_create(&thread, nullptr, throw_in_thread, nullptr) == 0,
		      "thread");
	for (pthread_t &thread : threads)
		pthread_join(thread, nullptr);
	check(backtrace(addresses, 20) > 1, "backtrace");
	if (setjmp(place) == 0)
		longjmp(place, 1);
	check(dlsym(RTLD_DEFAULT, "malloc") != nullptr, "dlsym");
	check(dlsym(RTLD_DEFAULT, "no_such_name") == nullptr, "dlsym of nothing");
	check(dlopen("no-such-file.so", RTLD_NOW) == nullptr, "dlopen of nothing");
	check(sigaction(SIGSEGV, nullptr, &action) == 0 && action.sa_handler == SIG_DFL,
	      "action");
	check(prctl(PR_SET_NAME, "renamed") == 0, "prctl");
	free(realloc(calloc(3, 5), 100));
}

static void *fork_and_leave(void *)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		/* Its one thread ends, and has not allocated. */
		return nullptr;
	}
	check(waitpid(child, &status, 0) == child && status == 0, "status %x", status);
	/* Not a word of the parent's may be lost by that. */
	free(malloc(100));
	return nullptr;
}

int main(void)
{
	pthread_t thread;
	int status = -1;
	pid_t child;

	exact_begin();
	check(pthread_create(&thread, nullptr, fork_and_leave, nullptr) == 0, "thread");
	pthread_join(thread, nullptr);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 && mkdir("jail", 0755) == 0 &&
		    chroot("jail") == 0 && chdir("/") != 0)
			_exit(3);
		/* Forked where no ring can be reached. */
		child = fork();
		if (child == 0) {
			use_every_name();
			fflush(stdout);
			_exit(exact_wrong != 0);
		}
		check(waitpid(child, &status, 0) == child && status == 0, "status %x", status);
		fflush(stdout);
		_exit(exact_wrong != 0);
	}
	check(waitpid(child, &status, 0) == child && status == 0, "status %x", status);
	rmdir("jail");
	/* Recording ends where the clock may not be read any more; its ring stays. */
	child = fork();
	if (child == 0) {
		free(malloc(10));
		if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0)
			use_every_name();
		fflush(stdout);
		_exit(exact_wrong != 0);
	}
	check(waitpid(child, &status, 0) == child && status == 0, "status %x", status);
	return exact_end();
}
