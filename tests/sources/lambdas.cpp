// Lambdas, std::function, bound arguments, and algorithms that call them.
//
// truth: make_adders freed callbacks
#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

static volatile long sink;

using Adder = std::function<long(long)>;

static std::vector<Adder> make_adders(int number)
{
	std::vector<Adder> adders;
	std::string tag(20 + number % 7, 't');
	for (int i = 0; i < 3; i++)
		adders.push_back([tag, i](long x) { return x + i + (long)tag.size(); });
	adders.emplace_back([](long x) { return 2 * x; });
	return adders;
}

static long callbacks(int number)
{
	auto adders = make_adders(number);
	long sum = 0;
	for (const auto &adder : adders)
		sum += adder(number);
	return sum;
}

template <class T, class F> static auto map_all(const std::vector<T> &in, F change)
{
	std::vector<decltype(change(in[0]))> out;
	for (const T &item : in)
		out.push_back(change(item));
	return out;
}

static long mapped(int number)
{
	std::vector<int> numbers(8);
	std::iota(numbers.begin(), numbers.end(), number);
	auto texts = map_all(numbers, [](int n) { return std::string(n % 30, 'm'); });
	auto sizes = map_all(texts, [](const std::string &text) { return text.size(); });
	return (long)std::accumulate(sizes.begin(), sizes.end(), std::size_t(0));
}

static long sorted(int number)
{
	std::vector<std::string> names;
	for (int i = 0; i < 9; i++)
		names.push_back("a name that is long " + std::to_string((number * 7 + i * 5) % 11));
	std::stable_sort(names.begin(), names.end(), [](const std::string &a, const std::string &b) {
		std::string reversed(b.rbegin(), b.rend());
		return a < b || (a == b && reversed.size() < a.size());
	});
	auto rest = std::remove_if(names.begin(), names.end(),
	                           [&](const std::string &name) { return name.back() == '3'; });
	names.erase(rest, names.end());
	return (long)names.size();
}

static std::vector<std::function<void()>> later;

static void defer(std::function<void()> call)
{
	later.push_back(std::move(call));
}

static void run_later()
{
	for (auto &call : later)
		call();
	later.clear();
}

static void deferred(int number)
{
	auto text = std::string(50, 'd');
	defer([text, number] { sink += (long)text.size() + number; });
	defer(std::bind([](const std::string &bound) { sink += (long)bound.size(); }, text));
	if (number % 5 == 0)
		run_later();
}

static long immediately(int number)
{
	const auto value = [&] {
		std::vector<long> squares;
		for (long i = 0; i < number % 20; i++)
			squares.push_back(i * i);
		return squares;
	}();
	return value.empty() ? 0 : value.back();
}

int main()
{
	for (int i = 0; i < 300; i++) {
		sink += callbacks(i);
		sink += mapped(i);
		sink += sorted(i);
		deferred(i);
		sink += immediately(i);
	}
	return 0;
}
