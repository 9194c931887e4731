/*
 * exceptions_many.cpp - thousands of exceptions past frames with stubs, from several depths
 * and on four threads: each frame that was passed is proven dead, and its stub is used
 * again. More frames are passed than there are stubs.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: g++ -O2
 * build: g++ -O0
 * build: clang++ -O2
 */
#include "exact.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

NOIPA static long deeper(int depth, long number)
{
	std::string text(40, 'x');

	allocate_here();
	if (depth == 0)
		throw std::runtime_error(std::to_string(number));
	return deeper(depth - 1, number) + (long)text.size();
}

NOIPA static long one_round(long number)
{
	try {
		return deeper((int)(number % 12), number);
	} catch (const std::runtime_error &error) {
		allocate_here();
		return std::stol(error.what());
	}
}

static void many(long *sum)
{
	for (long number = 0; number < 6000; number++)
		*sum += one_round(number);
}

int main()
{
	long sums[4] = {}, expected = 6000L * 5999 / 2;
	std::vector<std::thread> threads;

	exact_begin();
	for (long &sum : sums)
		threads.emplace_back(many, &sum);
	for (std::thread &thread : threads)
		thread.join();
	for (long sum : sums)
		check(sum == expected, "%ld", sum);
	return exact_end();
}
