#!/bin/bash
# The library that is loaded faults in its own thread, which is ended alone: the attach says so, the
# process goes on as without it, and can be recorded by a sound library afterwards.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
cat >faulty.c <<'END_OF_C'
#include <attach_format.h>
struct attach_control outlive_control = { .magic = ATTACH_MAGIC,
	.version = ATTACH_VERSION, .bytes = sizeof(struct attach_control) };
void *outlive_serve(void *request);
void *outlive_serve(void *request)
{
	struct attach_request *asked = request;
	HOW;
	return asked;
}
END_OF_C
cat >works.c <<'END_OF_C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	char line[100];
	unsigned long sum = 0;
	while (read(0, line, 2) == 2)
		for (int i = 0; i < 100000; i++) {
			char *volatile block = malloc(100);
			memset(block, i, 100);
			sum = sum * 31 + (unsigned char)block[i % 100];
			free(block);
		}
	printf("%lx\n", sum);
}
END_OF_C
gcc -O1 -o works works.c || exit 1
yes | head -n 20 | ./works >bare
mkdir -p faulty
cp "$OUTLIVE" faulty/outlive

faults() { # SIGNAL-NAME C-STATEMENT
	gcc -O1 -shared -fPIC -Wl,--build-id -I"$OUTLIVE_ROOT_DIR/include" -DHOW="$2" \
		-o faulty/liboutlive.so faulty.c || exit 1
	start ./works
	tell y
	timeout 60 faulty/outlive attach -q --for 1s -o r.outlive "$pid" 2>refusal
	[ $? = 3 ] || complain "$1: no refusal"
	grep -qE "^outlive: $pid: our thread in it met $1 at 0x[0-9a-f]+, and was ended; the process runs on, unrecorded$" refusal ||
		complain "$1: $(cat refusal)"
	[ ! -e r.outlive ] || complain "$1: a trace was left"
	! grep -q 'State:.*[tT] (' "/proc/$pid/status" || complain "$1: $(grep State "/proc/$pid/status")"
	[ "$(ls "/proc/$pid/task" | wc -l)" = 1 ] || complain "$1: $(ls "/proc/$pid/task" | wc -l) threads"
	for _ in $(seq 19); do tell y; done
	finish "$1"
	cmp -s bare output || complain "$1: $(cat output), bare $(cat bare)"
}

faults "Segmentation fault" '*(volatile int *)16 = 0'
faults "Illegal instruction" '__builtin_trap()'
faults "Bus error" '__asm__ volatile("pushf; orl $0x40000, (%%rsp); popf; movl (%%rsp), %%eax; movl 1(%%rsp), %%eax" ::: "rax", "memory")'
faults "Floating point exception" '__asm__ volatile("xor %%ecx, %%ecx; div %%ecx" ::: "rax", "rcx", "rdx")'
