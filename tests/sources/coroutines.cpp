// Coroutines: generators, one that holds another, and one that is left half way.
//
// needs: __cpp_impl_coroutine
// truth: listed freed listed
#include <coroutine>
#include <exception>
#include <string>
#include <utility>
#include <vector>

static volatile long sink;

template <class T> class Generator {
public:
	struct promise_type {
		T value;
		Generator get_return_object()
		{
			return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
		}
		std::suspend_always initial_suspend() { return {}; }
		std::suspend_always final_suspend() noexcept { return {}; }
		std::suspend_always yield_value(T given)
		{
			value = std::move(given);
			return {};
		}
		void return_void() {}
		void unhandled_exception() { std::terminate(); }
	};
	explicit Generator(std::coroutine_handle<promise_type> of) : handle(of) {}
	Generator(Generator &&other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
	Generator(const Generator &) = delete;
	~Generator()
	{
		if (handle)
			handle.destroy();
	}
	bool next()
	{
		handle.resume();
		return !handle.done();
	}
	T &value() { return handle.promise().value; }

private:
	std::coroutine_handle<promise_type> handle;
};

static Generator<std::string> names(int count)
{
	for (int i = 0; i < count; i++)
		co_yield "a generated name that is long " + std::to_string(i);
}

static Generator<int> numbers(std::vector<int> from)
{
	for (int number : from)
		co_yield number;
}

static Generator<std::size_t> lengths(int count)
{
	std::string kept;
	auto inner = names(count);
	while (inner.next()) {
		kept += inner.value();
		co_yield kept.size();
	}
}

static long consume(int number)
{
	long sum = 0;
	auto some = names(3 + number % 3);
	while (some.next())
		sum += (long)some.value().size();
	return sum;
}

static long half(int number)
{
	auto all = lengths(8);
	long sum = 0;
	for (int i = 0; i < number % 6; i++)
		sum += all.next() ? (long)all.value() : 0;
	return sum;
}

static long listed(int number)
{
	auto all = numbers(std::vector<int>(10, number));
	long sum = 0;
	while (all.next())
		sum += all.value();
	return sum;
}

int main()
{
	for (int i = 0; i < 500; i++) {
		sink += consume(i);
		sink += half(i);
		sink += listed(i);
	}
	return 0;
}
