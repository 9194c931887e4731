#!/bin/bash
# Parent and child never share a chunk, whatever the system makes of MADV_WIPEONFORK: it says
# yes and does nothing (qemu-user, some sandboxes), or it refuses (Linux before 4.14). A filter
# in front of the program answers so. Both kinds of children are tried: fork's, and vfork's,
# which have their parent's memory.
set -u
cat >answer.c <<'C'
/* answer ERRNO PROGRAM...: madvise(.., MADV_WIPEONFORK) answers that, and does nothing. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 18, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)atoi(argv[1])),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 77;
	execv(argv[2], argv + 2);
	return 127;
}
C
cat >children.c <<'C'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;
static __attribute__((noinline)) void allocate(int count)
{
	for (int i = 0; i < count; i++)
		free(sink = malloc(100));
}

int main(void)
{
	allocate(1000);
	if (vfork() == 0)
		_exit(0);
	wait(NULL);
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			allocate(20000);
			return 0;
		}
	}
	allocate(20000);
	while (wait(NULL) > 0)
		;
	return 0;
}
C
gcc -O1 -fno-builtin -o answer answer.c && gcc -g -O1 -fno-builtin -o children children.c || exit 1
bad=0
for answer in 0 22; do
	"$OUTLIVE" run -q -o t.outlive -- ./answer $answer ./children 2>reported
	status=$?
	if [ $status = 77 ]; then
		echo "no filters are to be had here"
		exit 77
	fi
	[ $status = 0 ] || { echo "answer $answer: status $status"; bad=1; }
	counts=$("$OUTLIVE" info --format json t.outlive |
		jq -c '[.processes[] | select(.allocations > 900).allocations] | sort')
	[ "$counts" = "[20000,20000,20000,21000]" ] || { echo "answer $answer: $counts"; cat reported; bad=1; }
	"$OUTLIVE" report t.outlive >screen 2>&1 || { cat screen; bad=1; }
	grep -E "damaged|unknown origin" screen && { echo "answer $answer: damaged"; bad=1; }
done
exit $bad
