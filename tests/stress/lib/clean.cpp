/*
 * clean.cpp - uses much of what the C++ library and libc keep until the end, and leaks nothing;
 * with an argument it leaks eight blocks, some of them made inside of those libraries.
 */
#include <clocale>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <future>
#include <iostream>
#include <locale>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <locale.h>
#include <pwd.h>
#include <unistd.h>

#define FUNCTION __attribute__((noinline))

static void *volatile sink;
static thread_local std::vector<int> values;

FUNCTION static int work(int n)
{
	int caught = 0;

	for (int i = 0; i < n; i++) {
		values.push_back(i);
		try {
			if (i % 2)
				throw std::runtime_error("odd");
		} catch (const std::exception &) {
			caught++;
		}
	}
	return caught;
}

FUNCTION static void leak_string()
{
	sink = new std::string("too long to lie within the string"); /* 2 blocks */
}

FUNCTION static void leak_growing()
{
	std::string *text = new std::string; /* 2 blocks */

	text->append(100, 'x');
	sink = text;
}

FUNCTION static void leak_of_libc()
{
	sink = strdup("hello");
	sink = fopen("/dev/null", "r");
	sink = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
}

FUNCTION static void leak_int()
{
	sink = new int(5);
}

int main(int argc, char **)
{
	std::setlocale(LC_ALL, "");
	std::locale::global(std::locale("C.UTF-8"));
	std::cout.imbue(std::locale());
	for (int i = 0; i < 4; i++)
		std::thread(work, 100).join();
	std::cout << std::async(std::launch::async, work, 50).get() << " " << 3.5 << "\n";
	std::ostringstream text;
	for (int i = 0; i < 100; i++)
		text << i << std::regex_match("aab", std::regex("a+b"));
	std::ifstream file("/proc/self/maps");
	for (std::string line; std::getline(file, line);)
		;
	getpwuid(getuid());
	void *library = dlopen("libm.so.6", RTLD_NOW);
	if (library)
		dlclose(library);
	dlsym(RTLD_DEFAULT, "no_such_symbol");
	std::atexit([] { std::cerr << "done\n"; });
	if (argc > 1) {
		leak_string();
		leak_growing();
		leak_of_libc();
		leak_int();
	}
	return 0;
}
