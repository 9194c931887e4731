/*
 * jumps.cpp - exceptions and longjmp() pass many frames that a recording may have put stubs into,
 * and signals come in between, whose handler counts. Each way out must be the right one,
 * each destructor must run, and no call may fail with EINTR that has SA_RESTART.
 * jumps [HERTZ]: with so many signals a second. It ends when stdin does.
 */
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <vector>

static std::atomic<bool> is_ending;
static std::atomic<long> rounds, wrong, signals;
static thread_local int alive; /* objects with destructors */

struct counted {
	char *block = static_cast<char *>(malloc(40));
	counted()
	{
		alive++;
		memset(block, 5, 40);
	}
	~counted()
	{
		alive--;
		wrong += block[39] != 5;
		free(block);
	}
};

static int __attribute__((noinline)) throwing(int depth)
{
	counted here;

	if (depth == 0)
		throw std::out_of_range("the bottom");
	return throwing(depth - 1) + here.block[0];
}

static int __attribute__((noinline)) jumping(jmp_buf *back, int depth)
{
	char *volatile block = static_cast<char *>(malloc(24));

	free(block);
	if (depth == 0)
		longjmp(*back, 7);
	return jumping(back, depth - 1) + 1;
}

static int __attribute__((noinline)) leap()
{
	jmp_buf back;
	volatile int before = 41;
	int value = setjmp(back);

	if (value == 0)
		return jumping(&back, 30);
	return value + before;
}

static void work()
{
	while (!is_ending) {
		bool is_caught = false;

		try {
			throwing(25);
		} catch (const std::out_of_range &error) {
			is_caught = !strcmp(error.what(), "the bottom");
		}
		wrong += !is_caught + (alive != 0) + (leap() != 48);
		rounds++;
	}
}

static void on_signal(int)
{
	signals++;
}

int main(int argc, char **argv)
{
	long per_second = argc > 1 ? atol(argv[1]) : 0;
	struct sigaction action = {};
	std::vector<std::thread> threads;
	char byte;
	ssize_t got;

	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, nullptr);
	if (per_second > 0) {
		long us = 1000000 / per_second;
		struct itimerval timer = { { 0, us }, { 0, us } };

		setitimer(ITIMER_REAL, &timer, nullptr);
	}
	for (int i = 0; i < 2; i++)
		threads.emplace_back(work);
	while ((got = read(0, &byte, 1)) > 0)
		;
	wrong += got != 0;
	is_ending = true;
	for (std::thread &thread : threads)
		thread.join();
	printf("rounds %ld signals %ld wrong %ld\n", rounds.load(), signals.load(), wrong.load());
	return wrong != 0;
}
