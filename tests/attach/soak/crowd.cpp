/*
 * crowd.cpp - 64 threads of a C++ program: strings, maps, shared pointers and exceptions that pass
 * many frames. Each thread computes the same sums over and over, and compares them with the first.
 * It ends when stdin does.
 */
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::atomic<bool> is_ending;
static std::atomic<long> rounds, wrong;

static uint64_t mix(uint64_t sum, const std::string &text)
{
	for (unsigned char byte : text)
		sum = (sum ^ byte) * 1099511628211u;
	return sum;
}

static std::string __attribute__((noinline)) descend(int depth, const std::string &text)
{
	auto mine = std::make_shared<std::string>(text + std::to_string(depth));

	if (depth == 0)
		throw std::runtime_error(*mine);
	return descend(depth - 1, *mine) + "never";
}

static uint64_t round_of(unsigned seed)
{
	std::map<std::string, std::vector<int>> table;
	uint64_t sum = 14695981039346656037u;
	std::string caught;

	for (unsigned i = 0; i < 60; i++) {
		unsigned key = (seed * 2654435761u + i * 40503u) % 100;

		table["the key number " + std::to_string(key)].push_back(static_cast<int>(i * key));
	}
	try {
		descend(12, std::to_string(seed) + " at ");
	} catch (const std::runtime_error &error) {
		caught = error.what();
	}
	for (const auto &pair : table) {
		sum = mix(sum, pair.first);
		for (int value : pair.second)
			sum = (sum ^ static_cast<unsigned>(value)) * 1099511628211u;
	}
	return mix(sum, caught);
}

static void work(unsigned seed)
{
	const uint64_t first = round_of(seed);

	while (!is_ending) {
		if (round_of(seed) != first)
			wrong++;
		rounds++;
		std::this_thread::sleep_for(std::chrono::milliseconds(15));
	}
}

int main()
{
	std::vector<std::thread> threads;
	char line[64];

	for (unsigned i = 0; i < 64; i++)
		threads.emplace_back(work, i);
	while (fgets(line, sizeof(line), stdin))
		;
	is_ending = true;
	for (std::thread &thread : threads)
		thread.join();
	printf("rounds %ld wrong %ld\n", rounds.load(), wrong.load());
	return wrong != 0;
}
