// Exceptions: what is freed on the way out of functions, thrown again, and in destructors.
//
// short: yes
// truth: half_way freed half_way
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

static volatile long sink;
static std::string last_error;

struct Guard {
	int *counter;
	explicit Guard(int number) : counter(new int(number)) {}
	Guard(const Guard &) = delete;
	~Guard()
	{
		sink += *counter;
		delete counter;
	}
};

struct Bad {
	std::string why;
	std::vector<int> trace;
};

static int checked(int number)
{
	std::string text = "the value that is checked is " + std::to_string(number);
	if (number % 7 == 0)
		throw std::runtime_error(text + ", which is bad");
	if (number % 11 == 0)
		throw Bad{ text, std::vector<int>(5, number) };
	return (int)text.size();
}

static int half_way(int number)
{
	Guard first(number);
	std::vector<int> numbers(20, number);
	int result = checked(number);
	Guard second(result);
	numbers.resize(60);
	return result + numbers[7];
}

static int deeper(int depth, int number)
{
	Guard guard(depth);
	auto own = std::make_unique<std::string>(40, 'o');
	if (depth == 0)
		return half_way(number);
	return deeper(depth - 1, number) + (int)own->size();
}

static int again(int number)
{
	try {
		return deeper(number % 4, number);
	} catch (Bad &bad) {
		bad.trace.push_back(number);
		bad.why += ", and was seen on the way";
		throw;
	}
}

static long outcome(int number)
{
	try {
		Guard guard(number);
		return again(number);
	} catch (const std::exception &error) {
		last_error = error.what();
		return 1;
	} catch (const Bad &bad) {
		std::string copy = bad.why;
		return (long)(copy.size() + bad.trace.size());
	}
}

struct Member {
	std::string name;
	std::unique_ptr<int> value;
	Member(int number) try : name(30, 'n'), value(std::make_unique<int>(checked(number))) {
	} catch (...) {
		sink += number;
		throw;
	}
};

static long members(int number)
{
	try {
		Member member(number);
		return *member.value;
	} catch (...) {
		return 0;
	}
}

int main()
{
	for (int i = 0; i < 600; i++) {
		sink += outcome(i);
		sink += members(i);
	}
	return 0;
}
