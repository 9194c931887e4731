/*
 * chroot_children.c - forty children at once, forked after chroot() and after root was
 * given up: none can make its ring, so each asks outlive for it. All are recorded, each
 * with all its blocks. (Where chroot is not allowed, they are children as others.)
 *
 * expect: ([.processes[] | select(.forked) | .allocations] | sort) == [range(100; 140)]
 * expect: [.processes[] | select(.forked) | .executable] | unique | length == 1
 * expect: [.processes[].lost | .children, .events] | add == 0
 * expect: $out.failed == 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 40

static void *volatile sink;

int main(void)
{
	char directory[] = ".jail-XXXXXX";
	int failed = 0, status, gate[2];
	char go;

	if (pipe(gate) || !mkdtemp(directory))
		return 1;
	if (chroot(directory) == 0 && (chdir("/") || setgid(65534) || setuid(65534)))
		return 2;
	for (int count = 100; count < 100 + CHILDREN; count++) {
		if (fork())
			continue;
		close(gate[1]);
		if (read(gate[0], &go, 1) != 0) /* all at once, when the last is there */
			_exit(1);
		for (int i = 0; i < count; i++)
			sink = malloc(100);
		_exit(0);
	}
	close(gate[1]);
	while (wait(&status) > 0)
		failed += status != 0;
	dprintf(STDOUT_FILENO, "failed=%d\n", failed);
	return 0;
}
