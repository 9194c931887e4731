// Templates of the program's own: a vector, a list with a policy, a visitor of variadic
// arguments, a base class that knows its heir.
//
// short: yes
// truth: Array<int>::grow freed numbers
#include <cstring>
#include <new>
#include <utility>

static volatile long sink;

template <class T> class Array {
	T *items = nullptr;
	int count = 0, room = 0;
	void grow()
	{
		int wider = room ? 2 * room : 4;
		T *moved = static_cast<T *>(::operator new(sizeof(T) * wider));
		for (int i = 0; i < count; i++) {
			new (moved + i) T(std::move(items[i]));
			items[i].~T();
		}
		::operator delete(items);
		items = moved;
		room = wider;
	}

public:
	Array() = default;
	Array(Array &&other) noexcept : items(other.items), count(other.count), room(other.room)
	{
		other.items = nullptr;
		other.count = other.room = 0;
	}
	Array(const Array &) = delete;
	~Array() { clear(); }
	template <class... A> T &add(A &&...arguments)
	{
		if (count == room)
			grow();
		return *new (items + count++) T(std::forward<A>(arguments)...);
	}
	void clear()
	{
		for (int i = 0; i < count; i++)
			items[i].~T();
		::operator delete(items);
		items = nullptr;
		count = room = 0;
	}
	int size() const { return count; }
	T &operator[](int i) { return items[i]; }
};

struct Heap {
	static void *get(std::size_t size) { return ::operator new(size); }
	static void put(void *block) { ::operator delete(block); }
};

struct Cached {
	static inline void *spare;
	static void *get(std::size_t size)
	{
		if (void *block = spare) {
			spare = nullptr;
			return block;
		}
		return ::operator new(size);
	}
	static void put(void *block)
	{
		if (!spare)
			spare = block;
		else
			::operator delete(block);
	}
};

template <class T, class Policy> class List {
	struct Link {
		Link *next;
		T value;
	};
	Link *first = nullptr;

public:
	List() = default;
	List(const List &) = delete;
	~List()
	{
		while (first)
			pop();
	}
	void push(T value)
	{
		first = new (Policy::get(sizeof(Link))) Link{ first, std::move(value) };
	}
	void pop()
	{
		Link *link = first;
		first = link->next;
		link->~Link();
		Policy::put(link);
	}
	bool empty() const { return !first; }
};

class Text {
	char *bytes;

public:
	explicit Text(const char *from) : bytes(new char[std::strlen(from) + 1])
	{
		std::strcpy(bytes, from);
	}
	Text(Text &&other) noexcept : bytes(other.bytes) { other.bytes = nullptr; }
	Text(const Text &other) : Text(other.bytes) {}
	~Text() { delete[] bytes; }
	long size() const { return (long)std::strlen(bytes); }
};

static long numbers(int number)
{
	Array<int> array;
	for (int i = 0; i < number % 23; i++)
		array.add(i);
	return array.size();
}

static Array<Text> texts(int number)
{
	Array<Text> array;
	for (int i = 0; i <= number % 6; i++)
		array.add(i % 2 ? "one text" : "quite another text");
	return array;
}

static List<Text, Cached> recent;

static long lists(int number)
{
	List<Text, Heap> list;
	for (int i = 0; i < 4; i++)
		list.push(Text("in a list"));
	recent.push(Text("recent"));
	if (number % 3)
		recent.pop();
	if (number % 30 == 0)
		while (!recent.empty())
			recent.pop();
	return list.empty();
}

template <class F> static long visit(F) { return 0; }
template <class F, class T, class... R> static long visit(F call, const T &one, const R &...rest)
{
	return call(one) + visit(call, rest...);
}

template <class Heir> struct Counter {
	long run(int number)
	{
		long sum = 0;
		for (int i = 0; i < number % 4; i++)
			sum += static_cast<Heir *>(this)->step(i);
		return sum;
	}
};
struct Squares : Counter<Squares> {
	long *last = nullptr;
	~Squares() { delete last; }
	long step(int i)
	{
		delete last;
		last = new long(i * i);
		return *last;
	}
};
struct Texts : Counter<Texts> {
	long step(int i)
	{
		Text text(i % 2 ? "odd step" : "even");
		return text.size();
	}
};

int main()
{
	for (int i = 0; i < 500; i++) {
		sink += numbers(i);
		Array<Text> some = texts(i);
		sink += some[0].size();
		sink += lists(i);
		sink += visit([](const auto &value) { return Text(value).size(); }, "one", "two", "three");
		Squares squares;
		sink += squares.run(i) + Texts().run(i);
	}
	return 0;
}
