#!/bin/bash
# A stack that is cut, at code without call frame information, is drawn with a gap: who is
# further out did not call what is further in. Its blocks are exact up to the gap, and no more.
# unless: not every processor's assembler
[ "$(uname -m)" = x86_64 ] || { echo "only on x86-64" >&2; exit 77; }
cat >program.c <<'END'
#include <pthread.h>
#include <stdlib.h>
static void *volatile kept[200000];
__attribute__((noipa)) static void leaf(int i)
{
	kept[i] = malloc(100);
	free(malloc(30));
}
__attribute__((noipa)) static void inner(int i)
{
	leaf(i);
	leaf(i + 1);
	__asm__("");
}
void blind(void (*function)(int), int number);
__asm__(".text\n.globl blind\n.type blind,@function\n"
        "blind: push %rbx\n push %r12\n mov %rdi,%rax\n mov %esi,%edi\n sub $8,%rsp\n"
        "call *%rax\n add $8,%rsp\n pop %r12\n pop %rbx\n ret\n.size blind,.-blind\n");
__attribute__((noipa)) static void outer(int i)
{
	free(malloc(7));
	blind(inner, i);
	__asm__("");
}
static void *run(void *count)
{
	for (int i = 0; i < *(int *)count; i += 2)
		outer(i);
	return NULL;
}
int main(int count, char **words)
{
	pthread_t thread;
	int number = atoi(words[1]);
	(void)count;
	pthread_create(&thread, NULL, run, &number);
	pthread_join(thread, NULL);
	for (int i = 0; i < number; i++)
		free(kept[i]);
	return 0;
}
END
gcc -g -O1 -fno-builtin -pthread -o program program.c || exit 77
"$OUTLIVE" run -q -o trace -- ./program 100 2>/dev/null
"$OUTLIVE" report --by path trace >text
echo "a site, and the tree"
# libc's own frames have names only where its debug information is installed.
grep -m1 -A4 'leaf ' text | sed 's/.*leaf/leaf/; s/^  *//; s/:[0-9]*$//'
sed -n '/^call tree/,/^$/s/.*%  *//p' text | sed -E 's/libc\.so\.6\+0x[0-9a-f]+ [>] //g'
"$OUTLIVE" report --explain 200 trace | sed -n '/born/,/freed/s/^      //p' | sed 's/:[0-9]*$//' | head -n 5
echo "the deepest stack, and the one it died on"
cat >deep.c <<'END'
#include <stdlib.h>
#include <string.h>
void blind(void (*function)(int), int number);
__asm__(".text\n.globl blind\n.type blind,@function\n"
        "blind: push %rbx\n push %r12\n mov %rdi,%rax\n mov %esi,%edi\n sub $8,%rsp\n"
        "call *%rax\n add $8,%rsp\n pop %r12\n pop %rbx\n ret\n.size blind,.-blind\n");
__attribute__((noipa)) static void inner(int size)
{
	char local[20000];
	memset(local, size, sizeof(local));
	free(malloc(local[1]));
	*(volatile char *)(long)size = 1;
}
int main(void)
{
	free(malloc(10));
	blind(inner, 100);
}
END
gcc -g -O1 -fno-builtin -o deep deep.c || exit 77
"$OUTLIVE" run -q -o trace-deep -- ./deep 2>/dev/null
"$OUTLIVE" report --stacks trace-deep | grep -A1 ' blind ' | sed 's/.* blind .*/blind/' | grep -x 'blind\| (gap)'
"$OUTLIVE" report --format json trace-deep | jq -c '[.faults[].path[0:3][].gap], [.stacks.threads[0].path[0:3][].gap]'
echo "what is exact"
grep -o 'stacks cut: .*)' text
for number in 100 100000; do # some, and many chunks of them
	"$OUTLIVE" run -q -o trace -- ./program $number 2>/dev/null
	"$OUTLIVE" report --format json trace | jq -r --argjson number "$number" '
		[.sites[] | select(.frames[0].function == "leaf")] as $leaf
		| ([$leaf[].exact.up_to_a_gap] | add // 0) as $exact
		| "\($leaf | map(.exact.blocks) | add) whole, \(if $exact > $number then "most" else $exact end) up to a gap, \(($leaf | map(.exact.stacks_cut) | add) == 2 * $number), gaps \([$leaf[] | [.frames[] | .gap] | map(if . then 1 else 0 end) | join("")] | unique)",
		  "\([.sites[] | select(.frames[0].function == "outer") | .exact | "\(.blocks * 2 / $number) \(.up_to_a_gap) \(.stacks_cut)"] | join(","))"'
done
echo "where walks end, by kind"
cat >kinds.c <<'END'
#include <stdlib.h>
void blind(void (*function)(int), int number);
__attribute__((noipa)) static void leaf(int size) { free(malloc(size)); }
__attribute__((noipa)) static int down(int depth)
{
	int ended = 0;
	if (depth)
		ended = down(depth - 1) + 1;
	else
		leaf(10);
	__asm__("");
	return ended;
}
int main(void)
{
	blind(leaf, 100);
	return down(20000) == 0;
}
END
sed -n '/__asm__/,/size blind/p' deep.c >>kinds.c
gcc -g -O1 -fno-builtin -o kinds kinds.c || exit 77
"$OUTLIVE" run -q -o trace-kinds -- ./kinds 2>/dev/null
"$OUTLIVE" report trace-kinds | sed -n '/^stacks cut/,$p'
"$OUTLIVE" info trace-kinds | grep -A2 'kept, but' | sed 's/^ *//'
"$OUTLIVE" report --format json trace-kinds | jq -c '.lost | (.cuts | add) == .stacks_cut, .cuts.depth, .cuts.no_tables'
echo "a function that jumped is not drawn over a gap: whom it went to is not known"
cat >blind.c <<'END'
__asm__(".text\n.globl blind\n.type blind,@function\n"
        "blind: push %rbx\n push %r12\n mov %rdi,%rax\n mov %esi,%edi\n sub $8,%rsp\n"
        "call *%rax\n add $8,%rsp\n pop %r12\n pop %rbx\n ret\n.size blind,.-blind\n");
END
cat >jumped.c <<'END'
#include <stdlib.h>
void blind(void (*function)(int), int number);
__attribute__((noipa)) static void inner(int size)
{
	free(malloc(size));
	__asm__("");
}
__attribute__((noipa)) static void work(int i)
{
	free(malloc(7));
	blind(inner, i);
	__asm__("");
}
__attribute__((noipa)) static void hand_over(void (*to)(int), int i)
{
	to(i);
}
__attribute__((noipa)) static void outer(int i)
{
	free(malloc(7));
	hand_over(work, i);
	__asm__("");
}
int main(void)
{
	for (int i = 0; i < 10; i++)
		outer(1000);
	return 0;
}
END
gcc -shared -fPIC -o libblind.so blind.c && gcc -g -O2 -fno-builtin -o jumped jumped.c ./libblind.so || exit 77
"$OUTLIVE" run -q -o trace-jumped -- ./jumped 2>/dev/null
"$OUTLIVE" report --format json trace-jumped | jq -r '.sites[] | select(.frames[0].function == "inner") |
	[.frames[:4][] | .function + if .gap then " (gap)" else "" end] | join(" < ")' | sort -u
