// fmt, in the program itself.
//
// In g++'s builds it is open whether a buffer grew twice in one call, or in two.
//
// build: -DFMT_HEADER_ONLY
// needs-header: fmt/format.h
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <string>
#include <vector>

static volatile long sink;
static std::vector<std::string> recent;

static std::string line(int number)
{
	return fmt::format("line {:>8} of a list that is long, {:x} and {:.3f}", number, number,
	                   number * 0.5);
}

static std::string listed(int number)
{
	std::vector<int> numbers(number % 9, number);
	return fmt::format("[{}]", fmt::join(numbers, ", a separator, "));
}

static long buffered(int number)
{
	fmt::memory_buffer buffer;
	for (int i = 0; i < number % 40; i++)
		fmt::format_to(std::back_inserter(buffer), "item {:>20} ", i);
	return (long)buffer.size();
}

static void remember(std::string text)
{
	if (recent.size() < 10)
		recent.push_back(std::move(text));
	else
		recent[text.size() % 10] = std::move(text);
}

int main()
{
	for (int i = 0; i < 700; i++) {
		std::string text = line(i);
		sink += (long)text.size() + (long)listed(i).size() + buffered(i);
		if (i % 3 == 0)
			remember(text);
	}
	return 0;
}
