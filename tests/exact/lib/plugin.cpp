/*
 * plugin.cpp - what plugins.c loads: throws inside itself, and through the C function that
 * called it back.
 */
#include "exact.h"

#include <stdexcept>
#include <string>

struct Held {
	std::string text = std::string(70, 'h');
	int *counter;
	explicit Held(int *c) : counter(c)
	{
	}
	~Held()
	{
		std::string more(80, 'm');
		allocate_here();
		*counter += more.size() == 80;
	}
};

NOIPA static int throws(int depth, int *counter,
                        void (*callback)(void (*)(void *), void *))
{
	Held held(counter);

	allocate_here();
	if (depth == 0)
		throw std::runtime_error("from the plugin");
	if (depth % 3 == 1) {
		struct Next {
			int depth, *counter;
			void (*callback)(void (*)(void *), void *);
		};
		Next next = { depth - 1, counter, callback };
		callback(
			[](void *argument) {
				Next *n = (Next *)argument;
				throws(n->depth, n->counter, n->callback);
			},
			&next);
		return 1;
	}
	return throws(depth - 1, counter, callback) + 1;
}

extern "C" int plugin_run(int depth, int *counter,
                          void (*callback)(void (*)(void *), void *))
{
	try {
		return throws(depth, counter, callback);
	} catch (const std::exception &error) {
		allocate_here();
		return error.what() == std::string("from the plugin") ? 100 + depth : -1;
	}
}
