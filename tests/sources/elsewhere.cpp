/*
 * Functions that end in a call of another module, the library of C++, which compilers make a jump.
 * Some have allocated before, some call themselves, some are called by functions that jump, too.
 *
 * With C++20 the program has its own code of strings.
 *
 * short: yes
 * build: -std=c++17
 * truth: add freed fill 666
 * truth: write freed run 400
 */
#include <string>

static volatile long sink;
static const std::string text(100, 'x');

__attribute__((noinline)) static void add(std::string *to, const std::string &what)
{
	sink += what.size();
	to->append(what);
}

/* The first is a call, the second a jump. */
__attribute__((noinline)) static void add_both(std::string *one, std::string *other)
{
	one->append(text);
	other->append(text);
}

/* A jump to a function that jumps. */
__attribute__((noinline)) static void add_some(std::string *to, long number)
{
	sink += number;
	add(to, text);
}

static inline void add_more(std::string *to, long number)
{
	if (number % 3)
		add_some(to, number);
	else
		to->append(text);
}

static void fill(long number)
{
	std::string one, other, third;

	add(&one, text);
	add_both(&other, &third);
	add_more(&third, number);
	sink += one.size() + other.size() + third.size();
}

/* As printers of trees are: each branch ends in a call. */
__attribute__((noinline)) static void write(std::string *to, int depth, int kind)
{
	int i;

	switch (depth ? 3 : kind % 3) {
	case 0:
		to->append("nothing that fits into a short string");
		break;
	case 1:
		to->append(text);
		break;
	case 2:
		to->append(40, 'y');
		break;
	default:
		to->append(1, '[');
		for (i = 0; i < 3; i++)
			write(to, depth - 1, kind + i);
		to->append(1, ']');
	}
}

static void run(int number)
{
	std::string to;

	write(&to, number % 4, number);
	sink += to.size();
}

int main()
{
	int i;

	for (i = 0; i < 400; i++) {
		fill(i);
		run(i);
	}
	return 0;
}
