/*
 * audited.cpp - throws past frames with cleanups, that allocate, and catches it.
 */
#include <cstdio>
#include <stdexcept>
#include <string>

static int thrown(int depth)
{
	std::string text(depth + 30, 'x');

	if (!depth)
		throw std::runtime_error(text);
	return thrown(depth - 1) + 1;
}

int main()
{
	long bytes = 0;

	for (int i = 0; i < 300; i++) {
		try {
			thrown(i % 20);
		} catch (const std::exception &caught) {
			bytes += (long)std::string(caught.what()).size();
		}
	}
	std::printf("%ld\n", bytes);
	return 0;
}
