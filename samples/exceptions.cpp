/*
 * exceptions.cpp - what an exception passes dies with its frame: the vectors of
 * passed_by() are stack-like, on each of the frames that end so. The exception itself,
 * and the text it carries, outlive the frames it passes and belong to who catches it. A
 * block that main() holds across all this stays what it is, exactly.
 *
 * expect: [by("passed_by")[] | select(all(.frames[]; named("throws") | not)) | .verdict]
 *   | unique == ["stack_like"]
 * expect: verdicts("throws") == ["escaping"]
 * expect: owners("throws") - ["catches"] == []
 * expect: depths("throws") == {"6": 40, "8": 40}
 * expect: verdicts("make_pointer") == ["escaping"] and owners("make_pointer") == ["main"]
 * expect: [.sites[] | .classes.inferred.blocks] | add == 0
 */
#include <memory>
#include <string>
#include <vector>

#define FUNCTION static __attribute__((noinline))

static const void *volatile sink;

FUNCTION void throws(const char *why)
{
	sink = why;
	if (*why)
		throw std::string(why);
}

FUNCTION int passed_by(int frames)
{
	std::vector<char> buffer(300);
	int result = 1;

	sink = buffer.data();
	if (!frames)
		throws("a message that is too long for the short ones");
	else
		result += passed_by(frames - 1);
	sink = buffer.data();
	return result;
}

FUNCTION void catches()
{
	try {
		passed_by(3);
	} catch (const std::string &why) {
		sink = why.data();
	}
}

FUNCTION std::unique_ptr<long> make_pointer(long value)
{
	auto pointer = std::make_unique<long>(value);

	sink = pointer.get();
	return pointer;
}

int main()
{
	for (int i = 0; i < 40; i++) {
		auto pointer = make_pointer(i);

		catches();
		sink = pointer.get();
	}
	return 0;
}
