/*
 * keep_and_reuse.cpp - memory that could be kept. slot() frees the last block where it makes the
 * next, entry() one of 64: these can be used again, although main() owns them. Large buffers
 * that are made and freed in turn need one buffer only. A container that outlives the function
 * that makes it grow is reserved where it is made. What the destructor of a global container
 * frees at exit, by a jump, is not freed by another module.
 *
 * build: -O2
 * expect: [.advice[] | select(.function | startswith("slot(")).text] == ["keep the block in slot()
 *   and use it again, with room for 47 B: 2,000 of 40 B to 47 B, each freed by the call that made
 *   the next; they belong to main()"]
 * expect: [.advice[] | select(.function | startswith("entry(")).text] == ["entry() frees a block
 *   where it makes the next: use that one again, with room for 47 B: 2,000 of 40 B to 47 B, up to
 *   64 at once; they belong to main()"]
 * expect: [.advice[] | select(.function | startswith("large(")) | .kind, .saves_calls, .text] ==
 *   ["keep", 99, "keep one buffer of 1.00 MiB between the calls of large(), in its caller or in a
 *   static variable: 100 blocks of 1.00 MiB, one at a time, each freed before it returned"]
 * expect: [.advice[] | select(.function | startswith("looped(")).text] == ["allocate one buffer of
 *   1.00 MiB in looped(), before its loop: 100 blocks of 1.00 MiB, one at a time, each freed before
 *   the next"]
 * expect: [.advice[] | select(.function | startswith("nested(")).kind] == []
 * expect: [.advice[] | select(.function | startswith("grow(")).text][0] | test("^reserve where the
 *   container is made; it grows in grow\\(\\): .* its last size is 128 KiB$")
 * expect: [.advice[] | select(.function | startswith("filled(")).text][0] | test("^reserve in
 *   filled\\(\\): .* all of the containers that grew became 2.00 KiB$")
 * expect: [by("named")[] | select(.blocks > 0).no_advice] | unique == ["a container allocates them
 *   when it needs to: its user can keep the container, or reserve (deques, maps, sets and lists
 *   cannot)"]
 */
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#define FUNCTION __attribute__((noinline))

static char *last, *entries[64];
static std::vector<char> numbers;
static std::map<int, std::string> names;

FUNCTION void slot(int i)
{
	free(last);
	last = static_cast<char *>(malloc(40 + i % 8));
	last[0] = static_cast<char>(i);
}

FUNCTION void entry(char **which, int i)
{
	free(*which);
	*which = static_cast<char *>(malloc(40 + i % 8));
	(*which)[0] = static_cast<char>(i);
}

static void use(char *buffer)
{
	buffer[0] = 1;
	__asm__ volatile("" : : "r"(buffer) : "memory");
}

FUNCTION void large(void)
{
	char *buffer = static_cast<char *>(malloc(1 << 20));

	use(buffer);
	free(buffer);
}

FUNCTION void looped(void)
{
	for (int i = 0; i < 100; i++) {
		char *buffer = static_cast<char *>(malloc(1 << 20));

		use(buffer);
		free(buffer);
	}
}

/* Each call needs its own while the inner ones have theirs. */
FUNCTION void nested(int more)
{
	char *buffer = static_cast<char *>(malloc(1 << 20));

	use(buffer);
	if (more)
		nested(more - 1);
	use(buffer);
	free(buffer);
}

FUNCTION void grow(int i)
{
	numbers.push_back(static_cast<char>(i));
}

FUNCTION int filled(void)
{
	std::vector<int> own;

	for (int i = 0; i < 500; i++)
		own.push_back(i);
	return own[7];
}

FUNCTION void named(int i)
{
	names[i % 50] = std::string(50 + i % 5, 'x');
}

int main()
{
	int sum = 0;

	for (int i = 0; i < 100000; i++)
		grow(i);
	for (int i = 0; i < 2000; i++) {
		slot(i);
		entry(&entries[i % 64], i);
		named(i);
	}
	for (int i = 0; i < 100; i++) {
		large();
		sum += filled();
	}
	looped();
	for (int i = 0; i < 30; i++)
		nested(3);
	for (char *block : entries)
		free(block);
	free(last);
	return sum < 0;
}
