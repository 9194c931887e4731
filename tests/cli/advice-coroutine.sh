#!/bin/bash
# The frame of a C++ coroutine is no buffer that a caller could own, nor a local variable: --why says what
# it is. What the coroutine's own code allocates is advised on, and so is what a copy of a parameter takes.
cat >coroutine.cpp <<'EOT'
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <string>
static int volatile total;
static void *volatile sink;
struct task { /* ends in its call */
	struct promise_type {
		task get_return_object() { return {}; }
		std::suspend_never initial_suspend() noexcept { return {}; }
		std::suspend_never final_suspend() noexcept { return {}; }
		void return_void() {}
		void unhandled_exception() { std::terminate(); }
	};
};
template <typename kind> struct values { /* destroyed by its caller */
	struct promise_type {
		kind value;
		values get_return_object()
		{
			return { std::coroutine_handle<promise_type>::from_promise(*this) };
		}
		std::suspend_always initial_suspend() noexcept { return {}; }
		std::suspend_always final_suspend() noexcept { return {}; }
		std::suspend_always yield_value(kind given)
		{
			value = given;
			return {};
		}
		void return_void() {}
		void unhandled_exception() { std::terminate(); }
	};
	std::coroutine_handle<promise_type> handle;
};
struct pooled { /* has an operator new of its own */
	struct promise_type {
		pooled get_return_object()
		{
			return { std::coroutine_handle<promise_type>::from_promise(*this) };
		}
		std::suspend_always initial_suspend() noexcept { return {}; }
		std::suspend_always final_suspend() noexcept { return {}; }
		void return_void() {}
		void unhandled_exception() { std::terminate(); }
		void *operator new(size_t bytes) { return malloc(bytes); }
		void operator delete(void *frame) { free(frame); }
	};
	std::coroutine_handle<promise_type> handle;
};
template <typename coroutine> __attribute__((noinline)) static void run(coroutine made)
{
	made.handle.resume();
	made.handle.destroy();
}
__attribute__((noinline)) task ends(int number)
{
	total = total + number;
	co_return;
}
__attribute__((noinline)) values<int> yields(int number)
{
	co_yield number;
}
static inline values<long> inlined(long number)
{
	co_yield number;
}
__attribute__((noinline)) pooled own(int number)
{
	total = total + number;
	co_return;
}
struct member {
	__attribute__((noinline)) values<int> function(int number);
};
values<int>
member::function(int number)
{
	co_yield number;
}
__attribute__((noinline)) values<int> copies(std::string text)
{
	co_yield(int) text.size(); /* the copy of the text */
}
__attribute__((noinline)) task body(int number)
{
	char *made = (char *)malloc(100); /* its own code */

	sink = made;
	total = total + number;
	free(made);
	co_return;
}
int main()
{
	auto lambda = [](int number) -> values<int> { co_yield number; };
	std::string text(60, 'x');
	member object;

	for (int i = 0; i < 1000; i++) {
		ends(i);
		run(yields(i));
		run(inlined(i));
		run(own(i));
		run(object.function(i));
		run(lambda(i));
		run(copies(text));
		body(i);
	}
	return 0;
}
EOT
own=$(grep -n 'its own code' coroutine.cpp | cut -d: -f1)
for compiler in "${CXX:-g++}" clang++; do
	command -v "$compiler" >/dev/null || exit 77
	for flags in "-g -O0" "-g -O2" "-g1 -O1" -O0; do
		# shellcheck disable=SC2086 # several flags
		"$compiler" -std=c++20 $flags -o coroutine coroutine.cpp || exit 77
		"$OUTLIVE" run -q -o trace -- ./coroutine 2>/dev/null
		COLUMNS=300 "$OUTLIVE" report --advice trace >advice
		# lines that have frames and nothing else, and are advised on or not
		"$OUTLIVE" report -f json trace | jq -r '[.sites[].no_advice | select(contains("frame of a coroutine"))] | length' >frames
		echo "$compiler $flags: $(cat frames) not advised on, advised on" \
			"$(grep -oE ' (ends|yields|inlined|own|function|operator\(\)|copies|body)\b.*: 1,000' advice | grep -oE '^ [a-z]+' | tr -d '\n')" \
			"$(grep -oc "coroutine.cpp:$own" advice)"
	done
done
COLUMNS=100 "$OUTLIVE" report --why ends trace | sed -n '/^advice/,/^$/p'
