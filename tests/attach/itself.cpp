/*
 * itself.cpp - begins and ends its own recording, so many times, while four threads throw all the
 * time, through frames that free while the exception passes.
 */
#include <outlive.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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
		wrong += is_begun && outlive_stop() != 0;
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
	record_itself(argc > 1 ? atoi(argv[1]) : 10);
	is_over = true;
	for (std::thread &thread : threads)
		thread.join();
	printf("%s, wrong %ld\n", caught > 0 ? "thrown" : "nothing thrown", wrong.load());
	return wrong != 0;
}
