/*
 * itself.cpp - begins and ends its own recording, so many times, while four threads throw all the
 * time, through frames that free while the exception passes, and one makes every other call that
 * writes into the recording. Children are forked in the midst of both.
 */
#include <outlive.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

static std::atomic<bool> is_over;
static std::atomic<long> caught, wrong;

__attribute__((noinline)) static int deep(int frames)
{
	std::string text(100, 'a');

	if (!frames)
		throw std::runtime_error(text);
	return deep(frames - 1) + (text[0] == 'a');
}

static void throw_on(unsigned seed)
{
	while (!is_over) {
		try {
			wrong += deep(rand_r(&seed) % 30) != 0;
		} catch (const std::exception &thrown) {
			wrong += strlen(thrown.what()) != 100;
			caught++;
		}
	}
}

/* Threads come, are named, and go; libraries come and go; phases begin; children ask for a recording. */
static void call_others(long rounds_max)
{
	for (long i = 0; !is_over && i < rounds_max; i++) {
		char name[16];

		snprintf(name, sizeof(name), "short %ld", i % 10);
		outlive_phase(name);
		outlive_snapshot();
		std::thread brief([&name] {
			std::vector<int> kept(100);

			pthread_setname_np(pthread_self(), name);
		});
		brief.join();
		void *library = dlopen("libresolv.so.2", RTLD_NOW);

		wrong += !library || !dlsym(library, "ns_name_ntop");
		wrong += library && dlclose(library) != 0;
		if (i % 64)
			continue;
		pid_t child = fork();
		int status = 0;

		if (!child) /* another thread may be in outlive_start() or outlive_stop() now */
			_exit(outlive_start() != 0 || !malloc(100) || outlive_stop() != 0);
		waitpid(child, &status, 0);
		if (status != 0)
			fprintf(stderr, "child: status %x\n", status);
		wrong += status != 0;
	}
}

/* Children that are not recorded may begin it; a child of vfork() may not end its parent's. */
static void child_check(bool is_vfork)
{
	pid_t child = is_vfork ? vfork() : fork();
	int status = 0;

	if (!child && is_vfork)
		_exit(outlive_stop() == 0);
	if (!child) {
		free(malloc(300));
		_exit(outlive_start() != 0);
	}
	waitpid(child, &status, 0);
	wrong += status != 0;
}

static void record_itself(int rounds)
{
	long begun = 0;

	for (int i = 0; i < rounds; i++) {
		int is_begun = outlive_start() == 0;

		begun += is_begun;
		usleep(i % 8 ? rand() % 3000 : 300000);
		if (i % 8 == 3)
			child_check(true);
		if (is_begun && outlive_stop() != 0) {
			fprintf(stderr, "no stop in round %d\n", i);
			wrong++;
		}
		if (i % 8 == 5)
			child_check(false);
	}
	printf("%s ", begun > rounds / 2 ? "most rounds recorded" : "few rounds recorded");
}

int main(int argc, char **argv)
{
	std::vector<std::thread> threads;

	for (unsigned i = 0; i < 4; i++)
		threads.emplace_back(throw_on, i + 1);
	threads.emplace_back(call_others, argc > 2 ? atol(argv[2]) : LONG_MAX);
	record_itself(argc > 1 ? atoi(argv[1]) : 10);
	is_over = true;
	for (std::thread &thread : threads)
		thread.join();
	printf("%s, wrong %ld\n", caught > 0 ? "thrown" : "nothing thrown", wrong.load());
	return wrong != 0;
}
