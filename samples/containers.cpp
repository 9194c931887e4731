/*
 * containers.cpp - C++: behind every block lie operator new and what the library has
 * between it and the program. Peeled off they leave a container that is a local variable
 * stack-like, and one that is returned escaping, to the function that asked for it; one
 * that is grown by another function, filled(), belongs to the function that holds it.
 *
 * expect: verdicts("local_vector") == ["stack_like"] and owners("local_vector") ==
 *   ["local_vector"]
 * expect: verdicts("local_map") == ["stack_like"]
 * expect: count("local_map") == 50 * 20
 * expect: verdicts("make_text") == ["escaping"] and owners("make_text") == ["use_text"]
 * expect: verdicts("make_pointer") == ["escaping"] and owners("make_pointer") == ["main"]
 * expect: verdicts("filled") == ["escaping"] and owners("filled") == ["hold"]
 * expect: by("make_text")[0].peeled[0] | startswith("operator new")
 * expect: [.sites[] | select(.frames[0].function | startswith("operator new")) |
 *   .classes.inferred.blocks] | add == 0
 * expect: .classes.live.blocks == 0
 */
#include <map>
#include <memory>
#include <string>
#include <vector>

#define FUNCTION static __attribute__((noinline))

static const void *volatile sink;

FUNCTION void local_vector()
{
	std::vector<long> numbers(100, 7);

	sink = numbers.data();
}

FUNCTION void local_map()
{
	std::map<int, long> map;

	for (int i = 0; i < 20; i++)
		map[i * 7 % 20] = i;
	map.erase(7);
	sink = &map;
}

FUNCTION std::string make_text(int length)
{
	std::string text(length, 'x');

	sink = text.data();
	return text;
}

FUNCTION void use_text()
{
	std::string text = make_text(100);

	sink = text.data();
}

FUNCTION std::unique_ptr<long> make_pointer(long value)
{
	auto pointer = std::make_unique<long>(value);

	sink = pointer.get();
	return pointer;
}

FUNCTION void filled(std::vector<std::string> &texts)
{
	texts.emplace_back(50, 'y');
	sink = &texts;
}

FUNCTION void hold()
{
	std::vector<std::string> texts;

	for (int i = 0; i < 10; i++)
		filled(texts);
	sink = &texts;
}

int main()
{
	for (int i = 0; i < 50; i++) {
		local_vector();
		local_map();
		use_text();
		hold();
		auto pointer = make_pointer(i);
		sink = pointer.get();
	}
	return 0;
}
