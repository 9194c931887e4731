#!/bin/bash
# What the report says of lives: one class, owners, one call path, one block.
cat >program.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void *make(void) { return sink = malloc(24); }
__attribute__((noinline)) static void user(void) { free(make()); sink = 0; }
__attribute__((noinline)) static void local(void) { free(sink = malloc(40)); sink = 0; }
int main(void)
{
	for (int i = 0; i < 100; i++) {
		user();
		local();
	}
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
export COLUMNS=100
checked=0
says() { # WORDS... -- OPTIONS...: each on a line of the report
	local words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	checked=$((checked + ${#words[@]}))
	"$OUTLIVE" report "$@" trace >reported 2>&1 || cat reported
	for word in "${words[@]}"; do
		grep -q -- "$word" reported || { echo "$*: no '$word' in:"; cat reported; }
	done
}
says 'stack-like *100 ' 'escaping *100 ' 'let user() own the buffer' 'variable in local()' \
	'^exact: 100% of' --
says '100  *100% .*make  program.c:3' -- --class escaping
says '100  *100% .*local  program.c:5' -- --class stack-like
says 'no blocks' -- --class crossed
# every printed name of a class is taken, and the names of before mean the same
for both in 'stack-like:stack' 'escaping:escape' 'static-like:static' 'live at exit:live' \
	'live at exit:live-at-exit' 'inferred:inferred' 'open:open' 'unknown:unknown' 'suppressed:suppressed'; do
	"$OUTLIVE" report --class "${both%:*}" trace >one || echo "--class '${both%:*}' is refused"
	"$OUTLIVE" report --class "${both#*:}" trace | diff one - || echo "--class ${both#*:} differs"
	grep -q "^${both%:*}  share" one || { echo "--class ${both%:*}: no such title in:"; cat one; }
done
"$OUTLIVE" report --by path trace >one
"$OUTLIVE" report --by site trace | diff one - || echo "--by site differs"
says '100  *100%  *[0-9]*f  user  most from make' '100  *0%  *[0-9]*f  local' -- --by owner
says 'verdict *escaping' 'always 24 B' '100 *100% .* user' 'let user() own' 'main' '100 calls; most at once: 1 block' ' 0 allocations in between' -- --why make
says 'stack-like *200 ' 'wrappers skipped: make (--wrapper)' -- --wrapper 'mak*'
says 'block 1  outlived 1 frame, make(); passed up to user()$' 'ended *make' 'owner *user' 'running *main' -- \
	--explain 1
says 'verdict *stack-like$' -- --why local
says 'block 2  stack-like: local() was still running' -- --explain 2

# Reallocs belong to the life of their block; a function that is inlined has frames all the same.
cat >lives.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
static volatile int leaks = 2;
static inline __attribute__((always_inline)) void *inlined(void)
{
	return malloc(56);
}
__attribute__((noinline)) static void grow(void)
{
	sink = malloc(32);
	sink = realloc(sink, 64);
	free(sink);
	sink = NULL;
}
__attribute__((noinline)) static void outer(void)
{
	free(sink = inlined());
	sink = NULL;
}
int main(void)
{
	for (int i = 0; i < 20; i++)
		grow();
	for (int i = 0; i < 2000; i++)
		outer();
	sink = malloc(8);
	for (int i = 0; i < leaks; i++)
		sink = malloc(16);
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o lives lives.c || exit 77
"$OUTLIVE" run -q -o trace -- ./lives 2>/dev/null
says 'allocation 2 is a realloc of block 1' 'born .* 32 B' 'grow  lives.c:10' \
	'realloc .* 64 B' 'freed .* 64 B' 'block 1  stack-like: grow() was still running' -- --explain 2
says '^inlined  lives.c:4, allocates at lives.c:6' 'verdict *escaping' '100% of the blocks.*outer\|2.00k *100% .* outer' -- --why inlined
says 'local variable in grow()' 'always 64 B' -- --why grow
says 'allocated before main() or once' 'escaping *2.00k *98.9%' --
site=$("$OUTLIVE" report -f json trace | jq '.sites[] | select(.blocks == 0) | .site')
"$OUTLIVE" report --why "$site" trace >reported
grep 'class\|none:' reported
"$OUTLIVE" report --class live-at-exit -f json trace | jq -c '[.class, .site_count, (.sites | length), .sites[0].classes.live.blocks]'
"$OUTLIVE" report --class crossed -f json trace | jq -c '[.class, .site_count, .sites]'
"$OUTLIVE" report --class static-like --by function -f json trace | jq -c '[.groups[].function]'
strip lives
"$OUTLIVE" run -q -o trace -- ./lives 2>/dev/null
# main() has no name any more, but it is known when it began
says 'allocated before main() or once' --

# A block that moved, by where it came to lie: from its birth; also if another thread moved it.
cat >moves.c <<'EOF'
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static __attribute__((noinline)) void *make(size_t size)
{
	void *made = malloc(size), *volatile after = malloc(size);
	(void)after;
	return made;
}
static __attribute__((noinline)) void *grow(void *block) { return realloc(block, 5000); }
static __attribute__((noinline)) void *use(size_t size)
{
	void *block = grow(make(size));
	fprintf(stderr, "%p\n", block);
	return block;
}
static void *thread(void *block) { return grow(block); }
int main(void)
{
	pthread_t other;
	void *block;
	free(use(32));
	pthread_create(&other, NULL, thread, make(48));
	pthread_join(other, &block);
	fprintf(stderr, "%p\n", block);
	free(block);
	block = realloc(NULL, 300000);
	fprintf(stderr, "%p\n", block);
	free(block);
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -pthread -o moves moves.c || exit 77
"$OUTLIVE" run -q -o trace -- ./moves 2>reported
mapfile -t moved < <(grep -o '0x.*' reported)
says '^block [0-9]*  outlived 2 frames, make() to use(); passed up to main()$' 'born .* 32 B at' 'ended *make  moves.c:7' \
	'owner *main' "realloc .* 4.88 KiB at ${moved[0]}" '^ *grow  moves.c:11' \
	"freed .* 4.88 KiB at ${moved[0]}" -- --explain "${moved[0]}"
grep -n 'ended.*grow\|realloc of block' reported
says '^block [0-9]*  crossed: reallocated by another thread$' 'born .* 48 B at' \
	"realloc .* 4.88 KiB at ${moved[1]}" '^      make  moves.c:7' -- --explain "${moved[1]}"
says '^block [0-9]*  stack-like: main() was still running' 'born .* 293 KiB at' -- \
	--explain "${moved[2]}"

# A stack that ends early is reported.
cat >cut.c <<'EOF'
#include <stdlib.h>
void *volatile cut_sink;
void cut(void) { free(cut_sink = malloc(72)); cut_sink = 0; }
EOF
echo 'void cut(void); int main(void) { for (int i = 0; i < 30; i++) cut(); return 0; }' >main.c
"${CC:-gcc}" -O1 -fno-builtin -fno-asynchronous-unwind-tables -fno-exceptions -c cut.c &&
	"${CC:-gcc}" -O1 -o cut main.c cut.o || exit 77
"$OUTLIVE" run -q -o trace -- ./cut 2>/dev/null
"$OUTLIVE" report trace | grep 'stacks cut'

"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1
"$OUTLIVE" report --why nobody trace 2>&1
"$OUTLIVE" report --explain 0x10 trace 2>&1
"$OUTLIVE" report --explain 12x trace 2>&1 | head -n 1
"$OUTLIVE" report --explain 0x1 trace 2>&1
for both in '--class stack-like' '--by path' '--sort calls' '--top 3' '--explain 1' '--format json'; do
	# shellcheck disable=SC2086
	"$OUTLIVE" report --why 1 $both trace 2>&1 | head -n 1
done

# Of several call paths and lines: blocks at once as far as they are known, sizes by line.
cat >paths.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void recurse(int n)
{
	void *block = sink = malloc(4096);
	if (n)
		recurse(n - 1);
	free(block);
	sink = NULL;
}
__attribute__((noinline)) static void lines(void)
{
	free(sink = malloc(70));
	free(sink = malloc(64));
	sink = NULL;
}
int main(void)
{
	recurse(99);
	for (int i = 0; i < 20; i++)
		lines();
	free(sink = malloc(1));
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -o paths paths.c || exit 77
"$OUTLIVE" run -q -o trace -- ./paths 2>/dev/null
says 'in 100 calls; most at once: 100 blocks' \
	'\.\. > recurse > recurse > recurse > recurse > recurse > recurse > recurse$' -- --why recurse
says '^lines  paths.c:11, allocates at paths.c:13 and other lines' 'in 40 calls; most at once: 1 to 2 blocks' \
	'paths.c:13  20 blocks, always 70 B' 'paths.c:14  20 blocks, always 64 B' -- --why lines
grep -n 'bounded' reported
says ' in 1 call; most at once: 1 block' 'none: 1 block is too few' -- --why main
echo "$checked patterns checked"
