// Boost: small and flat containers, an intrusive pointer, variants, signals.
//
// needs-header: boost/container/small_vector.hpp
#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/signals2/signal.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/variant.hpp>
#include <string>
#include <vector>

static volatile long sink;

struct Item : boost::intrusive_ref_counter<Item, boost::thread_unsafe_counter> {
	std::string name;
	explicit Item(int number) : name(30, (char)('a' + number % 26)) {}
};
using ItemPointer = boost::intrusive_ptr<Item>;

static ItemPointer last;

static ItemPointer make_item(int number)
{
	return ItemPointer(new Item(number));
}

static long items(int number)
{
	boost::container::small_vector<ItemPointer, 4> all;
	for (int i = 0; i < number % 9; i++)
		all.push_back(make_item(i));
	if (number % 5 == 0 && !all.empty())
		last = all.back();
	return (long)all.size();
}

static long mapped(int number)
{
	boost::container::flat_map<std::string, int> map;
	for (int i = 0; i < 7; i++)
		map[std::string(20 + (number * i) % 5, 'k')] = i;
	return (long)map.size();
}

using Value = boost::variant<long, std::string, std::vector<long>>;

struct Size : boost::static_visitor<long> {
	long operator()(long value) const { return value; }
	long operator()(const std::string &text) const
	{
		std::string copy = text + " and what follows it";
		return (long)copy.size();
	}
	long operator()(const std::vector<long> &all) const { return (long)all.size(); }
};

static Value make_value(int number)
{
	switch (number % 3) {
	case 0: return (long)number;
	case 1: return std::string(25, 'v');
	default: return std::vector<long>(6, number);
	}
}

static long varied(int number)
{
	Value one = make_value(number), two = make_value(number + 1);
	one = two;
	return boost::apply_visitor(Size(), one) + boost::apply_visitor(Size(), two);
}

static long signalled(int number)
{
	boost::signals2::signal<void(int)> signal;
	long sum = 0;
	signal.connect([&sum](int x) { sum += x; });
	signal.connect([&sum](int x) { sum += (long)std::string(20 + x % 3, 's').size(); });
	signal(number);
	return sum;
}

int main()
{
	for (int i = 0; i < 300; i++) {
		sink += items(i);
		sink += mapped(i);
		sink += varied(i);
		if (i % 10 == 0)
			sink += signalled(i);
	}
	return 0;
}
