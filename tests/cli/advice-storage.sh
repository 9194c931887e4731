#!/bin/bash
# What a container holds is no buffer of its user's, even if no function of a container allocates
# it (Rust's vec![..]), and what a string stream writes into cannot be reserved. A function that
# allocates for its callers is skipped, even in a namespace without a name, or inlined.
cat >text.cpp <<'CPP'
#include <cstdlib>
#include <sstream>
#include <string>

static const void *volatile sink;

__attribute__((noinline)) static void stream(const std::string &piece)
{
	std::ostringstream out;

	for (int i = 0; i < 100; i++)
		out << piece;
	sink = &out;
}

__attribute__((noinline)) static void text(const std::string &piece)
{
	std::string out;

	for (int i = 0; i < 100; i++)
		out += piece;
	sink = out.data();
}

namespace {
__attribute__((noinline)) void *default_allocate(std::size_t bytes)
{
	void *volatile block = std::malloc(bytes);

	return block;
}
}

/* inlined into five functions, it is still one line */
__attribute__((always_inline)) static inline void *checked_malloc(std::size_t bytes)
{
	void *volatile block = std::malloc(bytes);

	if (!block)
		std::abort();
	return block;
}

template <int N> __attribute__((noinline)) static void inlined()
{
	void *block = checked_malloc(40 + N);

	sink = block;
	std::free(block);
}

__attribute__((noinline)) static void local()
{
	void *block = default_allocate(64);

	sink = block;
	std::free(block);
}

int main()
{
	for (int i = 0; i < 100; i++) {
		stream("some text of a line or so, ");
		text("some text of a line or so, ");
		local();
		inlined<0>();
		inlined<1>();
		inlined<2>();
		inlined<3>();
		inlined<4>();
	}
	return 0;
}
CPP
cat >stack.rs <<'RS'
use std::hint::black_box;

#[inline(never)]
fn open(n: u64) -> Vec<u64> {
    vec![n]
}

#[inline(never)]
fn walk(n: u64) {
    let mut stack = open(n);
    for i in 0..4 {
        stack.push(i);
    }
    black_box(&stack);
}

fn main() {
    for n in 0..100 {
        walk(black_box(n));
    }
}
RS
command -v rustc >/dev/null || { echo "no rustc" >&2; exit 77; }
"${CXX:-g++}" -O2 -g -o text text.cpp && rustc -O -g -o stack stack.rs || exit 77
"$OUTLIVE" run -q -o text.trace -- ./text 2>/dev/null
"$OUTLIVE" report -f json text.trace |
	jq -r '.advice[] | "\(.kind) \(.function)"' | sed 's/(.*//' | sort
"$OUTLIVE" report -f json text.trace |
	jq -r '[.sites[] | select(.no_advice // "" | test("stream")).no_advice] | unique[]'
"$OUTLIVE" run -q -o stack.trace -- ./stack 2>/dev/null
"$OUTLIVE" report -f json stack.trace | jq -r '.advice[] | "\(.kind) \(.function)"'
"$OUTLIVE" report -f json stack.trace |
	jq -r '[.sites[] | select(.no_advice // "" | test("container")).no_advice] | unique[]'
