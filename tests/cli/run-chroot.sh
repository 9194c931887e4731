#!/bin/bash
# Children of a process that cannot reach the rings' directory any more, for each way to
# get there: those that can reach outlive's socket are recorded, block by block; the others
# are counted. None is harmed, waits for long, or finds a descriptor or errno changed.
[ "$(id -u)" = 0 ] && unshare -pmn true 2>/dev/null || { echo "needs root, and namespaces" >&2; exit 77; }
cat >jail.c <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void inside(int count)
{
	for (int i = 0; i < count; i++)
		sink = malloc(100);
}

/* A bit for each descriptor that is open, and its flags. */
static unsigned long descriptors(void)
{
	unsigned long sum = 0;
	for (int i = 0; i < 1024; i++)
		sum = sum * 31 + (unsigned long)(fcntl(i, F_GETFD) + 2);
	return sum;
}

static int child(int count)
{
	unsigned long before = descriptors();
	int after;

	errno = 4711;
	sink = malloc(100);
	after = errno;
	inside(count - 1);
	return after != 4711 || descriptors() != before;
}

static int forbid_sockets(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int wait_for_go(void)
{
	close(open("ready", O_CREAT | O_WRONLY, 0600));
	while (access("go", F_OK))
		usleep(20000);
	return 0;
}

/*
 * One letter, one step on the way; f forks, and the child goes on; a digit forks a child
 * that allocates so many hundreds.
 */
static int step(char way)
{
	struct rlimit none = { 3, 3 };
	int status = -1;
	pid_t pid;

	switch (way) {
	case 'c': return chroot("empty") || chdir("/");
	case 'u': return setgid(65534) || setuid(65534);
	case 'n': return unshare(CLONE_NEWNET);
	case 'p': return unshare(CLONE_NEWPID);
	case 'm': return unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		             mount("none", "/dev/shm", "tmpfs", 0, NULL);
	case 's': return forbid_sockets();
	case 'd': return setrlimit(RLIMIT_NOFILE, &none);
	case 'w': return wait_for_go();
	}
	pid = fork();
	if (pid == 0 && way == 'f')
		return 0;
	if (pid == 0)
		_exit(child((way - '0') * 100));
	if (waitpid(pid, &status, 0) != pid || status)
		return 1;
	if (way == 'f')
		exit(0);
	return 0;
}

int main(int argc, char **argv)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (const char *way = argv[1]; *way; way++) {
		if (*way == 'x')
			execl(argv[0], argv[0], way + 1, NULL);
		if (step(*way)) {
			fprintf(stderr, "step %c fails\n", *way);
			return 1;
		}
		if (*way == 'w')
			clock_gettime(CLOCK_MONOTONIC, &begin);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (argc > 2)
		dprintf(1, "%s\n", end.tv_sec - begin.tv_sec > 2 ? "long" : "in time");
	return 0;
}
END
${CC:-gcc} -O1 -fno-builtin -o jail jail.c || exit 1
mkdir empty
children() { # FILE..: what the children allocated, in order; how many were only counted
	for file; do "$OUTLIVE" info -f json "$file"; done | jq -sc '[.[].processes[]] |
		[([.[] | select(.forked) | .allocations] | sort),
		 (map(.lost.children) | add), (map(.lost.events) | add), (map(.executable) | unique | length)]'
}
left() { # PID: what outlive has not taken away
	ls -d /dev/shm/outlive."$1".* 2>/dev/null
	true
}
try() { # TITLE WAY [OPTION]..
	local title=$1 way=$2
	shift 2
	"$OUTLIVE" run -q "$@" -o trace -- ./jail "$way" 2>stderr &
	wait $!
	echo "$title: status $? $(children trace)"
	grep -v '^outlive: [0-9,]* events of' stderr
	left $!
}
try "chroot" c123
try "and not root any more" c1u23
try "flight recorder" c12 --flight
try "its own pids" pfc12
try "another /dev/shm, and exec" mx12
try "another network" cn12
try "a filter of system calls" cs12
try "no descriptor free" cd12
OUTLIVE_DIR=$PWD LD_PRELOAD=$OUTLIVE_LIBRARY ./jail c12
echo "by hand: status $? $(children ./*.ring)"
for policy in --ring=8M --flight; do # outlive stands still: in the first case for long
	rm -f ready go
	"$OUTLIVE" run -q "$policy" -o trace -- ./jail wc12 timed >reported 2>stderr &
	ours=$!
	for _ in $(seq 500); do [ -e ready ] && break; sleep 0.02; done
	kill -STOP $ours
	[ "$policy" = --flight ] || sleep 1.3
	: >go
	for _ in $(seq 500); do [ -s reported ] && break; sleep 0.02; done
	kill -CONT $ours
	wait $ours
	echo "stopped: status $? $(cat reported) $(children trace)"
	left $ours
done
