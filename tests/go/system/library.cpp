// Exceptions that pass functions of C++, below Go and below a callback's caller; and threads that no Go
// has made.
#include <stdexcept>
#include <stdlib.h>
#include <thread>
#include <vector>

extern "C" void goCalled(int size);
static void *volatile last;

struct holder {
	void *block;
	explicit holder(size_t size) : block(malloc(size)) { last = block; }
	~holder() { free(block); }
};

__attribute__((noinline)) static void deepest(int number)
{
	holder mine(4444);
	goCalled(5555); // and back, before the exception
	if (number % 2)
		throw std::runtime_error("as asked");
}

__attribute__((noinline)) static void middle(int number)
{
	holder mine(6666);
	deepest(number);
}

extern "C" void cpp_throws(int times)
{
	for (int i = 0; i < times; i++) {
		try {
			middle(i);
		} catch (const std::exception &) {
			holder other(7777);
		}
	}
}

__attribute__((noinline)) static void thread_run(int times)
{
	for (int i = 0; i < times; i++) {
		holder mine(8888);
		goCalled(9999);
	}
}

extern "C" void cpp_threads(int threads, int times)
{
	std::vector<std::thread> all;
	for (int i = 0; i < threads; i++)
		all.emplace_back(thread_run, times);
	for (auto &one : all)
		one.join();
}
