/*
 * cancel.cpp - threads that end with their frames still on the stack: pthread_exit from
 * below, pthread_cancel deferred and asynchronous, past cleanup handlers and destructors
 * that allocate, with thread_local destructors after them. 3500 such ends leave 70000
 * frames and more: stubs of a thread that is gone come back.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: g++ -O2
 * build: g++ -O0
 * build: clang++ -O2
 */
#include "exact.h"

#include <atomic>
#include <cxxabi.h>
#include <pthread.h>
#include <string>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <vector>

static std::atomic<int> destroyed, cleaned, thread_locals, passed;
static std::atomic<bool> ready;

struct Local {
	std::vector<std::string> texts;
	~Local()
	{
		std::string last(100, 'z');
		allocate_here();
		thread_locals += (int)texts.size() + (last[99] == 'z');
	}
};
static thread_local Local local;

struct Counted {
	std::string text = std::string(50, 'c');
	~Counted()
	{
		std::vector<int> more(20, 1);
		allocate_here();
		destroyed += more[3];
	}
};

static void clean(void *block)
{
	allocate_here();
	free(block);
	cleaned++;
}

enum way { EXIT, DEFERRED, ASYNCHRONOUS, RETURN };

NOIPA static void leave(way how)
{
	struct timespec tick = { 0, 50000 };

	allocate_here();
	if (how == EXIT)
		pthread_exit((void *)7);
	ready = true;
	if (how == DEFERRED) {
		for (;;)
			nanosleep(&tick, nullptr);
	}
	if (how == ASYNCHRONOUS) {
		int old;
		pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
		for (;;)
			__asm__ volatile("pause");
	}
}

NOIPA static int descend(int depth, way how)
{
	Counted here;
	int result;

	allocate_here();
	pthread_cleanup_push(clean, malloc(33));
	if (depth % 3 == 0) {
		try {
			result = depth ? descend(depth - 1, how) : (leave(how), 0);
		} catch (abi::__forced_unwind &) {
			allocate_here();
			passed++;
			throw;
		}
	} else {
		result = descend(depth - 1, how);
	}
	pthread_cleanup_pop(1);
	return result + 1;
}

static void *begin_deep(void *)
{
	try {
		descend(18, EXIT);
	} catch (...) {
		throw;
	}
	return nullptr;
}

static void *begin(void *argument)
{
	local.texts.push_back("thread local");
	descend(8, (way)(long)argument);
	return (void *)8;
}

static void one(way how)
{
	pthread_t thread;
	void *result;

	ready = false;
	if (pthread_create(&thread, nullptr, begin, (void *)(long)how))
		abort();
	if (how == DEFERRED || how == ASYNCHRONOUS) {
		while (!ready)
			sched_yield();
		if (how == ASYNCHRONOUS && cleaned % 2)
			usleep(20);
		pthread_cancel(thread);
	}
	pthread_join(thread, &result);
	check(how == EXIT     ? result == (void *)7
	      : how == RETURN ? result == (void *)8
	                      : result == PTHREAD_CANCELED,
	      "way %d ended as %p", how, result);
}

int main()
{
	const int rounds = 100, exits = 3000;

	exact_begin();
	for (int round = 0; round < rounds; round++) {
		one(EXIT);
		one(DEFERRED);
		one(ASYNCHRONOUS);
		one(RETURN);
		std::thread([] {
			local.texts.push_back("std");
			Counted here;
		}).join();
	}
	for (int number = 0; number < exits; number++) {
		pthread_t thread;
		pthread_create(&thread, nullptr, begin_deep, nullptr);
		pthread_join(thread, nullptr);
	}
	check(destroyed == exits * 19 + rounds * (4 * 9 + 1), "%d destroyed",
	      destroyed.load());
	check(cleaned == exits * 19 + rounds * 4 * 9, "%d cleaned", cleaned.load());
	check(passed == exits * 7 + rounds * 3 * 3, "%d passed", passed.load());
	check(thread_locals == rounds * 5 * 2, "%d locals", thread_locals.load());
	return exact_end();
}
