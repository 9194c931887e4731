#!/bin/bash
# Each refusal is one line that says what is wrong and what to do; its status is 3, and the process
# is as before. What this machine cannot build is left out, and reported.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"

cat >wait.c <<'END'
#include <stdlib.h>
#include <unistd.h>
int main(void) { for (;;) { free(malloc(10)); usleep(1000); } }
END
gcc -O1 -o wait wait.c || exit 1

start ./wait
kill -STOP "$pid"
sleep 0.1
refused "is stopped: continue it first (kill -CONT"
kill -CONT "$pid"
attach 50ms

# The guardian of one attach traces; another one comes meanwhile: here a tracer that stays.
cat >trace.c <<'END'
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	(void)argc;
	if (ptrace(PTRACE_SEIZE, atoi(argv[1]), 0, 0))
		return 1;
	pause();
	return 0;
}
END
gcc -O1 -o trace trace.c || exit 1
start ./wait
target=$pid
./trace "$target" &
tracer=$!
started+=("$tracer")
sleep 0.2
pid=$target
mask='s/pid [0-9]*/pid PID/' refused "is traced by trace (pid"
kill "$tracer"

cat >zombie.c <<'END'
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	int child = fork();
	if (!child)
		_exit(0);
	printf("%d\n", child);
	fflush(stdout);
	pause();
}
END
gcc -O1 -o zombie zombie.c || exit 1
start ./zombie
pid=$(cat output)
mask='s/([0-9]*)/(PARENT)/' refused "has ended, and waits for its parent"

cat >vfork.c <<'END'
#include <unistd.h>
int main(void) { for (;;) if (vfork() == 0) { usleep(3000000); _exit(0); } }
END
gcc -O1 -o vfork vfork.c || exit 1
start ./vfork
parent=$pid
pid=$(pgrep -P "$parent")
refused "has its parent's memory (vfork)"
pid=$parent
"$OUTLIVE" attach -q --for 1s -o r.outlive "$pid" 2>refusal
[ $? = 3 ] && [ "$(wc -l <refusal)" = 1 ] || complain "vfork's parent: $(cat refusal)"

gcc -O1 -static -o static wait.c || exit 1
start ./static
refused "is statically linked, nothing can be loaded into it"
gcc -O1 -static-pie -o static-pie wait.c && {
	start ./static-pie
	refused "its loader keeps no list of objects"
}

cat >strict.c <<'END'
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	char byte;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	while (read(0, &byte, 1) > 0)
		;
	syscall(SYS_exit, 0);
}
END
gcc -O1 -o strict strict.c || exit 1
start ./strict
refused "may only read, write and end (seccomp, strict mode)"

# Filters: one that forbids what is needed, one that does not.
cat >filter.c <<'END'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void *idle(void *unused) { for (;;) pause(); return unused; }
int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)atoi(argv[1]), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };
	pthread_t thread;
	(void)argc;
	pthread_create(&thread, NULL, idle, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program))
		return 1;
	for (;;) { free(malloc(10)); usleep(1000); }
}
END
gcc -O1 -pthread -o filter filter.c || exit 1
start ./filter 77
refused "its filter of system calls (seccomp) forbids ftruncate(), which an attach needs"
start ./filter 324
refused "its filter of system calls (seccomp) forbids membarrier()"
start ./filter 101
attach 50ms
kill -0 "$pid" || complain "a filter that allows: dead"

cat >small.s <<'END'
.globl _start
_start:	mov $29, %eax
	int $0x80
	jmp _start
END
if gcc -m32 -nostdlib -static -o small small.s 2>/dev/null; then
	start ./small
	refused "is a 32-bit program"
else
	echo "no 32-bit program here"
fi

pid=4194305
timeout 10 "$OUTLIVE" attach "$pid" 2>refusal
[ $? = 3 ] && grep -q 'no such process' refusal || complain "no process: $(cat refusal)"
timeout 10 "$OUTLIVE" attach nonsense 2>refusal
[ $? = 2 ] || complain "nonsense: $(cat refusal)"
pid=2
if [ "$(cat /proc/2/comm 2>/dev/null)" = kthreadd ]; then refused "is a thread of the kernel"; fi

# Its own malloc, called directly: there is no word to patch.
cat >own.c <<'END'
#include <stddef.h>
#include <unistd.h>
static char heap[1 << 20];
static size_t used;
void *malloc(size_t size) { void *at = heap + used % 1000000; used += (size + 15) & ~15ul; return at; }
void free(void *block) { (void)block; }
int main(void) { for (;;) { free(malloc(10)); usleep(1000); } }
END
gcc -O0 -fno-builtin -Wl,-Bsymbolic -o own own.c || exit 1
start ./own
"$OUTLIVE" attach -q --for 200ms -o own.outlive "$pid" 2>attached || cat attached
kill -0 "$pid" || complain "own malloc: dead"
